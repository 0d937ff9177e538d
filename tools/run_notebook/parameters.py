"""A notebook's parameters: read from the cell tagged `parameters`, set by a cell put after it.

The cell declares them in Java, one typed variable each: `int PROXIES = 48;`. The cell that sets them assigns and does
not declare, so that the declared type stays.
"""

import math
import re

from .terminal import Failure

TAG = "parameters"
INJECTED = "injected-parameters"
TYPES = ("int", "long", "double", "boolean", "String")

STRING = r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
COMMENTS = re.compile(rf"({STRING})|//[^\n]*|/\*[\s\S]*?\*/")
DECLARATION = re.compile(rf"(?<![\w.])([A-Za-z][\w.<>\[\]]*)\s+([A-Za-z_]\w*)\s*=\s*((?:{STRING}|[^;\"'])*);")
ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def declared(source):
    """Name -> (type, default), both as written, in the order of the declarations."""
    code = COMMENTS.sub(lambda match: match[1] or " ", source)
    return {name: (kind, default.strip()) for kind, name, default in DECLARATION.findall(code)}


def literal(name, kind, text):
    """The value in Java. Raises Failure where the text is not of that type."""
    if kind in ("int", "long"):
        bits = 32 if kind == "int" else 64
        if re.fullmatch(r"[+-]?\d[\d_]*", text, re.ASCII):
            number = int(text.rstrip("_"))
            if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
                return f"{number}L" if kind == "long" else str(number)
        raise Failure(f"{name} is a whole number of {bits} bits ({kind}), and `{text}` is not one.")
    if kind == "double":
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Failure(f"{name} is a number ({kind}), and `{text}` is not one.")
        return repr(number)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Failure(f"{name} is true or false, and `{text}` is neither.")
        return text
    if kind == "String":
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise Failure(f"The value of {name} is not text in UTF-8.") from None
        return '"' + "".join(map(escaped, text)) + '"'
    raise Failure(f"{name} is declared as {kind}; only {', '.join(TYPES)} can be set from outside.")


def escaped(character):
    if character in ESCAPES:
        return ESCAPES[character]
    return character if character.isprintable() else "".join(
        f"\\u{unit:04x}" for unit in units(character)
    )


def units(character):
    """The UTF-16 code units, of which Java's strings are made."""
    data = character.encode("utf-16-be")
    return [data[i] << 8 | data[i + 1] for i in range(0, len(data), 2)]


def inject(cells, values, new_cell):
    """Puts a cell that sets `values` after the parameters cell, in place of one that an earlier run put there.

    cells     the notebook's cells, changed in place
    values    (name, text) pairs as given by the user; the last of a name counts
    new_cell  makes a code cell of a source
    """
    if not values:
        return
    at = next((i for i, cell in enumerate(cells) if TAG in tags(cell)), None)
    if at is None:
        raise Failure("The notebook has no cell tagged `parameters`, so -p has nothing to set.")
    known = declared(cells[at].source)
    for name, _ in values:
        if name not in known:
            listing = "".join(f"\n    {kind} {each} = {default}" for each, (kind, default) in known.items())
            raise Failure(f"The notebook has no parameter {name}. It has:{listing or ' none'}")
    lines = [f"{name} = {literal(name, known[name][0], text)};" for name, text in dict(values).items()]
    cell = new_cell("// set from the command line\n" + "\n".join(lines))
    cell.metadata["tags"] = [INJECTED]
    cells[:] = [each for each in cells[: at + 1] if INJECTED not in tags(each)] + [cell] + [
        each for each in cells[at + 1 :] if INJECTED not in tags(each)
    ]


def tags(cell):
    return cell.metadata.get("tags", [])
