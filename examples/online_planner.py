#!/usr/bin/env python3
"""A training loop that asks RegMix-D's online planner what to train on next.

    examples/online_planner.py ./plan-online --run runs/mine --objective documentation --steps 25000 --log plan.json

Plain Python, no dependencies: copy `Planner` into your trainer. The model here is a stand-in whose losses fall with the
tokens that it sees of a domain; put your own `train` and `validate` in its place.
"""

import json
import subprocess
import sys
from pathlib import Path


class Planner:
    """The process that answers. Ask it on one rank and broadcast the mixture to the others."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, step, losses=None):
        """The answer for a step that starts a stage: `mixture` to train on until `until_step`."""
        question = {"step": step} if losses is None else {"step": step, "losses": losses}
        print(json.dumps(question), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The planner ended with exit code {self.process.wait()}; what it said stands above.")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class StandIn:
    """Learns each domain from its own tokens."""

    def __init__(self, seen):
        self.seen = seen

    def train(self, mixture, steps):
        for domain, weight in mixture.items():
            self.seen[domain] += weight * steps

    def validate(self):
        """Validation loss of every domain, nats per token."""
        return {domain: 1.5 + 4 / (1 + seen) ** 0.25 for domain, seen in self.seen.items()}


def main(command):
    total = int(command[command.index("--steps") + 1])
    # the checkpoint lies beside the log, which keeps what was decided: both go on from where they stopped
    checkpoint = Path(command[command.index("--log") + 1] + ".checkpoint") if "--log" in command else None
    with Planner(command) as planner:
        if checkpoint and checkpoint.exists():
            saved = json.loads(checkpoint.read_text(encoding="utf-8"))
            model, step = StandIn(saved["seen"]), saved["step"]
        else:
            answer = planner.ask(0)
            model, step = StandIn(dict.fromkeys(answer["mixture"], 0.0)), 0
        while step < total:
            if step:
                answer = planner.ask(step, model.validate())
            until = answer["until_step"]
            largest = sorted(answer["mixture"].items(), key=lambda each: -each[1])[:3]
            replayed = " (as decided before)" if answer.get("replayed") else ""
            print(f"stage {answer['stage']}, steps {step} to {until - 1}: " + ", ".join(f"{domain} {weight:.1%}" for domain, weight in largest) + replayed)
            for warning in answer["warnings"]:
                print(f"  beyond the proxies: {warning}")
            model.train(answer["mixture"], until - step)
            step = until
            if checkpoint:
                checkpoint.parent.mkdir(parents=True, exist_ok=True)
                checkpoint.write_text(json.dumps({"step": step, "seen": model.seen}), encoding="utf-8")
    print("final losses: " + ", ".join(f"{domain} {loss:.3f}" for domain, loss in model.validate().items()))


if __name__ == "__main__":
    if "--steps" not in sys.argv:
        sys.exit(__doc__)
    main(sys.argv[1:])
