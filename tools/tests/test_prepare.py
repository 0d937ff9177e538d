"""From a folder of one's own text to a schedule, by the README's steps."""

import json
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY = {"PROXIES": 12, "PROXY_STEPS": 20, "TARGET_STEPS": 20, "SEEDS": 2, "CANDIDATES": 2000}


class PrepareTest(unittest.TestCase):
    def run_to_end(self, *command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200)
        return done.returncode, done.stdout

    def test_texts_become_a_schedule(self):
        with tempfile.TemporaryDirectory() as folder:
            texts = Path(folder) / "texts"
            self.write(texts)
            status, text = self.run_to_end(ROOT / "prepare", texts, "--data", Path(folder) / "data")
            self.assertEqual(status, 0, text)
            manifest = json.loads((texts / "manifest.json").read_text(encoding="utf-8"))
            self.assertEqual([domain["name"] for domain in manifest["domains"]], ["letters", "numbers", "words"])
            for name in ("letters", "numbers", "words"):
                self.assertRegex(text, rf"\b{name}\b")

            manifest["objective"] = "words"
            (texts / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            values = [part for name, value in TINY.items() for part in ("-p", name, str(value))]
            out = Path(folder) / "run"
            status, text = self.run_to_end(
                ROOT / "run-notebook", ROOT / "notebooks" / "regmix-d.ipynb", "-p", "MANIFEST", texts / "manifest.json", *values, "--out", out
            )
            self.assertEqual(status, 0, text)
            self.assertRegex(text, r"on words: RegMix-D look-ahead|RegMix-D look-ahead lies .* nats")
            self.assertGreater((out / "schedules.arrow").stat().st_size, 0)

    def test_a_folder_that_is_not_there_or_has_no_domains_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            status, text = self.run_to_end(ROOT / "prepare", Path(folder) / "nowhere")
            self.assertEqual(status, 2)
            self.assertIn("nowhere", text)
            status, text = self.run_to_end(ROOT / "prepare", folder)
            self.assertEqual(status, 1)
            self.assertIn(folder, text)

    @staticmethod
    def write(texts):
        chance = random.Random(1)
        kinds = {"letters": "abc", "numbers": "0123456789", "words": ["mixture", "stage", "proxy", "loss", "the", "of"]}
        for kind, pieces in kinds.items():
            (texts / kind).mkdir(parents=True)
            for i in range(40):
                text = " ".join(chance.choice(pieces) for _ in range(400))
                (texts / kind / f"{i}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
