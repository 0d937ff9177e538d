"""The command ./bench."""

import argparse
import json
import os
import platform
import resource
import time
from pathlib import Path

from run_notebook.main import DONE, ROOT, ended
from run_notebook.terminal import Failure

from . import adaptive, data, engine, planning, regression, runs, study, sweep

BENCHMARKS = {"engine": engine.measure, "regression": regression.measure, "planning": planning.measure,
              "adaptive": adaptive.measure, "sweep": sweep.measure, "data": data.measure, "study": study.measure, "runs": runs.measure}

EPILOG = """\
benchmarks:
  engine     training: tokens/s, share of the machine's matrix-product rate, compared with eager PyTorch in Python (3 minutes)
  regression every regressor on RegMix's published runs; --data is a clone of its repository, or its folder data (2 minutes)
  planning   planners in synthetic worlds whose best schedule is known: regrets, seconds per plan (12 minutes)
  sweep      overhead of a sweep beyond its training steps, and its ledger (1 minute)
  data       preparing a corpus: tokens/s, share of the tokenizer alone, heap, opening (5 minutes on a quiet machine)
  study      whether planning by stage pays, in miniature (10 minutes); --full prints the figures of the committed results,
             --run PIECE trains one piece of them (order, scarce, free: an hour each)
  runs       ./plan from start to plan: seconds and memory by size of the table; --data may have RegMix's files (2 minutes)
  adaptive   a sweep that chooses its own mixtures, on RegMix's published runs (--data) and in synthetic worlds (3 minutes)

Keep the machine quiet while it measures. docs/ explains the figures."""


def arguments(argv, benchmarks):
    parser = argparse.ArgumentParser(
        prog="bench", description="Measures one part of the library on this machine.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", choices=list(benchmarks), help="one of: " + ", ".join(benchmarks))
    parser.add_argument("--data", metavar="FOLDER", type=Path, default=ROOT / "data", help="where prepared corpora or published runs are (data)")
    parser.add_argument("--full", action="store_true", help="study: print the figures of the committed results")
    parser.add_argument("--run", metavar="PIECE", choices=study.PIECES, help="study: train a piece at full size, or continue it")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the figures there")
    return parser.parse_args(argv)


def main(argv=None, benchmarks=BENCHMARKS):
    given = arguments(argv, benchmarks)
    return ended(lambda: work(given, benchmarks))


def work(given, benchmarks):
    if given.json and not given.json.resolve().parent.is_dir():  # said now, not after minutes
        raise Failure(f"There is no folder {given.json.parent} for {given.json.name}: make it, or name another file.")
    print(f"Machine: {machine()}", flush=True)
    before = clocks()
    report = measure(given, benchmarks)
    others = others_share(before, clocks())
    print("", *report.lines, f"other processes had {others:.0%} of the processor meanwhile", sep="\n")
    if given.json:
        settings = {**report.settings, "others_share": round(others, 3)}
        content = {"figures": report.figures, "machine": machine(), "settings": settings}
        given.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return DONE


def measure(given, benchmarks):
    data = given.data.resolve()
    if not (given.full or given.run):
        return benchmarks[given.name](data)
    if given.name != "study":
        raise Failure(f"--full and --run belong to the benchmark study, not to {given.name}.")
    return study.run_full(given.run, data) if given.run else study.full(data)


def machine():
    """Processor, cores, memory and system in words."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # not Linux
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def clocks():
    """Seconds: on the clock, of work of all cores, of work of this command and the processes that it started and ended."""
    busy = 0.0
    try:
        ticks = list(map(int, Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]))
        busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # all but idle and waiting for a disk
    except OSError:
        pass  # not Linux
    own = sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    return time.monotonic(), busy, own


def others_share(before, after):
    """How much of all cores' time went to other processes between two readings of `clocks`, 0 to 1."""
    elapsed, busy, own = (b - a for a, b in zip(before, after))
    return max(0.0, busy - own) / max(elapsed, 1e-9) / os.cpu_count()
