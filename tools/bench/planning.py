"""The benchmark `planning`: planners in synthetic worlds whose best schedule is known.

One Java process per world; it prints a line of JSON per result.
"""

import json
import subprocess
from statistics import mean, stdev

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from . import java
from .report import Report, columns

MAIN_CLASS = "io.regmixd.planning.PlanningBenchmark"
WORLDS = range(1, 13)
PROXIES = (16, 32, 64, 128, 256, 512)
LARGER_FROM = 128
STUDENT_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26, 11: 2.23, 12: 2.20}  # by number of values

BASELINE = ("RegMix", "static")
OURS = [(method, "switching") for method in ("RegMix-D look-ahead", "look-ahead online")]


def measure(data):
    """The benchmark. It needs no prepared corpus."""
    command, environment = java.prepare(MAIN_CLASS)
    results = []
    for world in WORLDS:
        print(f"World {world} of {len(WORLDS)}", flush=True)
        shown = lines([*command, "regrets", str(world), *map(str, PROXIES)], environment)
        print(*table(shown), sep="\n", flush=True)
        results += shown
    larger = []
    for world in WORLDS:
        print(f"World {world} of {len(WORLDS)}, larger target", flush=True)
        larger += lines([*command, "larger", str(world), str(LARGER_FROM)], environment)
    print("Timing a plan of 10 stages over 17 domains", flush=True)
    seconds = [each["seconds"] for each in lines([*command, "time"], environment)]
    return report(results, larger, seconds)


def lines(command, environment):
    """What the process prints, a value a line."""
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode:
        raise Failure(f"The Java process ended with exit code {done.returncode}; what it said last stands above.")
    return [json.loads(line) for line in done.stdout.splitlines()]


def by_method(results):
    """Regrets by (method, design), number of proxies, world."""
    regrets = {}
    for each in results:
        cell = regrets.setdefault((each["method"], each["design"]), {}).setdefault(each["proxies"], {})
        cell[each["world"]] = each["regret"]
    return regrets


def table(results):
    regrets = by_method(results)
    numbers = sorted({n for row in regrets.values() for n in row if n})
    rows = [
        [method, design, *(interval(row[n].values()) if n in row else "" for n in numbers)]
        for (method, design), row in regrets.items() if 0 not in row
    ]
    lines = columns(["regret, nats", "proxies are", *map(str, numbers)], rows)
    return lines + [f"{method}: {interval(row[0].values())}" for (method, _), row in regrets.items() if 0 in row]


def interval(values):
    """The mean, and half the width of its 95% interval where there are several values."""
    values = list(values)
    if len(values) < 2:
        return f"{mean(values):.4f}"
    return f"{mean(values):.4f} ± {margin(values):.4f}"


def margin(values):
    return STUDENT_95.get(len(values), 2.0) * stdev(values) / len(values) ** 0.5


def report(results, larger, seconds):
    regrets = by_method(results)
    baseline = {n: mean(row.values()) for n, row in regrets[BASELINE].items()}
    ours = {n: min(mean(regrets[key][n].values()) for key in OURS) for n in baseline}
    figures = {
        "gap_closed_128": 1 - ours[128] / baseline[128],
        "regret_64_over_regmix_512": ours[64] / baseline[512],
        "plan_seconds_17x10": min(seconds),
    }
    for (method, design), row in regrets.items():
        for n, cell in row.items():
            name = f"regret_{method}_{design}_{n}" if n else f"regret_{method}"
            figures[name.lower().replace(", ", "_").replace(" ", "_").replace("-", "_")] = mean(cell.values())
    shown = [
        *table(results),
        "",
        f"look-ahead with {LARGER_FROM} switching proxies, for a target as large as they and for one that learns more from each token:",
        *columns(
            ["regret, nats", "target", ""],
            [[method, size, interval(row[LARGER_FROM].values())] for (method, size), row in by_method(larger).items()],
        ),
        "",
        f"{len(WORLDS)} worlds of 10 domains and 5 stages; regret: what the planned schedule's true final loss lies above the best",
        "schedule's; mean over worlds and its 95% interval",
        f"of the gap between RegMix's mixture and the best schedule, with 128 proxies, closed: {figures['gap_closed_128']:.0%}",
        f"regret with 64 proxies over RegMix's with 512: {figures['regret_64_over_regmix_512']:.2f}",
        f"a plan of 10 stages over 17 domains: {figures['plan_seconds_17x10']:.2f} s",
    ]
    return Report(shown, figures, {"worlds": len(WORLDS), "proxies": list(PROXIES)})
