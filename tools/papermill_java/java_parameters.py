"""Parameters of notebooks in Java: read from the cell tagged `parameters`, written as Java of the declared type.

The cell declares them, one typed variable each: `int PROXIES = 48; // how many`. What sets them assigns and does not
declare, so that the declared type stays: `long SEED = 1;` is still a long after `SEED = 2L;`.
"""

import json
import math
import re
from typing import NamedTuple

STRING = r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
COMMENTS = re.compile(rf"({STRING})|//[^\n]*|/\*[\s\S]*?\*/")
TYPE = r"[A-Za-z][\w.]*(?:<[\w.<>?, ]*>)?(?:\[\])*"
DECLARATION = re.compile(rf"(?<![\w.])({TYPE})\s+([A-Za-z_]\w*)\s*=\s*((?:{STRING}|[^;\"'])*);")
REMARK = re.compile(r"[ \t]*//[ \t]*([^\n]*)")
ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
BITS = {"int": 32, "long": 64}
BOXED = {"int": "Integer", "long": "Long", "double": "Double", "boolean": "Boolean"}
PRIMITIVE = {boxed: primitive for primitive, boxed in BOXED.items()}
SETTABLE = "int, long, double, boolean, String, and List<...> and Map<String, ...> of them"


class ParameterError(ValueError):
    """A value that a parameter cannot take; the message names the parameter, its type and the value."""


class Declaration(NamedTuple):
    type: str
    default: str  # as written
    remark: str  # the comment behind it, or nothing


def declared(source):
    """Name -> Declaration, in the order of the source."""
    code = COMMENTS.sub(lambda match: match[1] or " " * len(match[0]), source)  # keeps places
    found = {}
    for match in DECLARATION.finditer(code):
        kind, name, default = match.groups()
        remark = REMARK.match(source, match.end())
        found[name] = Declaration(kind, default.strip(), remark[1].strip() if remark else "")
    return found


def assignment(name, kind, value):
    """Sets a variable that is declared with this type."""
    return f"{name} = {literal(name, kind, value)};"


def declaration(name, value):
    """Declares a variable with the type that fits the value best."""
    kind = type_of(name, value)
    return f"{kind} {name} = {literal(name, kind, value)};"


def literal(name, kind, value):
    """The value as a Java expression of that type.

    name   for messages
    kind   the declared type
    value  None, bool, int, float, str, list or dict; text is read as the type demands, lists and maps as JSON

    Raises ParameterError where the value is not of that type, or the type is not one of those that can be set.
    """
    kind = PRIMITIVE.get(kind, kind) if value is not None else kind
    container = re.fullmatch(r"(?:java\.util\.)?(List|Map)<(.*)>", kind)
    if kind in BITS:
        return whole(name, kind, value)
    if kind == "double":
        return double(name, value)
    if kind == "boolean":
        text = str(value).lower() if isinstance(value, bool) else value
        if text not in ("true", "false"):
            raise ParameterError(f"{name} is true or false, and `{value}` is neither.")
        return text
    if value is None:
        return "null"
    if kind == "String":
        return string(name, value)
    if kind == "Object":
        return literal(name, type_of(name, value), value)
    if kind == "java.math.BigInteger":
        return f'new java.math.BigInteger("{value}")'
    if container and isinstance(value, str):
        value = from_json(value)
    if container and container[1] == "List" and isinstance(value, list):
        return list_of(name, container[2].strip(), value)
    if container and container[1] == "Map" and isinstance(value, dict):
        return map_of(name, container[2], value)
    raise ParameterError(f"{name} is declared as {kind}, which `{value}` is not. What can be set from outside: {SETTABLE}.")


def whole(name, kind, value):
    bits = BITS[kind]
    text = value if isinstance(value, str) else repr(value)
    if re.fullmatch(r"[+-]?\d[\d_]*", text, re.ASCII):
        number = int(text.rstrip("_"))
        if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
            return f"{number}L" if kind == "long" else str(number)
    raise ParameterError(f"{name} is a whole number of {bits} bits ({kind}), and `{value}` is not one.")


def double(name, value):
    wrong = ParameterError(f"{name} is a number (double), and `{value}` is not one.")
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise wrong
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise wrong from None
    if math.isfinite(number):
        return repr(number)
    if isinstance(value, str):
        raise wrong
    return "Double.NaN" if math.isnan(number) else f"Double.{'POSITIVE' if number > 0 else 'NEGATIVE'}_INFINITY"


def string(name, value):
    if not isinstance(value, str):
        raise ParameterError(
            f"{name} is text (String), and `{value}` was read as {type(value).__name__}. "
            f"papermill keeps text as it is with -r {name} VALUE; in YAML, quote it."
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ParameterError(f"The value of {name} is not text in UTF-8.") from None
    return '"' + "".join(map(escaped, value)) + '"'


def from_json(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def list_of(name, element, values):
    element = BOXED.get(element, element)
    if element == "?":
        element = boxed_type(name, values)
    listed = ", ".join(literal(name, element, value) for value in values)
    of = "java.util.Arrays.<{}>asList" if None in values else "java.util.List.<{}>of"  # List.of takes no null
    return f"{of.format(element)}({listed})"


def map_of(name, types, values):
    keys, _, element = map(str.strip, types.partition(","))
    if keys != "String" or not all(isinstance(key, str) for key in values):
        raise ParameterError(f"{name} is a map from {keys or 'nothing'}: only maps from String can be set from outside.")
    puts = "".join(f" put({string(name, key)}, {literal(name, element, value)});" for key, value in values.items())
    # one expression that keeps the order and takes null, which Map.of does not
    return f"new java.util.LinkedHashMap<String, {element}>() {{{{{puts} }}}}"


def type_of(name, value):
    """The Java type that fits a value best."""
    if value is None:
        return "Object"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return next((kind for kind, bits in BITS.items() if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)), "java.math.BigInteger")
    if isinstance(value, float):
        return "double"
    if isinstance(value, str):
        return "String"
    if isinstance(value, list):
        return f"java.util.List<{boxed_type(name, value)}>"
    if isinstance(value, dict):
        return f"java.util.Map<String, {boxed_type(name, value.values())}>"
    raise ParameterError(f"{name}: there is no Java for a {type(value).__name__}, `{value}`. {SETTABLE} can be set from outside.")


def boxed_type(name, values):
    """The narrowest type that holds all of the values."""
    kinds = {type_of(name, value) for value in values if value is not None}
    if kinds and kinds <= {"int", "long", "double"}:
        return BOXED[max(kinds, key=["int", "long", "double"].index)]
    kind = kinds.pop() if len(kinds) == 1 else "Object"
    return BOXED.get(kind, kind)


def escaped(character):
    if character in ESCAPES:
        return ESCAPES[character]
    return character if character.isprintable() else "".join(f"\\u{unit:04x}" for unit in units(character))


def units(character):
    """The UTF-16 code units, of which Java's strings are made."""
    data = character.encode("utf-16-be")
    return [data[i] << 8 | data[i + 1] for i in range(0, len(data), 2)]
