"""The command ./bench."""

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from run_notebook.main import DONE, INTERRUPTED, ROOT, WRONG
from run_notebook.terminal import Failure

from . import engine

BENCHMARKS = {"engine": engine.measure}

EPILOG = """\
benchmarks:
  engine   training: tokens/s, share of the machine's matrix-product rate, beside eager PyTorch in Python (3 minutes)

Keep the machine quiet while it measures. What the figures mean is in docs/."""


def arguments(argv, benchmarks):
    parser = argparse.ArgumentParser(
        prog="bench", description="Measures one part of the library on this machine.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", choices=list(benchmarks), help="one of: " + ", ".join(benchmarks))
    parser.add_argument("--data", metavar="FOLDER", type=Path, default=ROOT / "data", help="where prepared corpora lie (data)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="writes the figures there, too")
    return parser.parse_args(argv)


def main(argv=None, benchmarks=BENCHMARKS):
    given = arguments(argv, benchmarks)
    try:
        if given.json and not given.json.resolve().parent.is_dir():  # said now, not after minutes
            raise Failure(f"There is no folder {given.json.parent} for {given.json.name}: make it, or name another file.")
        before = os.getloadavg()[0]
        print(f"Machine: {machine()}; load before: {before:.2f}", flush=True)
        report = benchmarks[given.name](given.data.resolve())
        print("", *report.lines, sep="\n")
        if given.json:
            settings = {**report.settings, "load_before": round(before, 2)}
            content = {"figures": report.figures, "machine": machine(), "settings": settings}
            given.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return DONE
    except (Failure, OSError) as problem:
        print(problem, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


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
