"""The command ./plan."""

import argparse
from pathlib import Path

from run_notebook.java import become
from run_notebook.main import ended
from run_notebook.terminal import Failure

MAIN_CLASS = "io.regmixd.export.PlanCommand"
METHODS = ("look-ahead", "greedy", "regmix")
FORMATS = ("json", "yaml", "csv", "regmix", "litgpt", "megatron", "energon", "mosaicml", "olmo-core", "torchtitan", "datasets")
REPEATED = ("objective", "highest", "lowest", "format")
SINGLE = ("natural", "available", "stages", "method", "change", "epochs", "cautious", "near", "seed", "steps", "batch", "context", "sources", "held_out", "out", "check",
          "observed")
PATHS = ("natural", "available", "out", "check", "observed")

DESCRIPTION = """\
Plans the data mixture for your own trainer from a table of small runs, and reports the evidence for the plan. From losses at
the end of each stage it plans one mixture per stage, from final losses one mixture throughout. It trains nothing and needs
no PyTorch. If the runs do not tell mixtures apart, there is no plan (exit code 3)."""

EPILOG = """\
tables (docs/runs.md):
  one row per run, stage and domain   run,stage,domain,weight,loss_nats
  one row per run                     run,weight_web,weight_code,loss_web,loss_code
  two files as RegMix published them  --runs train_mixture_1m.csv train_pile_loss_1m.csv, or their folder

example:
  ./plan --check plans/mine/plan.json --observed target.csv
  ./plan --runs runs.csv --objective pile_cc --format megatron --out plans/mine --sources '/data/{domain}_text_document'"""


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="plan", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", metavar="PLAN.JSON", type=Path, help="instead of planning: compare the predictions with --observed")
    parser.add_argument("--observed", metavar="FILE", type=Path, help="final losses of targets: run,loss_DOMAIN, with runs named as in plan.json")
    parser.add_argument("--runs", metavar="PATH", type=Path, nargs="+", help="a table, a file of weights and a file of losses, or a folder with these")
    parser.add_argument(
        "--objective", metavar="NAME[=WEIGHT]", action="append", default=[],
        help="the loss to minimise: a domain or another metric; repeat it for a weighted mean",
    )
    parser.add_argument("--maximise", action="store_true", help="the objective is a score: higher is better")
    parser.add_argument("--natural", metavar="FILE", type=Path, help='the natural mixture, {"web": 0.7, "code": 0.3} (the mean of the runs)')
    parser.add_argument("--stages", metavar="N", help="stages of the schedule (as in the runs); any number if the losses are logged by step")
    parser.add_argument("--method", choices=METHODS, help="look-ahead plans all stages at once, greedy one after the other, regmix a single mixture")
    parser.add_argument("--highest", metavar="DOMAIN=WEIGHT", action="append", default=[], help="upper bound of a domain's weight in every stage (the highest in any run)")
    parser.add_argument("--lowest", metavar="DOMAIN=WEIGHT", action="append", default=[], help="lower bound of a domain's weight in every stage (the lowest in any run)")
    parser.add_argument("--change", metavar="SHARE", help="largest share of the mixture that may change between two stages (1)")
    parser.add_argument("--available", metavar="FILE", type=Path, help='available tokens, {"web": 5e9, "code": 1e9}, to count epochs')
    parser.add_argument("--epochs", metavar="N", help="use no text more often than this in the whole training; needs --available")
    parser.add_argument("--cautious", metavar="N", nargs="?", const="1", help="add N standard errors to each prediction (1 if N is left out, 0 without the option)")
    parser.add_argument("--near", metavar="STRENGTH", help="pull each mixture towards the natural one: loss added per nat of divergence (0; Olmix uses 0.05)")
    parser.add_argument("--seed", metavar="N", help="seed of fit and search (1)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="write schedule.json, schedule.svg and plan.json there, and the files for each --format")
    parser.add_argument("--format", choices=FORMATS, action="append", default=[], help="files for a trainer (docs/exports.md); may be repeated")
    parser.add_argument("--sources", metavar="PATTERN", help="where the trainer finds a domain's text: '/data/{domain}'")
    parser.add_argument("--held-out", metavar="PATTERN", help="where it finds a domain's held-out text, for trainers that also mix that")
    parser.add_argument("--steps", metavar="N", help="optimizer steps of the training (25000)")
    parser.add_argument("--batch", metavar="N", help="sequences per step (512)")
    parser.add_argument("--context", metavar="N", help="tokens per sequence (2048)")
    given = parser.parse_args(argv)
    if bool(given.check) != bool(given.observed):
        parser.error("--check and --observed go together")
    if not given.check and not (given.runs and given.objective):
        parser.error("the following arguments are required: --runs, --objective")
    return given


def options(given):
    """What the Java side is called with."""
    for path in [*(given.runs or []), given.natural, given.available, given.check, given.observed]:
        if path and not path.exists():
            raise Failure(f"There is no file {path}.")
    chosen = []
    for path in given.runs or []:
        chosen += ["--runs", str(path.resolve())]
    for name in REPEATED:
        for value in getattr(given, name):
            chosen += [f"--{name}", value]
    if given.maximise:
        chosen += ["--maximise", "true"]
    for name in SINGLE:
        value = getattr(given, name)
        if value is not None:
            chosen += ["--" + name.replace("_", "-"), str(value.resolve() if name in PATHS else value)]
    return chosen


def main(argv=None):
    given = arguments(argv)
    return ended(lambda: become(MAIN_CLASS, options(given)))
