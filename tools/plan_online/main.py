"""The command ./plan-online."""

import argparse
from pathlib import Path

from run_notebook.java import become
from run_notebook.main import ended
from run_notebook.terminal import Failure

MAIN_CLASS = "io.regmixd.export.PlanOnline"
SWEEPS = ("sweep-switching.arrow", "sweep.arrow", "sweep.csv")

DESCRIPTION = """\
Plans the mixtures of your own trainer while it runs. It fits the proxies' trajectories, then answers each line of JSON on
standard input with one line of JSON on standard output. Everything else goes to standard error."""

EPILOG = """\
a question and its answer:
  {"step": 5000, "losses": {"web": 2.31, "code": 1.42}}
  {"step": 5000, "stage": 2, "until_step": 10000, "mixture": {"web": 0.4, "code": 0.6}, "predicted": {...}, "warnings": []}
  a question that cannot be answered: {"error": "losses.code: missing, expected a number"}

Losses are validation losses in nats per token. Start with {"step": 0}. examples/online_planner.py is a training loop that uses this.

example:
  ./plan-online --run runs/mine --objective documentation --steps 25000 --log runs/mine/plan.json"""


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="plan-online", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sweep = parser.add_mutually_exclusive_group(required=True)
    sweep.add_argument("--runs", metavar="PATH", type=Path, help="your own runs with losses after each stage: a table, or a folder with one (docs/runs.md)")
    sweep.add_argument("--run", metavar="FOLDER", type=Path, help="a run folder; uses the first of these that it has: " + ", ".join(SWEEPS))
    sweep.add_argument("--sweep", metavar="FILE", type=Path, help="a sweep's .arrow file, or a .csv file of your own runs")
    parser.add_argument("--objective", metavar="DOMAIN", required=True, help="the domain whose final loss is to be minimised")
    parser.add_argument("--steps", metavar="N", required=True, help="optimizer steps of the whole training")
    parser.add_argument("--log", metavar="FILE", type=Path, help="keep the decisions here; a new process with the same log continues from there")
    parser.add_argument(
        "--highest", metavar="DOMAIN=WEIGHT", action="append", default=[],
        help="upper bound of a domain's weight in every stage; may be repeated (the highest of any proxy)",
    )
    parser.add_argument("--change", metavar="SHARE", help="largest share of the mixture that may change between two stages (1)")
    parser.add_argument("--method", choices=["look-ahead", "greedy", "published"], help="the planner (look-ahead)")
    parser.add_argument("--natural", metavar="FILE", type=Path, help='for greedy and published: the natural mixture, {"web": 0.7, "code": 0.3} (the mean of the runs)')
    parser.add_argument("--sizes", metavar="RATIO", help="for published: parameters of the target divided by those of a proxy (1000)")
    parser.add_argument("--scale", choices=["calibrated", "none"], help="how the trainer's losses are mapped to the proxies' size (calibrated)")
    parser.add_argument("--seed", metavar="N", help="seed of fit and search (1)")
    return parser.parse_args(argv)


def sweep(given):
    """The file of the proxies' trajectories, or a folder with a table of them."""
    named = given.sweep or given.runs
    if named:
        if not (named.is_file() or (given.runs and named.is_dir())):
            raise Failure(f"There is no file {named}.")
        return named.resolve()
    for name in SWEEPS:
        if (given.run / name).is_file():
            return (given.run / name).resolve()
    raise Failure(f"There is no sweep in {given.run}: expected one of {', '.join(SWEEPS)}. Run a notebook with --out {given.run} first.")


def options(given):
    """What the Java side is called with."""
    chosen = ["--runs", str(sweep(given)), "--objective", given.objective, "--steps", given.steps]
    for bound in given.highest:
        chosen += ["--highest", bound]
    for name in ("log", "change", "method", "natural", "sizes", "scale", "seed"):
        value = getattr(given, name)
        if value is not None:
            chosen += [f"--{name}", str(value.resolve() if name in ("log", "natural") else value)]
    return chosen


def main(argv=None):
    given = arguments(argv)
    return ended(lambda: become(MAIN_CLASS, options(given)))
