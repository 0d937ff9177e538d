"""papermill with a notebook in Java, through a real kernel.

papermill is no package of Debian: PAPERMILL_SOURCE=FOLDER names its source, where Python does not have it.
"""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
from pathlib import Path

from run_notebook import kernel, packages
from run_notebook.main import SETUP

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tools" / "papermill_java"
SOURCE = os.environ.get("PAPERMILL_SOURCE")
HERE = bool(SOURCE or importlib.util.find_spec("papermill"))
PATIENCE = 600  # seconds, for a busy machine

PARAMETERS = """\
int PROXIES = 48;   // how many
long SEED = 1;
double RATE = 4e-4; // learning rate, at its peak
String SIZE = "demo";
"""
SHOW = """
String kind(Object value) { return value.getClass().getSimpleName() + " " + value; }
System.out.println(List.of(kind(PROXIES), kind(SEED), kind(RATE), kind(SIZE)));
"""
WORK_FOREVER = """
System.out.println("pid " + ProcessHandle.current().pid());
while (true) { Thread.sleep(100); }
"""


def code(source, *tags):
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source, "outputs": [], "execution_count": None}


class PackageTest(unittest.TestCase):
    def test_both_ways_of_installing_it_say_the_same(self):
        project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        info = PACKAGE / f"papermill_java-{project['version']}.dist-info"
        metadata = (info / "METADATA").read_text(encoding="utf-8")
        entry_points = (info / "entry_points.txt").read_text(encoding="utf-8")
        self.assertEqual(
            entry_points.split("\n"), ["[papermill.engine]", f"java = {project['entry-points']['papermill.engine']['java']}", ""]
        )
        for line in (f"Name: {project['name']}", f"Version: {project['version']}", f"Requires-Dist: {project['dependencies'][0]}"):
            self.assertIn(line, metadata.splitlines())


class PapermillTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not HERE:
            print("not checked: papermill itself. PAPERMILL_SOURCE=FOLDER names its source", file=sys.stderr)
            raise unittest.SkipTest("no papermill")
        subprocess.run([ROOT / "run-notebook", "--set-up"], check=True, stdin=subprocess.DEVNULL)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "out.ipynb"

    def start(self, cells, *options):
        notebook = self.folder / "small.ipynb"
        metadata = {"kernelspec": {"name": "java", "language": "java", "display_name": "Java"}, "language_info": {"name": "Java"}}
        notebook.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}))
        environment = {
            **os.environ, **kernel.jupyter_environment(SETUP),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PACKAGE), SOURCE])),
        }
        process = subprocess.Popen(
            [packages.find(SETUP), "-m", "papermill", notebook, self.out, "-k", "java", *options],
            env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8",
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def run_to_end(self, cells, *options):
        process = self.start(cells, *options)
        text, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, text

    def test_parameters_keep_their_declared_types(self):
        cells = [code(PARAMETERS, "parameters"), code(SHOW)]
        status, text = self.run_to_end(cells, "-p", "PROXIES", "64", "-p", "SEED", "2", "-p", "RATE", "1", "-p", "SIZE", 'a "b"\\')
        self.assertEqual(status, 0, text)
        printed = json.loads(self.out.read_text(encoding="utf-8"))["cells"][2]["outputs"][0]["text"]
        self.assertEqual("".join(printed), '[Integer 64, Long 2, Double 1.0, String a "b"\\]\n')

    def test_a_parameter_that_the_notebook_does_not_declare_is_declared(self):
        status, text = self.run_to_end([code(PARAMETERS, "parameters"), code("System.out.println(MORE);")], "-p", "MORE", "7")
        self.assertEqual(status, 0, text)
        self.assertIn("unknown parameter: MORE", text)

    def test_a_value_of_another_type_names_the_parameter_the_type_and_the_value(self):
        status, text = self.run_to_end([code(PARAMETERS, "parameters")], "-p", "PROXIES", "many")
        self.assertNotEqual(status, 0)
        self.assertRegex(text, r"PROXIES .*\(int\).*`many`")

    def test_help_lists_the_parameters(self):
        status, text = self.run_to_end([code(PARAMETERS, "parameters")], "--help-notebook")
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"PROXIES: int \(default 48\)\s+how many")
        self.assertRegex(text, r"RATE: double \(default 4e-4\)\s+learning rate, at its peak")

    def test_a_cell_that_fails_is_an_exit_code(self):
        status, text = self.run_to_end([code("throw new IllegalStateException(\"no text\");"), code("6 * 7")])
        self.assertEqual(status, 1, text)
        self.assertIn("no text", text)

    def test_no_kernel_stays_behind_when_papermill_is_ended(self):
        for ended_by in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(ended_by=ended_by.name):
                process = self.start([code(WORK_FOREVER)], "--log-output")
                found = next(filter(None, (re.search(r"pid (\d+)", line) for line in process.stdout)), None)
                self.assertIsNotNone(found, "the cell did not start")
                process.send_signal(ended_by)
                self.assertNotEqual(process.wait(PATIENCE), 0)
                deadline = time.monotonic() + PATIENCE  # Java looks after its parent every few seconds
                while Path(f"/proc/{found[1]}").exists() and time.monotonic() < deadline:
                    time.sleep(0.1)
                self.assertFalse(Path(f"/proc/{found[1]}").exists())


if __name__ == "__main__":
    unittest.main()
