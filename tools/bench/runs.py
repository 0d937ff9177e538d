"""The benchmark `runs`: seconds from the start of ./plan to its plan, on tables of runs made by a formula."""

import csv
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from .report import Report, columns

TIMES = 3
SIZES = ((128, 10, 5), (512, 17, 1), (512, 17, 10))  # runs, domains, stages; one stage: final losses only
OBJECTIVE = "domain0"


def measure(data):
    """The benchmark. It needs no prepared corpus; where data holds RegMix's files these are planned from, too."""
    figures, rows = {}, []
    with tempfile.TemporaryDirectory() as folder:
        commands = {"help": ["--help"]}
        for size in SIZES:
            table = Path(folder, "runs-{}x{}x{}.csv".format(*size))
            write(table, *size)
            commands[table.stem] = ["--runs", table, "--objective", OBJECTIVE]
        if (data / "train_mixture_1m.csv").is_file():
            commands["regmix-512x17"] = ["--runs", data / "train_mixture_1m.csv", data / "train_pile_loss_1m.csv", "--objective", "pile_cc"]
        run(next(iter(commands.values())))  # sets up what is missing
        run(commands["runs-128x10x5"])
        for name, arguments in commands.items():
            measured = [run(arguments) for _ in range(TIMES)]
            seconds = median(each[0] for each in measured)
            memory = max(each[1] for each in measured)
            figures[f"{name.replace('-', '_')}_seconds"] = round(seconds, 2)
            figures[f"{name.replace('-', '_')}_megabytes"] = round(memory)
            rows.append([name, f"{seconds:.2f}", f"{memory:.0f}"])
            print(f"{name} measured", flush=True)
    lines = ["./plan, from its start to its end (median of three), and the most memory", *columns(["table, runs x domains x stages", "s", "MB"], rows)]
    return Report(lines, figures, {"times": TIMES})


def run(arguments):
    """Seconds and megabytes of a run of the command."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen([ROOT / "plan", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise Failure(f"./plan ended with exit code {process.returncode}: {errors.read()[-1000:]}")
    return time.monotonic() - started, used.ru_maxrss / 1024


def write(file, runs, domains, stages):
    """Losses fall with a power of what was seen of a domain and, by a matrix, of others; a run changes its mixture now and then."""
    chance = random.Random(1)
    names = [f"domain{d}" for d in range(domains)]
    transfer = [[1.0 if to == of else 0.3 * chance.random() ** 2 for of in range(domains)] for to in range(domains)]
    with open(file, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        final = stages == 1
        rows.writerow(["run", *(f"weight_{name}" for name in names), *(f"loss_{name}" for name in names)] if final
                      else ["run", "stage", "domain", "weight", "loss_nats"])
        for run in range(runs):
            seen = [0.0] * domains
            mixture = draw(chance, domains)
            for stage in range(1, stages + 1):
                if stage > 1 and chance.random() < 0.5:
                    mixture = draw(chance, domains)
                seen = [old + sum(share * weight for share, weight in zip(row, mixture)) / stages for old, row in zip(seen, transfer)]
                losses = [2.5 + 3 * (1 + 80 * each) ** -0.4 * (1 + 0.003 * chance.gauss(0, 1)) for each in seen]
                if final:
                    rows.writerow([run, *mixture, *losses])
                else:
                    rows.writerows([run, stage, *each] for each in zip(names, mixture, losses))


def draw(chance, domains):
    amounts = [chance.random() ** 4 + 1e-3 for _ in range(domains)]
    return [amount / sum(amounts) for amount in amounts]
