"""Through a real kernel: ./run-notebook as a user starts it."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600  # seconds, for a busy machine


def code(source, *tags):
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source, "outputs": [], "execution_count": None}


def heading(text):
    return {"cell_type": "markdown", "metadata": {}, "source": f"## {text}\n\nWhy."}


WORK_FOREVER = """
var bar = new io.regmixd.notebook.ProgressDisplay();
System.out.println("pid " + ProcessHandle.current().pid());
try {
    for (int i = 0; ; i++) { bar.update("Training proxies", i / 1e6, ""); Thread.sleep(100); }
} catch (InterruptedException e) {
    Thread.sleep(1000);
    java.nio.file.Files.writeString(java.nio.file.Path.of(RUN, "kept"), "");
}"""
RUN = code('String RUN = "";', "parameters")
SESSION = [
    code('int PROXIES = 48;\nString RUN = "";', "parameters"),
    code('var session = io.regmixd.notebook.Session.open("mine", RUN, Map.of("PROXIES", PROXIES));'),
    code("System.out.println(session);"),
]


class RunTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([ROOT / "run-notebook", "--set-up"], check=True, stdin=subprocess.DEVNULL)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "runs" / "first"

    def start(self, cells, *options, out=True):
        notebook = self.folder / "small.ipynb"
        notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
        process = subprocess.Popen(
            [ROOT / "run-notebook", notebook, *(["--out", self.out] if out else []), *options],
            env={**os.environ, "REGMIXD_RUNS": str(self.folder / "runs")}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            # where the tests run in the background of a shell, SIGINT is ignored, and the command would keep that
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def run_to_end(self, cells, *options, **more):
        process = self.start(cells, *options, **more)
        text, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, text

    def outputs(self):
        notebook = json.loads((self.out / "small.ipynb").read_text(encoding="utf-8"))
        return [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]

    def start_working_forever(self):
        process = self.start([RUN, heading("First"), code("6 * 7"), heading("Training"), code(WORK_FOREVER)])
        for line in process.stdout:
            found = re.search(r"pid (\d+)", line)
            if found:
                return process, int(found[1])
        self.fail("the cell did not start")

    def assert_ends(self, pid):
        deadline = time.monotonic() + PATIENCE  # Java looks after its parent every few seconds
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertFalse(Path(f"/proc/{pid}").exists(), "the Java process is still there")

    def test_values_progress_parameters_and_one_clear_error(self):
        exit_code, text = self.run_to_end(
            [
                heading("Parameters"),
                code('int PROXIES = 48;\nString SIZE = "demo";\nString RUN = "";', "parameters"),
                code('System.out.println(PROXIES / 3 + " " + SIZE + " " + RUN);'),
                heading("Table"),
                code('tech.tablesaw.api.Table.create(tech.tablesaw.api.DoubleColumn.create("loss_nats", 2.31415926))'),
                heading("Training"),
                code(
                    "var bar = new io.regmixd.notebook.ProgressDisplay();\n"
                    'for (int i = 0; i <= 8; i++) { bar.update("Training proxies", i / 8.0, i + " of 8"); Thread.sleep(50); }'
                ),
                heading("Mistake"),
                code('io.regmixd.mixture.Mixture.of(List.of("web", "code"), 0.4, 0.2)'),
                code("1 + 1"),
            ],
            "-p", "PROXIES", "64", "-p", "SIZE", 'größe "x"\n\\u0041',
        )
        self.assertEqual(exit_code, 1, text)
        parameters, injected, printed, table, training, mistake, never = self.outputs()
        self.assertEqual(injected, [])
        self.assertEqual("".join(printed[0]["text"]), f'21 größe "x"\n\\u0041 {self.out}\n')
        self.assertIn('<td style="text-align:right">2.314</td>', "".join(table[0]["data"]["text/html"]))
        self.assertEqual(len(training), 1)
        self.assertRegex("".join(training[0]["data"]["text/plain"]), r"Training proxies  done in .* s  8 of 8")
        self.assertNotIn("transient", training[0])
        self.assertEqual(mistake[0]["output_type"], "error")
        self.assertEqual(never, [])

        self.assertIn('Error in cell 6, "Mistake": IllegalArgumentException\n    weights of 2 domains sum to', text)
        self.assertRegex(text, r"Training proxies  done in")
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\tat ", text)
        self.assertLess(len(text.splitlines()), 20, text)
        self.assertIn("weights of 2 domains sum to", (self.out / "small.html").read_text(encoding="utf-8"))

    def test_interrupt_keeps_what_is_finished_ends_java_and_the_same_folder_goes_on(self):
        process, java = self.start_working_forever()
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, text)
        self.assertIn("the same command goes on from there", text)
        self.assert_ends(java)
        _, _, first, training = self.outputs()
        self.assertEqual("".join(first[0]["data"]["text/plain"]), "42")
        self.assertIn("Training proxies", json.dumps(training))
        self.assertTrue((self.out / "small.html").exists())
        self.assertTrue((self.out / "kept").exists(), "the interrupted step could not save what it had")

        exit_code, text = self.run_to_end([code("1 + 1")])
        self.assertEqual(exit_code, 0, text)
        self.assertIn("Going on in", text)
        self.assertIn("small.html", text)

    def test_java_ends_when_the_runner_is_killed(self):
        process, java = self.start_working_forever()
        exit_code, text = self.run_to_end([code("1 + 1")])
        self.assertEqual(exit_code, 2)
        self.assertRegex(text, rf"is in use by process {process.pid} on .* since 20")
        process.kill()
        process.wait()
        self.assert_ends(java)
        _, _, first, _ = self.outputs()
        self.assertEqual("".join(first[0]["data"]["text/plain"]), "42")

    def test_session_chooses_the_folder_by_the_parameters_and_goes_on_in_it(self):
        runs = self.folder / "runs"
        folders = []
        for options, begins in ([], "Running in"), ([], "Going on in"), (["-p", "PROXIES", "64"], "Running in"):
            exit_code, text = self.run_to_end(SESSION, *options, out=False)
            self.assertEqual(exit_code, 0, text)
            found = re.search(rf"{begins} .*/runs/(mine-[0-9a-f]{{8}})", text)
            self.assertIsNotNone(found, text)
            folders.append(found[1])
            self.out = runs / found[1]
            self.assertIn(str(self.out), json.dumps(self.outputs()))
            self.assertNotIn("transient", json.dumps(self.outputs()))
            self.assertTrue((self.out / "small.html").exists())
        self.assertEqual(folders[0], folders[1])
        self.assertEqual({each.name for each in runs.iterdir()}, set(folders))

        exit_code, text = self.run_to_end(SESSION, "-p", "PROXIES", "32", "-p", "RUN", str(self.out), out=False)
        self.assertEqual(exit_code, 1, text)
        self.assertIn("parameters.PROXIES is 64 there, and now 32", text)
        self.assertIn("Leave RUN empty", text)
        self.assertTrue((runs / "small" / "small.ipynb").exists(), "what no session chose a folder for")

    def test_notebook_without_the_parameter_has_a_folder_of_its_name(self):
        exit_code, text = self.run_to_end([code("6 * 7")], out=False)
        self.assertEqual(exit_code, 0, text)
        self.assertTrue((self.folder / "runs" / "small" / "small.html").exists())

    def test_wrong_command_lines_end_before_a_kernel_starts(self):
        exit_code, text = self.run_to_end([code("int PROXIES = 48;", "parameters")], "-p", "PROXYS", "1")
        self.assertEqual(exit_code, 2)
        self.assertIn("no parameter PROXYS. It has:\n    int PROXIES = 48", text)
        self.assertFalse(self.out.exists())
        missing = subprocess.run([ROOT / "run-notebook", self.folder / "none.ipynb"], capture_output=True, text=True)
        self.assertEqual(missing.returncode, 2)
        self.assertIn("There is no file", missing.stderr)


if __name__ == "__main__":
    os.chdir(ROOT)
    unittest.main()
