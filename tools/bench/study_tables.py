"""What the results of the study say: means, paired differences with intervals, and the figures.

Differences are paired: the targets of one seed start equal and see each domain's text in the same order. A plan has luck
of its own, so intervals resample sweeps and seeds, each with replacement and independently of the other.

Beside them stands an exact test of whether the plans at hand differ on these targets by more than the luck of a seed: were
two schedules equally good, each pair's difference could as well have had the other sign. Its p-values are corrected for the
number of methods that a table compares (Holm's step-down method). They say nothing about other sweeps; the intervals do.
"""

import random
from collections import defaultdict
from itertools import product
from math import sqrt
from statistics import fmean, stdev

from .report import columns

RESAMPLES = 4000
STUDENT_7 = 2.365  # 97.5% quantile of 7 degrees of freedom
STATIC = ("Human", "Uniform", "DoReMi", "RegMix", "aggregate")
BASELINE = "RegMix"
PLANNED = "look-ahead"
MOST_PAIRS = 16  # whose signs are all tried: 65,536 ways


class Losses:
    """Losses by method, sweep and seed; a method without sweeps counts for each of them."""

    def __init__(self, rows):
        self.cells = defaultdict(dict)
        self.shares = defaultdict(list)
        for row in rows:
            self.cells[row["method"]][int(row["sweep"]), int(row["seed"])] = float(row["loss_nats"])
            self.shares[row["method"]].append(float(row["share"]))
        self.methods = list(self.cells)
        keys = {key for method in self.methods for key in self.cells[method]}
        self.sweeps = sorted({sweep for sweep, _ in keys} - {0}) or [0]
        self.seeds = sorted({seed for _, seed in keys})

    def loss(self, method, sweep, seed):
        cells = self.cells[method]
        return cells.get((sweep, seed), cells.get((0, seed)))

    def mean(self, method):
        return fmean(self.cells[method].values())

    def differences(self, method, other):
        """By sweep and seed, where neither diverged."""
        pairs = {
            (sweep, seed): (self.loss(method, sweep, seed), self.loss(other, sweep, seed))
            for sweep in self.sweeps for seed in self.seeds
        }
        return {key: a - b for key, (a, b) in pairs.items() if a is not None and b is not None}

    def interval(self, method, other):
        """Mean of the paired differences and their 95% interval."""
        differences = self.differences(method, other)
        draw = random.Random(1)
        means = []
        while len(means) < RESAMPLES:
            sweeps = draw.choices(self.sweeps, k=len(self.sweeps))
            seeds = draw.choices(self.seeds, k=len(self.seeds))
            drawn = [differences[key] for key in ((sweep, seed) for sweep in sweeps for seed in seeds) if key in differences]
            if drawn:
                means.append(fmean(drawn))
        means.sort()
        return fmean(differences.values()), means[round(0.025 * RESAMPLES)], means[round(0.975 * RESAMPLES) - 1]

    def sign_flip(self, method, other):
        """Share of all ways to choose the differences' signs that yield a mean at least as far from 0, two-sided."""
        differences = list(self.differences(method, other).values())
        if len(differences) > MOST_PAIRS:
            draw = random.Random(1)
            ways = [[draw.choice((-1, 1)) for _ in differences] for _ in range(2**MOST_PAIRS - 1)] + [[1] * len(differences)]
        else:
            ways = list(product((-1, 1), repeat=len(differences)))
        seen = abs(sum(differences)) * (1 - 1e-12)
        return sum(abs(sum(sign * d for sign, d in zip(signs, differences))) >= seen for signs in ways) / len(ways)

    def spread_of_pairs(self, method, other):
        """Standard deviation of the paired differences over the seeds of a sweep, pooled over the sweeps."""
        differences = self.differences(method, other)
        squares = []
        for sweep in self.sweeps:
            of_sweep = [differences[sweep, seed] for seed in self.seeds if (sweep, seed) in differences]
            if len(of_sweep) > 1:
                squares.append(stdev(of_sweep) ** 2)
        return sqrt(fmean(squares)) if squares else float("nan")

    def correlation(self, method, other):
        """Of two methods' losses over seeds, within sweeps."""
        a, b = [], []
        for sweep in self.sweeps:
            pairs = [(self.loss(method, sweep, seed), self.loss(other, sweep, seed)) for seed in self.seeds]
            pairs = [pair for pair in pairs if None not in pair]
            for values, mine in ((a, 0), (b, 1)):
                centre = fmean(pair[mine] for pair in pairs)
                values.extend(pair[mine] - centre for pair in pairs)
        norm = sqrt(sum(x * x for x in a) * sum(y * y for y in b))
        return sum(x * y for x, y in zip(a, b)) / norm if norm else float("nan")

    def best_static(self):
        return min((method for method in STATIC if method in self.methods), key=self.mean)


def grouped(results):
    groups = defaultdict(list)
    for row in results:
        groups[row["piece"], row["shape"]].append(row)
    return {key: Losses(rows) for key, rows in groups.items()}


def holm(chances):
    """p-values corrected for their number: the smallest times n, the next times n - 1, and so on, never falling."""
    corrected, highest = {}, 0.0
    for rank, name in enumerate(sorted(chances, key=chances.get)):
        highest = max(highest, min(1.0, chances[name] * (len(chances) - rank)))
        corrected[name] = highest
    return corrected


def tables(results):
    """Per piece and shape of the learning rate: all methods against the baseline, then all against looking ahead."""
    lines = []
    for (piece, shape), losses in grouped(results).items():
        baselines = [method for method in (BASELINE, PLANNED) if method in losses.methods] or losses.methods[:1]
        for baseline in baselines:
            lines += [*compared(f"{piece}, {shape}", losses, baseline), ""]
    return lines[:-1]


def compared(title, losses, baseline):
    others = [method for method in losses.methods if method != baseline]
    chances = holm({method: losses.sign_flip(method, baseline) for method in others})
    rows = []
    for method in sorted(losses.methods, key=losses.mean, reverse=True):
        own = {sweep for sweep, _ in losses.cells[method]} - {0}
        difference, chance = "", ""
        if method in others:
            difference = "{:+.3f} ({:+.3f} to {:+.3f})".format(*losses.interval(method, baseline))
            chance = f"{chances[method]:.4f}"
        share = fmean(losses.shares[method])
        rows.append([method, str(len(own) or "-"), f"{share:.1%}", f"{losses.mean(method):.3f}", difference, chance])
    seeds = f"{len(losses.seeds)} seeds"
    sweeps = f"{len(losses.sweeps)} sweep" + ("s" if len(losses.sweeps) > 1 else "")
    size = seeds if losses.sweeps == [0] else f"{sweeps}, {seeds}"
    head = [f"{title}: {size}", "sweeps", "objective's share", "loss, nats per token", f"minus {baseline} (95% interval)", "sign-flip p"]
    return columns(head, rows)


def share_for(losses, loss):
    """The share of the scarce text with which looking ahead reaches a loss: on the line through its losses with a third and with
    all of it, over the logarithm of the share; a third where that is enough, for less was not tried."""
    third, whole = losses.mean(f"{PLANNED} with a third"), losses.mean(PLANNED)
    if third <= loss:
        return 1 / 3
    if whole >= loss:
        return float("inf")
    return (1 / 3) * 3 ** ((third - loss) / (third - whole))


def figures(results):
    found = {}
    groups = grouped(results)
    for shape in ("constant", "cosine", "wsd"):
        if ("order", shape) in groups:
            order = groups["order", shape]
            found[f"order_effect_{shape}"] = round(-order.interval("late", "throughout")[0], 4)
    if ("scarce", "wsd") in groups:
        scarce = groups["scarce", "wsd"]
        static = scarce.best_static()
        mean, _, high = scarce.interval(PLANNED, static)
        found["gain_over_best_static_nats"] = round(-mean, 4)
        found["gain_low_95"] = round(-high, 4)
        found["gain_over_regmix_nats"] = round(-scarce.interval(PLANNED, BASELINE)[0], 4)
        found["gain_over_annealing_nats"] = round(-scarce.interval(PLANNED, "annealing")[0], 4)
        few = [f"{method} from 16 proxies" for method in (PLANNED, BASELINE)]
        if all(method in scarce.methods for method in few):
            found["gain_16_proxies_nats"] = round(-scarce.interval(few[0], static)[0], 4)
            found["gain_16_proxies_over_regmix_nats"] = round(-scarce.interval(*few)[0], 4)
        if f"{PLANNED} with a third" in scarce.methods:
            found["scarce_text_for_regmix_loss"] = round(share_for(scarce, scarce.mean(BASELINE)), 3)
        found["half_width_8_seeds"] = round(STUDENT_7 * scarce.spread_of_pairs(PLANNED, BASELINE) / sqrt(8), 4)
        found["pair_correlation"] = round(scarce.correlation(PLANNED, BASELINE), 3)
    if ("free", "wsd") in groups:
        free = groups["free", "wsd"]
        found["free_gain_over_regmix_nats"] = round(-free.interval(PLANNED, BASELINE)[0], 4)
        found["free_share_of_regmix_text"] = round(fmean(free.shares[PLANNED]) / fmean(free.shares[BASELINE]), 3)
    return found
