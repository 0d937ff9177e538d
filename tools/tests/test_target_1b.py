"""The notebook of the paper's setting, where it can not be trained."""

import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class TargetTest(unittest.TestCase):
    def test_a_machine_that_is_too_small_is_told_so_before_anything_begins(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "run"
            done = subprocess.run(
                [
                    ROOT / "run-notebook", ROOT / "notebooks" / "target-1b.ipynb", "-p", "SIZE", "1B", "-p", "SEEDS", "1000000", "-p", "PROXIES", "512",
                    "-p", "MANIFEST", "data-manifests/pile.json", "-p", "REFERENCES", "data-manifests/pile-mixtures.json", "--out", out,
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", timeout=600,
            )
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("this machine cannot train that, and nothing was begun.", done.stdout)
            self.assertRegex(done.stdout, r"4000000 targets: up to [\d,]+ GB of saved models, and .* has \d+ GB left")
            self.assertRegex(done.stdout, r"512 proxies on 8 x H100 in 18\.\d h for 367; 4000000 targets on 8 x H100 in")
            self.assertFalse(list(out.glob("*.arrow")))


if __name__ == "__main__":
    unittest.main()
