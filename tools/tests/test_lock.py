import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from run_notebook import lock

TOOLS = Path(__file__).resolve().parents[1]
HOLD = """
import sys
from pathlib import Path
from run_notebook import lock
with lock.held(Path(sys.argv[1])) as other:
    print(other or "held", flush=True)
    sys.stdin.read()
"""


class LockTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / ".lock"

    def other_process(self):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.file], env={**os.environ, "PYTHONPATH": str(TOOLS)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        return process, process.stdout.readline().strip()

    def test_second_process_hears_who_holds_it_and_leaves_the_words_alone(self):
        with lock.held(self.file) as other:
            self.assertIsNone(other)
            # never opened here: closing it again would give the lock up
            words = subprocess.check_output(["cat", self.file], text=True)
            self.assertIn(f"process {os.getpid()} on ", words)
            self.assertEqual(self.other_process()[1], words)
            self.assertEqual(subprocess.check_output(["cat", self.file], text=True), words)
        self.assertEqual(self.file.read_text(), "")

    def test_lock_ends_with_its_process(self):
        process, said = self.other_process()
        self.assertEqual(said, "held")
        self.assertIn(f"process {process.pid} on ", lock.holder(self.file))
        process.kill()
        process.wait()
        self.assertIsNone(lock.holder(self.file))

    def test_file_that_is_missing_is_held_by_no_one_and_not_made(self):
        self.assertIsNone(lock.holder(self.file))
        self.assertFalse(self.file.exists())
