"""What travels to a machine with a GPU and no Java, tried on the CPU."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GPU = ROOT / "tools" / "gpu"
PATIENCE = 600  # seconds, for a busy machine that may have to build first


class GpuKitTest(unittest.TestCase):
    def test_java_trains_with_nothing_but_what_is_in_the_kit(self):
        with tempfile.TemporaryDirectory() as folder:
            kit = Path(folder) / "the kit"
            subprocess.run([sys.executable, GPU / "export.py", kit, "--java"], check=True, timeout=PATIENCE)
            [libraries] = (ROOT / ".setup" / "djl" / "pytorch").glob("2.7.1-*-cpu-*")  # as the export left them
            done = subprocess.run(
                [GPU / "java.sh", kit, "checked"], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE,
                env={
                    "PATH": os.environ["PATH"], "REGMIXD_DEVICE": "cpu",
                    "PYTORCH_LIBRARY_PATH": str(libraries), "PYTORCH_VERSION": "2.7.1", "PYTORCH_FLAVOR": "cpu",
                },
            )  # its exit code is check.py's, which needs a PyTorch in Python
            self.assertIn("checked: 3 steps taken on CPU", done.stdout, done.stderr)
            steps = json.loads((kit / "steps" / "checked" / "steps.json").read_text())
            self.assertEqual([len(losses) for losses in steps["losses"]], [4, 4, 4])


if __name__ == "__main__":
    unittest.main()
