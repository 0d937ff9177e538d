"""The benchmark `study`: whether planning by stage pays.

A piece of the study is a Java process that trains sweeps and targets and leaves a table of results, a line per target.
The committed tables in `studies/` are of full pieces (`./bench study --run PIECE`, about an hour each on two cores);
`./bench study` alone trains the same pieces in miniature, and what it prints tells nothing but that all of it works.
"""

import csv
import subprocess
from pathlib import Path

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from . import java
from .report import Report
from .study_tables import figures, tables

MAIN_CLASS = "io.regmixd.study.Study"
MANIFEST = ROOT / "data-manifests" / "demo.json"
STUDIES = ROOT / "studies"
PIECES = ("order", "scarce", "free")


def measure(data):
    """The benchmark in miniature; corpora lie in `data`, runs below it."""
    results = [row for piece in PIECES for row in read(run(piece, "smoke", data, data / "study-smoke"))]
    return report(results, {"size": "smoke"})


def full(_):
    """The figures of the committed tables."""
    there = [piece for piece in PIECES if (STUDIES / f"{piece}.csv").exists()]
    if not there:
        raise Failure(f"There are no results in {STUDIES.name}/: ./bench study --run {PIECES[0]} makes some.")
    results = [row for piece in there for row in read(STUDIES / f"{piece}.csv")]
    return report(results, {"size": "full", "pieces": there})


def run_full(piece, data):
    """Trains a piece at full size, or goes on with it, and leaves its table in `studies/`."""
    STUDIES.mkdir(exist_ok=True)
    results = read(run(piece, "full", data, STUDIES))
    return Report(tables(results), {}, {"piece": piece})


def run(piece, size, data, results):
    """Runs a piece and returns the file of its results."""
    results.mkdir(parents=True, exist_ok=True)
    file = results / f"{piece}.csv"
    command, environment = java.prepare(MAIN_CLASS)
    print(f"Training the piece {piece} ({size})", flush=True)
    arguments = [piece, size, MANIFEST, data, data / "study-runs", file]
    done = subprocess.run([str(part) for part in [*command, *arguments]], env=environment, cwd=ROOT)
    if done.returncode:
        raise Failure(f"The piece {piece} ended with code {done.returncode}; run it again, it goes on where it stopped.")
    return file


def read(file):
    with Path(file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def report(results, settings):
    return Report(tables(results), figures(results), settings)
