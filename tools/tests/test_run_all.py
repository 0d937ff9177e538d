"""Cells that were asked for before one of them failed."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from run_notebook import kernel, packages
from run_notebook.main import SETUP

ROOT = Path(__file__).resolve().parents[2]
RUN_ALL = Path(__file__).with_name("run_all.py")


class RunAllTest(unittest.TestCase):
    def test_cells_below_one_that_fails_are_not_run_and_later_ones_are(self):
        subprocess.run([ROOT / "run-notebook", "--set-up"], check=True, stdin=subprocess.DEVNULL)
        cells = [
            'System.out.print("first ");', 'throw new IllegalStateException("no text");', 'System.out.print("below ");',
            'System.out.print("further below ");', 'System.out.print("later");',
        ]
        done = subprocess.run(
            [packages.find(SETUP), RUN_ALL, *cells], env={**os.environ, **kernel.jupyter_environment(SETUP)},
            stdout=subprocess.PIPE, text=True, encoding="utf-8", timeout=600, check=True,
        )
        self.assertEqual(json.loads(done.stdout), ["ok", "error", "error", "error", "first later"])


if __name__ == "__main__":
    unittest.main()
