"""How values look, how errors read and how cells stop, in real kernels of Jupyter."""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from run_notebook import kernel, packages
from run_notebook.main import SETUP

ROOT = Path(__file__).resolve().parents[2]
CELLS = Path(__file__).with_name("cells.py")
PATIENCE = 300  # seconds, for a busy machine
STARTS = 6  # rapaio hangs in one start of five
MIXTURE = 'io.regmixd.mixture.Mixture.of(java.util.List.of("web", "code"), 0.4, 0.6)'
VALUES = {
    "table": 'tech.tablesaw.api.Table.create(tech.tablesaw.api.DoubleColumn.create("loss_nats", 2.31415926))',
    "mixture": MIXTURE,
    "schedule": f"io.regmixd.mixture.MixtureSchedule.constant({MIXTURE}, 5)",
    "devices": "io.regmixd.engine.ComputeDevice.cpu(2)",
}
PROGRESS = """\
var bar = new io.regmixd.notebook.ProgressDisplay();
for (int i = 0; i <= 8; i++) { bar.update("Training proxies", i / 8.0, i + " of 8"); Thread.sleep(50); }"""


FITTING = """\
import io.regmixd.mixture.*; import io.regmixd.regression.*; import io.regmixd.trajectory.*;
var random = new Random(1);
var domains = List.of("web", "code", "books");
var runs = new ArrayList<Trajectory>();
for (int i = 0; i < 400; i++) {
    var mixture = Mixture.proportional(domains, random.nextDouble(), random.nextDouble(), random.nextDouble());
    double[][] losses = {{5, 5, 5}, random.doubles(3, 2, 4).toArray()};
    runs.add(new Trajectory("run-" + i, MixtureSchedule.constant(mixture, 1), losses, OptionalInt.empty()));
}
var bar = new io.regmixd.notebook.ProgressDisplay();
CrossValidation.of(new Trajectories(domains, 1, 1000, runs), "web", List.of(Regressor.gaussianProcess()), 50, 1, bar);"""
AFTERWARDS = "io.regmixd.notebook.Kernel.finishInterrupted(); System.out.println(runs.size());"


def execute(name, *cells, start_in=PATIENCE):
    """The outputs of cells, each a text or a pair of a text and the seconds after which it is interrupted."""
    pairs = [cell if isinstance(cell, tuple) else (cell, None) for cell in cells]
    asked = {"kernel": name, "start_in": start_in, "cells": [{"code": code, "interrupt_after": after} for code, after in pairs]}
    done = subprocess.run(
        [packages.find(SETUP), CELLS], env={**os.environ, **kernel.jupyter_environment(SETUP)}, input=json.dumps(asked),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", timeout=2 * PATIENCE, cwd=ROOT,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def text(output, mime="text/plain"):
    return "".join(output["data"][mime])


class Shows:
    """What every kernel shows."""

    def test_values_and_progress(self):
        *values, progress = [answer["outputs"] for answer in self.execute(*VALUES.values(), PROGRESS)]
        for name, outputs in zip(VALUES, values):
            with self.subTest(value=name):
                self.assertEqual(len(outputs), 1)
                self.assertIn("text/plain", outputs[0]["data"])
        picture = values[list(VALUES).index("mixture")][0]["data"]
        self.assertTrue(picture["image/png"].startswith("iVBOR"), "a PNG")
        self.assertIn("stages 1 to 5", text(values[list(VALUES).index("schedule")][0], "text/html"))
        self.assertIn("CPU, part 2 of 2", text(values[list(VALUES).index("devices")][0], "text/html"))
        self.assertIn('<td style="text-align:right">2.314</td>', text(values[list(VALUES).index("table")][0], "text/html"))
        self.assertEqual(len(progress), 1, "one line, changed in place")
        self.assertRegex(text(progress[0]), r"Training proxies  done in .* s  8 of 8")


class IJavaTest(unittest.TestCase, Shows):
    @classmethod
    def setUpClass(cls):
        subprocess.run([ROOT / "run-notebook", "--set-up"], check=True, stdin=subprocess.DEVNULL)

    def execute(self, *cells):
        return execute("java", *cells)

    def test_an_interrupt_ends_the_work_and_the_next_cell_finds_what_was_there(self):
        interrupted, afterwards = self.execute((FITTING, 6), AFTERWARDS)
        errors = [output["ename"] for output in interrupted["outputs"] if output["output_type"] == "error"]
        self.assertEqual(errors, ["EvaluationInterruptedException"], interrupted["outputs"])
        self.assertEqual("".join(afterwards["outputs"][0]["text"]), "400\n")

    def test_an_error_says_first_what_is_wrong_and_what_to_do(self):
        (answer,) = self.execute('io.regmixd.data.Corpus.open(java.nio.file.Path.of("/nowhere"))')
        (error,) = answer["outputs"]
        said = "/nowhere holds no prepared corpus (no index.json); prepare it from its manifest"
        self.assertEqual(error["evalue"], said)
        lines = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error["traceback"])).splitlines() if line.strip("-")]
        self.assertEqual(lines[0], f"java.io.IOException: {said}")


class RapaioTest(unittest.TestCase, Shows):
    @classmethod
    def setUpClass(cls):
        subprocess.run([ROOT / "run-notebook", "--set-up", "--kernel", "rapaio"], check=True, stdin=subprocess.DEVNULL)

    def execute(self, *cells):
        for start in range(STARTS):
            try:
                return execute("rapaio", *cells, start_in=30)
            except (AssertionError, subprocess.TimeoutExpired) as hung:
                if start == STARTS - 1 or isinstance(hung, AssertionError) and "respond" not in str(hung):
                    raise


if __name__ == "__main__":
    unittest.main()
