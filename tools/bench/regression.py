"""The benchmark `regression`: every regressor on RegMix's published runs, in one Java process that prints lines of JSON."""

import json
import subprocess
from statistics import mean, median

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from . import java
from .report import Report, columns

MAIN_CLASS = "io.regmixd.regression.RegressionBenchmark"
OBJECTIVE = "pile_cc"
BASELINE = "minus weight"
SHORT = {"Gaussian processes": "default", "lightgbm": "lightgbm"}  # whose scores are figures
HELD_OUT = "held out"
TESTS = ("1m", "60m", "1B")
SHOWN_WEIGHTS = 6


def measure(data):
    """The benchmark. data: a folder of RegMix's files, or a clone of its repository."""
    command, environment = java.prepare(MAIN_CLASS)
    said = []
    with subprocess.Popen([*command, data], env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT) as process:
        for line in process.stdout:
            said.append(json.loads(line))
            if said[-1]["kind"] == "proposal":
                print(f"{said[-1]['regressor']} measured", flush=True)
    if process.returncode:
        raise Failure(f"The Java process ended with exit code {process.returncode}; what it said last stands above.")
    return report(said)


def report(said):
    """Figures and tables from the lines of JSON."""
    data = next(line for line in said if line["kind"] == "data")
    data = {**data, "tests": {test: data["tests"][test] for test in TESTS if test in data["tests"]}}
    speed = next(line for line in said if line["kind"] == "speed")
    scores = [line for line in said if line["kind"] == "scores"]
    proposals = [line for line in said if line["kind"] == "proposal"]
    figures = {**speed_figures(speed), **rank_figures(data, scores)}
    lines = []
    for test in [*data["tests"], HELD_OUT]:
        for runs in sorted({line["runs"] for line in scores if line["test"] == test}):
            lines += ["", *table(data, scores, test, runs)]
    lines += ["", *domains_table(data, scores), "", *proposal_table(proposals), "", *speed_lines(speed, figures)]
    settings = {"training_runs": data["training"], "tests": data["tests"], "seeds": len({line["seed"] for line in scores})}
    return Report(lines, figures, settings)


def of(scores, regressor, test, runs):
    return [line for line in scores if (line["regressor"], line["test"], line["runs"]) == (regressor, test, runs)]


def average(lines, value, domain=None):
    """The mean over seeds, and over the domains unless one is named; None where a line lacks it."""
    found = [scores.get(value) for line in lines for name, scores in line["domains"].items() if domain in (None, name)]
    return None if None in found or not found else mean(found)


def rank_figures(data, scores):
    figures = {}
    for regressor, short in SHORT.items():
        for test in [*data["tests"], HELD_OUT]:
            for runs in sorted({line["runs"] for line in scores}):
                lines = of(scores, regressor, test, runs)
                if lines:
                    figures[f"{short}_{runs}_{test.lower().replace(' ', '_')}"] = 100 * average(lines, "spearman", OBJECTIVE)
    for test, baseline in data["baseline"].items():
        figures[f"baseline_{test.lower()}"] = 100 * baseline[OBJECTIVE]
    return figures


def speed_figures(speed):
    return {
        "candidates_seconds": median(speed["default_seconds"]),
        "boosting_speedup": median(speed["smile_seconds"]) / median(speed["flat_seconds"]),
        "boosting_equal_to_the_bit": int(speed["equal_to_the_bit"]),
    }


def table(data, scores, test, runs):
    """One row per regressor, the best for the objective first, and the baseline last."""
    rows = []
    for regressor in data["regressors"]:
        lines = of(scores, regressor, test, runs)
        if not lines:
            continue
        within = average(lines, "within_90")
        rows.append((average(lines, "spearman", OBJECTIVE), [
            regressor,
            f"{100 * average(lines, 'spearman', OBJECTIVE):.2f}", f"{average(lines, 'mse', OBJECTIVE):.5f}",
            f"{100 * average(lines, 'spearman'):.2f}", f"{average(lines, 'mse'):.5f}", f"{average(lines, 'mae'):.4f}",
            "" if within is None else f"{within:.0%}", f"{mean(line['fit_seconds'] for line in lines):.1f}",
        ]))
    baseline = data["baseline_held_out"] if test == HELD_OUT else data["baseline"][test]
    last = [BASELINE, f"{100 * baseline[OBJECTIVE]:.2f}", "", f"{100 * mean(baseline.values()):.2f}", "", "", "", ""]
    seeds = len({line["seed"] for line in scores if line["test"] == test and line["runs"] == runs})
    where = "the training runs left" if test == HELD_OUT else f"the {data['tests'][test]} runs of test set {test}"
    return [
        f"Fitted on {runs} proxies, tested on {where}, mean of {seeds} draw{'s' * (seeds > 1)}",
        *columns(
            ["regressor", "pile_cc Spearman", "MSE", "all losses Spearman", "MSE", "MAE", "in 90% interval", "fit s"],
            [row for _, row in sorted(rows, key=lambda pair: -pair[0])] + [last],
        ),
    ]


def domains_table(data, scores):
    """Spearman of every loss, with all proxies, on the first test set."""
    test, runs = next(iter(data["tests"])), data["training"]
    measured = [regressor for regressor in data["regressors"] if of(scores, regressor, test, runs)]
    domains = list(of(scores, measured[0], test, runs)[0]["domains"])
    rows = [
        [domain, *(f"{100 * average(of(scores, regressor, test, runs), 'spearman', domain):.2f}" for regressor in measured),
         f"{100 * data['baseline'][test][domain]:.2f}"]
        for domain in domains
    ]
    return [f"Spearman of every loss, {runs} proxies, test set {test}", *columns(["loss", *measured, BASELINE], rows)]


def proposal_table(proposals):
    """The simulation step's mixture of every regressor beside RegMix's published one."""
    published = next(iter(proposals))
    order = sorted(range(len(published["domains"])), key=lambda d: -published["published"][d])[:SHOWN_WEIGHTS]
    rows = [["RegMix, published", *(f"{published['published'][d]:.3f}" for d in order), "", ""]]
    for line in proposals:
        for kind, name in (("unbounded", "Dirichlet(natural), as RegMix's notebook"), ("bounded", "within the design's bounds")):
            rows.append([f"{line['regressor']}, {name}", *(f"{line[kind][d]:.3f}" for d in order),
                         f"{line[kind + '_loss']:.3f}", f"{line['published_loss']:.3f}"])
    head = ["proposed mixture", *(published["domains"][d] for d in order), "its loss", "published one's"]
    return ["Simulation: mean of the best 128 of 100,000 candidates, weights and predicted loss of pile_cc", *columns(head, rows)]


def speed_lines(speed, figures):
    return [
        f"{speed['candidates']:,} candidates for {speed['domains']} losses by the default: "
        f"{figures['candidates_seconds']:.2f} s on {speed['cores']} cores",
        f"boosting, one loss: {median(speed['flat_seconds']):.3f} s, by Smile's predict {median(speed['smile_seconds']):.3f} s: "
        f"{figures['boosting_speedup']:.1f} times faster, "
        + ("equal to the bit" if speed["equal_to_the_bit"] else "NOT EQUAL"),
    ]
