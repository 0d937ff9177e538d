"""Every literal is compiled and read back by a real JShell."""

import math
import struct
import subprocess
import tempfile
import unittest

from papermill_java.java_parameters import assignment, declaration
from run_notebook import jdk

DESCRIBE = r"""
String described(Object value) {
    return switch (value) {
        case null -> "null";
        case Integer number -> "int " + number;
        case Long number -> "long " + number;
        case Double number -> "double " + Long.toHexString(Double.doubleToLongBits(number));
        case Boolean flag -> "boolean " + flag;
        case String text -> "String " + text.chars().mapToObj(Integer::toHexString).collect(java.util.stream.Collectors.joining(" "));
        case java.math.BigInteger number -> "BigInteger " + number;
        case java.util.List<?> list -> list.stream().map(each -> described(each)).toList().toString();
        case java.util.Map<?, ?> map -> map.entrySet().stream()
                .map(each -> described(each.getKey()) + "=" + described(each.getValue())).toList().toString();
        default -> value.getClass().getName();
    };
}
"""


def described(value):
    """What DESCRIBE says of it, worked out in Python."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean {str(value).lower()}"
    if isinstance(value, int):
        return f"{'int' if -2**31 <= value < 2**31 else 'long' if -2**63 <= value < 2**63 else 'BigInteger'} {value}"
    if isinstance(value, float):
        return f"double {struct.unpack('>Q', struct.pack('>d', value))[0]:x}"
    if isinstance(value, str):
        data = value.encode("utf-16-be")
        return "String " + " ".join(f"{data[i] << 8 | data[i + 1]:x}" for i in range(0, len(data), 2))
    if isinstance(value, list):
        return f"[{', '.join(map(described, value))}]"
    return f"[{', '.join(f'{described(key)}={described(each)}' for key, each in value.items())}]"


def in_jshell(*lines):
    """What the lines print in a JShell that knows `described`."""
    with tempfile.TemporaryDirectory() as preferences:  # JShell keeps some, by default in the user's home
        return subprocess.run(
            [jdk.find() / "bin" / "jshell", "-s", *(f"-{vm}-Djava.util.prefs.userRoot={preferences}" for vm in "JR"), "-"],
            input="\n".join([DESCRIBE, *lines, "/exit", ""]),
            stdout=subprocess.PIPE, text=True, encoding="utf-8", timeout=600, check=True,
        ).stdout.splitlines()


class JavaLiteralsTest(unittest.TestCase):
    def test_values_without_a_declared_type_arrive_as_they_are(self):
        values = [
            None, True, False, 0, -1, 2**31 - 1, -(2**31), 2**31, 2**63 - 1, -(2**63), 2**63,
            0.0, -0.0, 1.0, 4e-4, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan,
            "", "smoke", 'a "b" \\ \\u0041 \t\r\n', "größe 😀 \x00\u2028\u200f", '"""', "${x} %s {} `",
            [], [1, 2], ["a", None, "b"], [[1], [2, 3]], [True], [1, "a", None],
            {}, {"web": 0.25, "code": 0.75}, {f"domain {i}": i for i in range(20)}, {"a": None, "b": [1, {"c": "d"}]},
        ]
        lines = [f"{declaration(f'X{i}', value)} System.out.println(described(X{i}));" for i, value in enumerate(values)]
        self.assertEqual(in_jshell(*lines), [described(value) for value in values])

    def test_numbers_of_several_kinds_in_a_list_become_the_widest(self):
        for values, expected in [([1, 2.5], [1.0, 2.5]), ([1, 2**40], ["long 1", f"long {2**40}"])]:
            printed = in_jshell(declaration("X", values), "System.out.println(described(X));")
            wanted = f"[{', '.join(each if isinstance(each, str) else described(each) for each in expected)}]"
            self.assertEqual(printed, [wanted])

    def test_declared_types_are_kept(self):
        cases = [
            ("int", 64, "int 64"), ("long", 1, "long 1"), ("double", 1, described(1.0)), ("double", "4e-4", described(4e-4)),
            ("boolean", True, "boolean true"), ("String", "x", described("x")), ("String", None, "null"),
            ("Integer", None, "null"), ("Long", 7, "long 7"), ("Object", 7, "int 7"),
            ("java.util.List<Double>", [1, 2], described([1.0, 2.0])),
            ("List<List<Long>>", [[1], []], "[[long 1], []]"),
            ("Map<String, Double>", {"web": 1, "code": None}, described({"web": 1.0, "code": None})),
            ("Map<String, List<Long>>", {"web": [1]}, f"[{described('web')}=[long 1]]"),
        ]
        lines = ["import java.util.*;"]
        for i, (kind, value, _) in enumerate(cases):
            lines += [f"{kind} X{i};", assignment(f"X{i}", kind, value), f"System.out.println(described(X{i}));"]
        self.assertEqual(in_jshell(*lines), [expected for _, _, expected in cases])


if __name__ == "__main__":
    unittest.main()
