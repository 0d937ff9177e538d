"""./run-notebook --check-devices as a real process, on the CPU."""

import contextlib
import io
import os
import subprocess
import unittest
from pathlib import Path

from run_notebook.main import arguments

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600  # seconds, for a busy machine that may have to build first


class CheckDevicesTest(unittest.TestCase):
    def check(self, *sizes):
        return subprocess.run(
            [ROOT / "run-notebook", "--check-devices", *sizes], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE,
            env={**os.environ, "REGMIXD_DEVICE": "cpu"},
        )

    def test_the_cpu_can_be_trusted_with_the_smallest_size(self):
        done = self.check("demo")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"demo +CPU.*: right")
        self.assertIn("can be trusted", done.stdout)

    def test_an_unknown_size_is_said_with_those_that_there_are(self):
        done = self.check("7B")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no model size 7B: choose demo, demo-target, 1M, 60M or 1B", done.stderr)
        self.assertNotIn("Exception", done.stderr)

    def test_it_stands_alone(self):
        for more in (["-p", "X", "1"], ["--set-up"], ["--out", "x"]):
            with self.subTest(more), self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
                arguments(["--check-devices", *more])


if __name__ == "__main__":
    unittest.main()
