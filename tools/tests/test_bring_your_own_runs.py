"""The notebook that plans from a table of runs, as it comes and with a table that is not there."""

import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "bring-your-own-runs.ipynb"


class BringYourOwnRunsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "run"

    def run_notebook(self, *options):
        return subprocess.run(
            [ROOT / "run-notebook", NOTEBOOK, "--out", self.out, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", timeout=600,
        )

    def test_real_runs_become_a_schedule_and_a_trainers_files(self):
        done = self.run_notebook("-p", "FORMAT", "olmo-core", "-p", "SOURCES", "/text/{domain}.npy")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("48 runs on 10 domains, 5 stages, losses after each", done.stdout)
        self.assertRegex(done.stdout, r"Predicted gain over the best static mixture: \+0\.\d+ nats per token")
        for stage in range(1, 6):
            self.assertIn("/text/documentation.npy", (self.out / "trainer" / f"olmo-core-stage-{stage}.yaml").read_text(encoding="utf-8"))
        self.assertEqual(
            sorted(path.name for path in (self.out / "plots").iterdir()), ["by-weight.png", "held-out.png", "mixtures.png", "schedules.png"]
        )

    def test_a_table_that_is_not_there_is_named(self):
        done = self.run_notebook("-p", "RUNS", "nowhere.csv")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("nowhere.csv: no such file", " ".join(done.stdout.split()))


if __name__ == "__main__":
    unittest.main()
