"""The command ./plan-online and the example that asks it, as real processes on a sweep of formulas."""

import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from plan_online.main import arguments, options, sweep
from run_notebook.terminal import Failure

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = ["web", "co de", 'ma"th']
STAGES = 3
PATIENCE = 600  # seconds, for a busy machine that may have to build first


def write_sweep(file, runs=24):
    """Each domain's loss falls with its own tokens, a little with the others'."""
    chance = random.Random(1)
    with open(file, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["run", "stage", "domain", "weight", "loss_nats"])
        for run in range(runs):
            seen = dict.fromkeys(DOMAINS, 0.0)
            for stage in range(STAGES + 1):
                amounts = [chance.random() ** 3 + 0.01 for _ in DOMAINS]
                mixture = dict(zip(DOMAINS, (amount / sum(amounts) for amount in amounts)))
                if stage:
                    for domain in DOMAINS:
                        seen[domain] += mixture[domain] + 0.1
                for domain in DOMAINS:
                    rows.writerow([f"run-{run}", stage, domain, mixture[domain] if stage else 0, 1 + 4 * math.exp(-seen[domain])])


class PlanOnlineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        write_sweep(cls.folder / "sweep.csv")
        cls.command = [ROOT / "plan-online", "--run", cls.folder, "--objective", 'ma"th', "--steps", "1000"]

    def ask(self, *lines, extra=()):
        done = subprocess.run(
            [*self.command, *extra], input="".join(line + "\n" for line in lines), capture_output=True, text=True,
            encoding="utf-8", timeout=PATIENCE,
        )
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_a_whole_training_is_planned_errors_on_the_way_and_a_new_process_goes_on(self):
        log = ("--log", str(self.folder / "kept" / "plan.json"))
        losses = {"web": 3.2, "co de": 3.0, 'ma"th': 2.9}
        code, said, errors = self.ask(
            json.dumps({"step": 0}), "not json", json.dumps({"step": 325, "losses": {"web": 1}}), "",
            json.dumps({"step": 325, "losses": losses}), extra=log,
        )
        self.assertEqual(code, 0, errors)
        first, no_json, incomplete, second = said
        self.assertEqual((first["step"], first["stage"], first["until_step"]), (0, 1, 325))
        self.assertEqual(list(first["mixture"]), DOMAINS)
        self.assertAlmostEqual(sum(first["mixture"].values()), 1)
        self.assertEqual(set(second["predicted"]), set(DOMAINS))
        # math depends on its own tokens alone
        self.assertGreater(second["mixture"]['ma"th'], 0.5)
        self.assertIn("not JSON", no_json["error"])
        self.assertEqual(incomplete["error"], "losses.co de: missing, expected a number")
        self.assertIn("Ready: ", errors)

        code, said, errors = self.ask(json.dumps({"step": 325, "losses": losses}), json.dumps({"step": 675, "losses": losses}), extra=log)
        self.assertEqual(code, 0, errors)
        self.assertEqual(said[0], {**second, "replayed": True})
        self.assertNotIn("replayed", said[1])
        self.assertEqual(said[1]["until_step"], 1000)

    def test_the_example_trains_to_the_end(self):
        done = subprocess.run(
            [sys.executable, ROOT / "examples" / "online_planner.py", *self.command, "--highest", 'ma"th=0.4'],
            capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stdout.splitlines() if not line.startswith("  ")]
        self.assertEqual([line.split(":")[0] for line in lines], [
            "stage 1, steps 0 to 324", "stage 2, steps 325 to 674", "stage 3, steps 675 to 999", "final losses"
        ])
        self.assertIn('ma"th 40.0%', lines[2])

    def test_the_example_goes_on_from_its_checkpoint_and_the_log(self):
        log = self.folder / "example" / "plan.json"
        command = [sys.executable, ROOT / "examples" / "online_planner.py", *self.command, "--log", log]
        whole = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE)
        self.assertEqual(whole.returncode, 0, whole.stderr)
        checkpoint = log.with_name("plan.json.checkpoint")
        self.assertEqual(json.loads(checkpoint.read_text(encoding="utf-8"))["step"], 1000)
        # as if it had been killed before the second stage was saved
        first = json.loads(log.read_text(encoding="utf-8"))["exchanges"][0]["answer"]["mixture"]
        seen = {domain: weight * 325 for domain, weight in first.items()}
        checkpoint.write_text(json.dumps({"step": 325, "seen": seen}), encoding="utf-8")
        again = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(again.stdout.replace(" (as decided before)", ""), whole.stdout[whole.stdout.index("stage 2, "):])
        self.assertEqual(again.stdout.count("as decided before"), 2)

    def test_wrong_set_up_ends_with_a_sentence_and_code_2(self):
        for extra, sentence in {
            ("--highest", "web=much"): "--highest much: expected a number",
            ("--change", "2"): "the change between stages is 2.0, expected 0 to 1",
        }.items():
            code, said, errors = self.ask(extra=extra)
            self.assertEqual((code, said), (2, []))
            self.assertIn(sentence, errors.splitlines()[-1])

    def test_of_a_runs_sweeps_the_switching_one_is_taken_and_none_is_a_clear_error(self):
        with tempfile.TemporaryDirectory() as folder:
            given = arguments(["--run", folder, "--objective", "web", "--steps", "10", "--log", "log.json", "--seed", "7"])
            with self.assertRaisesRegex(Failure, "no sweep in"):
                sweep(given)
            Path(folder, "sweep.arrow").touch()
            self.assertEqual(sweep(given).name, "sweep.arrow")
            Path(folder, "sweep-switching.arrow").touch()
            self.assertEqual(sweep(given).name, "sweep-switching.arrow")
            self.assertEqual(
                options(given)[2:], ["--objective", "web", "--steps", "10", "--log", os.path.abspath("log.json"), "--seed", "7"]
            )
            self.assertEqual(sweep(arguments(["--runs", folder, "--objective", "web", "--steps", "10"])), Path(folder).resolve())
        with self.assertRaisesRegex(Failure, "no file"):
            sweep(arguments(["--sweep", "nowhere.csv", "--objective", "web", "--steps", "10"]))
