"""The command ./plan as a real process, on runs made by a formula."""

import json
import math
import random
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from plan.main import FORMATS, METHODS, arguments, options
from run_notebook.terminal import Failure

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = ["web", "code", "math"]
PATIENCE = 600  # seconds, for a busy machine that may have to build first


def write_pair(folder, runs=40):
    """Two files as RegMix published them; the loss of math falls with its own weight, and a little with that of code."""
    chance = random.Random(1)
    mixtures, losses = ["index," + ",".join(f"train_the_pile_{domain}" for domain in DOMAINS)], ["index,metric/the_pile_math_val_loss"]
    for run in range(runs):
        amounts = [chance.random() ** 2 + 0.01 for _ in DOMAINS]
        weights = [round(amount / sum(amounts), 3) for amount in amounts]
        mixtures.append(",".join(map(str, [run, *weights])))
        losses.append(f"{run},{3 - math.log(0.05 + weights[2] + 0.2 * weights[1]) / 4 + 0.01 * chance.gauss(0, 1)}")
    Path(folder, "train_mixture.csv").write_text("\n".join(mixtures) + "\n", encoding="utf-8")
    Path(folder, "train_loss.csv").write_text("\n".join(losses) + "\n", encoding="utf-8")


class PlanTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        write_pair(self.folder)

    def plan(self, *args):
        return subprocess.run([ROOT / "plan", *args], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE)

    def test_regmixs_two_files_become_megatrons(self):
        natural = self.folder / "natural.json"
        natural.write_text('{"web": 0.8, "code": 0.15, "math": 0.05}', encoding="utf-8")
        out = self.folder / "out"
        done = self.plan(
            "--runs", self.folder, "--objective", "math", "--natural", natural, "--out", out, "--format", "megatron",
            "--steps", "1000", "--sources", "/data/{domain}_text_document",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("40 runs on 3 domains, final losses only", done.stdout)
        self.assertIn("Predicted gain over the natural mixture: +", done.stdout)
        self.assertIn("/data/math_text_document", (out / "megatron-stage-1.txt").read_text(encoding="utf-8"))
        plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
        self.assertEqual(plan["objective"], {"math": 1.0})
        self.assertEqual(set(plan["runs_sha256"]), {"train_mixture.csv", "train_loss.csv"})

    def test_formats_and_methods_are_the_librarys(self):
        def constants(file, enum):
            source = (ROOT / "kernel-lib/src/main/java/io/regmixd" / file).read_text(encoding="utf-8")
            body = re.split(r"enum " + enum + r" \{", source)[1]
            body = re.split(r"[;}]", re.sub(r"///.*", "", body))[0]
            return tuple(name.lower().replace("_", "-") for name in re.findall(r"[A-Z][A-Z_0-9]*", body))

        self.assertEqual(set(FORMATS), set(constants("export/ScheduleFormat.java", "ScheduleFormat")))
        self.assertEqual(set(METHODS), set(constants("planning/Proposal.java", "Method")))

    def test_what_is_wrong_ends_with_a_sentence_and_code_2(self):
        done = self.plan("--runs", self.folder, "--objective", "ruby")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.splitlines()[-1], "no loss or metric ruby in these runs; measured were math")
        with self.assertRaisesRegex(Failure, "There is no file nowhere.csv"):
            options(arguments(["--runs", "nowhere.csv", "--objective", "web"]))

    def test_help_needs_no_java(self):
        done = subprocess.run([ROOT / "plan", "--help"], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "JAVA_HOME": "/nowhere"})
        self.assertEqual(done.returncode, 0)
        self.assertIn("--objective NAME[=WEIGHT]", done.stdout)

    def test_options_reach_the_java_side_with_whole_paths(self):
        given = arguments(["--runs", str(self.folder), "--objective", "math=2", "--objective", "code", "--maximise", "--cautious", "--out", "x"])
        self.assertEqual(options(given), [
            "--runs", str(self.folder.resolve()), "--objective", "math=2", "--objective", "code", "--maximise", "true",
            "--cautious", "1", "--out", str(Path("x").resolve()),
        ])
