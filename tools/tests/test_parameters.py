import json
import unittest
from pathlib import Path

from papermill_java.java_parameters import ParameterError, declaration, declared, literal
from run_notebook.parameters import inject
from run_notebook.terminal import Failure

SOURCE = r'''
int PROXIES = 48;  // how many; more is better
long TOKENS = 1_000_000L; double RATE = 4e-4;
boolean QUICK = false;
// int OLD = 3;
/* String ALSO_OLD = "x"; */
String SIZE = "demo; // \"no comment\" int X = 4;";
List<String> DOMAINS = List.of("web");
Map<String, Double> SHARES = Map.of("web", 1.0); // as they are
'''


class Cell:
    def __init__(self, source, tags=()):
        self.source = source
        self.metadata = {"tags": list(tags)} if tags else {}


class DeclarationsTest(unittest.TestCase):
    def test_types_defaults_and_remarks_are_read_comments_and_strings_are_not(self):
        self.assertEqual(
            declared(SOURCE),
            {
                "PROXIES": ("int", "48", "how many; more is better"),
                "TOKENS": ("long", "1_000_000L", ""),
                "RATE": ("double", "4e-4", ""),
                "QUICK": ("boolean", "false", ""),
                "SIZE": ("String", r'"demo; // \"no comment\" int X = 4;"', ""),
                "DOMAINS": ("List<String>", 'List.of("web")', ""),
                "SHARES": ("Map<String, Double>", 'Map.of("web", 1.0)', "as they are"),
            },
        )


class NotebooksTest(unittest.TestCase):
    def test_parameters_cells_only_declare(self):
        """A notebook that Jupyter saved after somebody tried other values would assign them below."""
        for file in sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb")):
            cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
            for cell in (each for each in cells if "parameters" in each["metadata"].get("tags", [])):
                lines = "".join(cell["source"]).splitlines()
                self.assertEqual(len(declared("\n".join(lines))), len(lines), file.name)


class LiteralTest(unittest.TestCase):
    def test_values_that_fit(self):
        for kind, text, expected in [
            ("int", "64", "64"),
            ("int", "-2147483648", "-2147483648"),
            ("int", "1_000", "1000"),
            ("long", "25000000000", "25000000000L"),
            ("double", "1", "1.0"),
            ("double", "4e-4", "0.0004"),
            ("boolean", "true", "true"),
            ("String", "smoke", '"smoke"'),
            ("String", 'a "b" \\u0041\tc\nd', r'"a \"b\" \\u0041\tc\nd"'),
            ("String", "größe 😀", '"größe 😀"'),
            ("String", "\x00\u2028", r'"\u0000\u2028"'),
            ("String", "", '""'),
            ("int", 64, "64"),
            ("long", 1, "1L"),
            ("double", 1, "1.0"),
            ("boolean", True, "true"),
            ("String", None, "null"),
            ("List<Long>", [1, None], "java.util.Arrays.<Long>asList(1L, null)"),
            ("List<String>", '["web", "code"]', 'java.util.List.<String>of("web", "code")'),
        ]:
            with self.subTest(kind=kind, text=text):
                self.assertEqual(literal("X", kind, text), expected)

    def test_values_that_do_not_fit(self):
        for kind, text in [
            ("int", "1.5"), ("int", "2147483648"), ("int", ""), ("int", "1; evil()"), ("int", "٣"),
            ("long", "9223372036854775808"), ("double", "nan"), ("double", "inf"), ("double", "x"),
            ("boolean", "True"), ("boolean", "1"), ("List<String>", "x"), ("String", "\udcff"),
            ("int", True), ("int", 2.5), ("int", None), ("double", True), ("boolean", 1), ("String", 7),
            ("List<Integer>", [1, "x"]), ("Map<Integer, String>", {"1": "x"}), ("java.nio.file.Path", "x"),
        ]:
            with self.subTest(kind=kind, text=text), self.assertRaisesRegex(ParameterError, "X"):
                literal("X", kind, text)


class InjectTest(unittest.TestCase):
    def setUp(self):
        self.cells = [Cell("import x;"), Cell(SOURCE, ["parameters"]), Cell("use();")]

    def test_assignments_follow_the_declarations_and_the_last_value_counts(self):
        inject(self.cells, [("PROXIES", "1"), ("SIZE", "smoke"), ("PROXIES", "64")], Cell)
        self.assertEqual(
            [cell.metadata.get("tags") for cell in self.cells], [None, ["parameters"], ["injected-parameters"], None]
        )
        self.assertEqual(self.cells[2].source.splitlines()[1:], ["PROXIES = 64;", 'SIZE = "smoke";'])

    def test_a_second_run_replaces_the_cell_of_the_first(self):
        inject(self.cells, [("PROXIES", "1")], Cell)
        inject(self.cells, [("TOKENS", "2")], Cell)
        self.assertEqual(len(self.cells), 4)
        self.assertEqual(self.cells[2].source.splitlines()[1:], ["TOKENS = 2L;"])

    def test_without_values_nothing_changes(self):
        inject(self.cells, [], Cell)
        self.assertEqual(len(self.cells), 3)

    def test_unknown_name_lists_the_parameters_with_their_defaults(self):
        with self.assertRaisesRegex(Failure, r"no parameter PROXYS(.|\n)*int PROXIES = 48(.|\n)*double RATE = 4e-4"):
            inject(self.cells, [("PROXYS", "1")], Cell)

    def test_notebook_without_parameters_cell_says_so(self):
        with self.assertRaisesRegex(Failure, "no cell tagged `parameters`"):
            inject([Cell("x")], [("PROXIES", "1")], Cell)
