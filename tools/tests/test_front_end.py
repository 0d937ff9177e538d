"""Jupyter as a user opens it by hand, and the file for a shell."""

import json
import os
import re
import socket
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from run_notebook import front_end

ROOT = Path(__file__).resolve().parents[2]


class ActivationTest(unittest.TestCase):
    def sourced(self, path, **environment):
        script = '. "$1" && printf "%s\\n" "$JUPYTER_PATH" "$PYTHONPATH" "$PATH"'
        return subprocess.run(
            ["sh", "-euc", script, "sh", path], env={"PATH": os.defpath, **environment},
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout.splitlines()

    def test_a_shell_finds_the_kernel_and_the_translator_and_keeps_its_own_paths(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "it's a $HOME; folder"
            setup = root / ".setup"
            setup.mkdir(parents=True)
            path = front_end.activation(root, setup)
            kernels, modules = f"{setup}/jupyter", f"{root}/tools/papermill_java"
            self.assertEqual(self.sourced(path), [kernels, modules, os.defpath])
            self.assertEqual(
                self.sourced(path, JUPYTER_PATH="mine", PYTHONPATH="also"), [f"{kernels}:mine", f"{modules}:also", os.defpath]
            )
            (setup / "python" / "bin").mkdir(parents=True)
            self.assertEqual(self.sourced(front_end.activation(root, setup))[2], f"{setup}/python/bin:{os.defpath}")


class OpenTest(unittest.TestCase):
    def test_jupyter_shows_the_notebooks_and_knows_the_kernel(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        server = subprocess.Popen(
            [ROOT / "run-notebook", "--open", "--no-browser", "--ip", "127.0.0.1", "--port", port],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        )
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        found = next(filter(None, (re.search(r"(http://127\.0\.0\.1:\d+/)\S*\?token=(\w+)", line) for line in server.stdout)), None)
        self.assertIsNotNone(found, "the server did not start")

        def asked(path):
            with urllib.request.urlopen(f"{found[1]}api/{path}?token={found[2]}", timeout=600) as answer:
                return json.load(answer)

        self.assertIn("java", asked("kernelspecs")["kernelspecs"])
        self.assertIn("regmix-d.ipynb", [each["name"] for each in asked("contents")["content"]])


if __name__ == "__main__":
    unittest.main()
