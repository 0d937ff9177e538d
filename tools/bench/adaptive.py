"""The benchmark `adaptive`: what a sweep saves that chooses its own mixtures.

On RegMix's published runs it may train any of the 512, in the order of its own choice or at random; in synthetic worlds
it proposes freely and the best mixture is known. One Java process prints a line of JSON a round.
"""

import json
import subprocess
import tempfile
from statistics import mean

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from . import java
from .planning import interval
from .report import Report, columns

MAIN_CLASS = "io.regmixd.planning.adaptive.AdaptiveBenchmark"
ALL = 512
ORDERS = ("adaptive", "random")


def measure(data):
    """The benchmark. data: a folder of RegMix's files, or a clone of its repository."""
    folder = data / "data" if (data / "data").is_dir() else data
    if not (folder / "train_mixture_1m.csv").exists():
        raise Failure(f"{data} holds no train_mixture_1m.csv: name a clone of RegMix's repository, or its folder data, by --data.")
    command, environment = java.prepare(MAIN_CLASS)
    said = []
    with tempfile.TemporaryDirectory(prefix="regmixd-bench") as scratch:
        with subprocess.Popen([*command, data, scratch], env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT) as process:
            for line in process.stdout:
                said.append(json.loads(line))
                if len(said) % 100 == 0:
                    print(f"{len(said)} rounds measured", flush=True)
    if process.returncode:
        raise Failure(f"The Java process ended with exit code {process.returncode}; what it said last stands above.")
    return report(said)


def sweeps(said):
    """The rounds of each sweep by (objective or world, seed, order), in order."""
    found = {}
    for line in said:
        found.setdefault((line.get("objective", line.get("world")), line.get("seed"), line["order"]), []).append(line)
    return {key: sorted(rounds, key=lambda line: line["proxies"]) for key, rounds in found.items()}


def stop(rounds):
    """The round after which the rule ends the sweep; the last one if it never does."""
    return next((line for line in rounds if line["settled"]), rounds[-1])


def paired(found, measure):
    """By order, the measure of each sweep, objectives and seeds in one order."""
    keys = sorted({key[:2] for key in found}, key=str)
    return {order: [measure(found[(*key, order)]) for key in keys] for order in ORDERS}


def report(said):
    """Figures and tables from the lines of JSON."""
    published = sweeps([line for line in said if line["kind"] == "published"])
    worlds = sweeps([line for line in said if line["kind"] == "world"])
    numbers = [line["proxies"] for line in next(iter(published.values()))]
    stops = {key: stop(rounds) for key, rounds in published.items()}
    random_then = {  # the random plan of as many proxies as the adaptive sweep spent
        key: next(line for line in published[(*key[:2], "random")] if line["proxies"] == ended["proxies"])
        for key, ended in stops.items() if key[2] == "adaptive"
    }
    ends = {order: [ended for key, ended in stops.items() if key[2] == order] for order in ORDERS}
    spent = {order: mean(ended["proxies"] for ended in ends[order]) for order in ORDERS}
    lost = [ended["lost"] for key, ended in stops.items() if key[2] == "adaptive"]
    gained = [random_then[key]["lost"] - ended["lost"] for key, ended in stops.items() if key[2] == "adaptive"]
    figures = {
        "adaptive_proxies_to_stop": spent["adaptive"],
        "adaptive_saves_share": 1 - spent["adaptive"] / ALL,
        "adaptive_lost_nats": mean(lost),
        "random_lost_nats_as_many": mean(line["lost"] for line in random_then.values()),
        "random_proxies_to_stop": spent["random"],
        "adaptive_gain_nats": mean(gained),
        "adaptive_unsettled_share": mean(not ended["settled"] for ended in ends["adaptive"]),
    }
    for number in numbers:
        at = paired(published, lambda rounds: next(line["lost"] for line in rounds if line["proxies"] == number))
        for order in ORDERS:
            figures[f"{order}_lost_{number}"] = mean(at[order])
    world_stops = {key: stop(rounds) for key, rounds in worlds.items()}
    for order in ORDERS:
        figures[f"world_{order}_proxies_to_stop"] = mean(ended["proxies"] for key, ended in world_stops.items() if key[2] == order)
        figures[f"world_{order}_regret"] = mean(rounds[-1]["regret"] for key, rounds in worlds.items() if key[2] == order)
    shown = [
        f"RegMix's published runs: what the plan loses against the plan of all {ALL}, nats, judged by a regression on all and the held-out",
        "runs; mean over objectives and seeds, 95% interval of the paired difference",
        *curve(published, "lost"),
        "",
        "and by objective, when the rule ends the sweep (or at the last number above):",
        *by_objective(published, stops, random_then),
        "",
        f"spent: {spent['adaptive']:.0f} proxies, {figures['adaptive_saves_share']:.0%} fewer than {ALL}; lost against all of them: {interval(lost)} nats",
        f"random order with as many proxies loses {interval(gained)} nats more; the rule ends it after {spent['random']:.0f}",
        "",
        "the best run of the objective among those trained, nats above the best of all",
        *curve(published, "best"),
        "",
        "synthetic worlds: regret of the plan, nats above the best mixture",
        *curve(worlds, "regret"),
        f"the rule ends the adaptive sweep after {figures['world_adaptive_proxies_to_stop']:.0f} proxies, the random one after "
        f"{figures['world_random_proxies_to_stop']:.0f}",
    ]
    objectives = sorted({key[0] for key in published})
    settings = {"objectives": objectives, "seeds": len(published) // len(objectives) // 2, "worlds": len(worlds) // 2, "proxies": numbers}
    return Report(shown, figures, settings)


def curve(found, what):
    numbers = [line["proxies"] for line in next(iter(found.values()))]
    values = {n: paired(found, lambda rounds: next(line[what] for line in rounds if line["proxies"] == n)) for n in numbers}
    rows = [[order, *(f"{mean(values[n][order]):.4f}" for n in numbers)] for order in ORDERS]
    differences = {n: [a - r for a, r in zip(values[n]["adaptive"], values[n]["random"])] for n in numbers}
    rows.append(["adaptive - random", *(interval(differences[n]) for n in numbers)])
    return columns(["proxies", *map(str, numbers)], rows)


def by_objective(found, stops, random_then):
    rows = []
    for objective in dict.fromkeys(key[0] for key in found):
        own = [key for key in random_then if key[0] == objective]
        ended = [stops[key]["proxies"] for key in own]
        rows.append([
            objective, f"{mean(ended):.0f}", f"{min(ended)} to {max(ended)}", f"{mean(stops[(*key[:2], 'random')]['proxies'] for key in own):.0f}",
            interval([stops[key]["lost"] for key in own]), interval([random_then[key]["lost"] for key in own]),
        ])
    return columns(["objective", "proxies", "from", "random's", "lost", "random loses with as many"], rows)
