"""Which PyTorch trains, on machines that are only said to have GPUs."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from run_notebook import pytorch
from run_notebook.terminal import Failure


class PytorchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.bin = self.folder / "bin"
        self.bin.mkdir()

    def program(self, name, text):
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def gpus(self, count):
        lines = "".join(f"GPU {i}: NVIDIA H100 (UUID: GPU-{i})\\n" for i in range(count))
        self.program("nvidia-smi", f"printf '{lines}'")

    def torch(self, version):
        """A Python that has this PyTorch."""
        folder = self.folder / f"torch {version}"
        folder.mkdir()
        (folder / "version.py").write_text(f"from typing import Optional\n__version__ = '{version}'\ncuda: Optional[str] = '12.8'\n")
        self.program("python3", f"echo '{folder}'")
        return folder

    def choose(self, cpu_natives=True, **environment):
        return pytorch.choose(cpu_natives, {"PATH": str(self.bin), **environment})

    def test_without_gpus_the_cpus_own_trains(self):
        self.torch("2.7.1+cu128")
        self.assertIsNone(self.choose())
        self.assertIsNone(self.choose(REGMIXD_DEVICE="cpu"))

    def test_with_gpus_the_installed_one_trains_and_cuda_is_found(self):
        self.gpus(2)
        folder = self.torch("2.7.1+cu128")
        for device in ("auto", "gpu", "gpu:0,2"):
            chosen = self.choose(REGMIXD_DEVICE=device)
            self.assertEqual(chosen.folder, folder)
            self.assertEqual(
                pytorch.environment(chosen),
                {"PYTORCH_LIBRARY_PATH": str(folder / "lib"), "PYTORCH_VERSION": "2.7.1", "PYTORCH_FLAVOR": "cu128"},
            )
            self.assertIn(f"{self.folder}/nvidia/cuda_runtime/lib", pytorch.options(chosen)[0])

    def test_a_shell_takes_the_same_variables(self):
        self.gpus(1)
        folder = self.torch("2.7.1+cu128")  # with a space in its name
        line = pytorch.shell(self.choose())
        told = subprocess.run(
            ["/bin/sh", "-c", f'{line}; printf "%s\\n" "$PYTORCH_LIBRARY_PATH" "$PYTORCH_VERSION" "$PYTORCH_FLAVOR" "$JDK_JAVA_OPTIONS"'],
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        runtimes = f"{self.folder}/nvidia/cuda_runtime/lib:{folder}/lib"
        self.assertEqual(told, [f"{folder}/lib", "2.7.1", "cu128", f'"-Djna.library.path={runtimes}"'])

    def test_a_gpu_that_cannot_be_used_is_an_error_with_the_ways_out(self):
        self.gpus(2)
        with self.assertRaisesRegex(Failure, r"shows 2 GPUs(.|\n)*none(.|\n)*torch==2\.7\.1(.|\n)*REGMIXD_TORCH(.|\n)*REGMIXD_DEVICE=cpu"):
            self.choose()
        folder = self.torch("2.6.0+cu124")
        with self.assertRaisesRegex(Failure, re.escape(f"2.6.0+cu124  {folder}")):
            self.choose()
        self.assertIsNone(self.choose(REGMIXD_DEVICE="cpu"))
        self.assertIsNone(self.choose(CUDA_VISIBLE_DEVICES=""), "hidden on purpose")

    def test_a_gpu_that_is_asked_for_and_not_there_is_an_error(self):
        with self.assertRaisesRegex(Failure, "REGMIXD_DEVICE=gpu:1 asks"):
            self.choose(REGMIXD_DEVICE="gpu:1")

    def test_a_folder_that_is_named_counts_alone(self):
        self.gpus(1)
        self.torch("2.7.1+cpu")
        other = self.folder / "elsewhere" / "torch"
        other.mkdir(parents=True)
        (other / "version.py").write_text("__version__ = '2.7.1+cu128'\n")
        self.assertEqual(self.choose(REGMIXD_TORCH=str(other)).folder, other)
        with self.assertRaisesRegex(Failure, "none"):
            self.choose(REGMIXD_TORCH=str(self.folder / "nowhere"))

    def test_without_the_cpus_own_the_installed_one_trains_on_the_cpu_too(self):
        folder = self.torch("2.7.1+cu128")
        self.assertEqual(self.choose(cpu_natives=False, REGMIXD_DEVICE="cpu").folder, folder)

    def test_a_device_that_is_none_is_named(self):
        with self.assertRaisesRegex(Failure, "REGMIXD_DEVICE=gpu0"):
            self.choose(REGMIXD_DEVICE="gpu0")

    def test_a_driver_that_fails_shows_no_gpu(self):
        self.program("nvidia-smi", "echo 'NVIDIA-SMI has failed'; exit 9")
        self.assertEqual(pytorch.visible_gpus({"PATH": str(self.bin)}), 0)
        self.assertEqual(pytorch.visible_gpus({"PATH": os.defpath + "-nowhere"}), 0)


if __name__ == "__main__":
    unittest.main()
