package io.regmixd;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// A world in which training is a formula, so that the best mixture and the best schedule are known.
///
/// - *Transfer*: what a domain's loss depends on is what was learnt for it, a sum over the tokens of all
///   domains by a transfer matrix (1 for its own tokens, 0 to 0.4 for others').
/// - *Forgetting*: what was learnt fades, by 40% over the whole run.
/// - *Diminishing returns*: the loss falls by a power law in what was learnt; and a domain's tokens are worth
///   less the more of them were seen, `R (1 - exp(-x / R))` for `x` tokens with `R` five times the domain's
///   supply, the form of Muennighoff et al. 2023 (arXiv 2305.16264) for repeated data.
/// - *Noise*: relative, half of its variance for the whole run, half for each evaluation alone.
///
/// Tokens count in whole runs: the supply of all domains together is one run's. What a run has seen so far does
/// not follow from its losses, nor need it: a real run's losses do not tell it either. Its shape is that of the
/// real use: some ten domains, five stages, dozens of runs.
public final class SyntheticWorld {

    private static final double UNTRAINED = 5.5; // nats per token: bytes, nearly uniform
    private static final double FADES = 0.5; // e to the minus this is left of the first tokens after a whole run
    private static final double WARM_UP = 0.7; // how much a token of the first stage teaches
    private static final double WORTHWHILE_EPOCHS = 5;
    private static final double OBJECTIVES_SHARE = 0.05;
    private static final int STARTS = 8;

    private final int stages;
    private final List<String> domains;
    private final double[] natural;
    private final double[][] transfer; // [to][from], 1 on the diagonal
    private final double[] floor;
    private final double[] scale;
    private final double[] exponent;
    private final double noise;

    /// @param noise standard deviation of a run's losses about the formula, relative
    public SyntheticWorld(int domains, int stages, double noise, long seed) {
        RandomGenerator random = new Random(seed);
        this.stages = stages;
        this.noise = noise;
        this.domains = IntStream.range(0, domains).mapToObj(d -> "domain" + d).toList();
        transfer = new double[domains][domains];
        floor = new double[domains];
        scale = new double[domains];
        exponent = new double[domains];
        for (int to = 0; to < domains; to++) {
            for (int from = 0; from < domains; from++) {
                double draw = random.nextDouble();
                transfer[to][from] = to == from ? 1 : 0.4 * draw * draw;
            }
            floor[to] = 0.5 + random.nextDouble();
            scale[to] = 0.02 + 0.1 * random.nextDouble();
            exponent[to] = 0.25 + 0.25 * random.nextDouble();
        }
        natural = new double[domains];
        double others = 0;
        for (int d = 1; d < domains; d++) {
            natural[d] = 0.2 + random.nextDouble();
            others += natural[d];
        }
        for (int d = 1; d < domains; d++) {
            natural[d] *= (1 - OBJECTIVES_SHARE) / others;
        }
        natural[0] = OBJECTIVES_SHARE;
    }

    private SyntheticWorld(SyntheticWorld other, double[] floor, double[] scale) {
        stages = other.stages;
        noise = other.noise;
        domains = other.domains;
        natural = other.natural;
        transfer = other.transfer;
        exponent = other.exponent;
        this.floor = floor;
        this.scale = scale;
    }

    /// The same text for a larger model: it learns `times` as much from a token and gets below the floor of the
    /// small one, by less in some domains than in others.
    public SyntheticWorld larger(double times) {
        return new SyntheticWorld(
                this,
                IntStream.range(0, floor.length)
                        .mapToDouble(d -> floor[d] * (0.7 + 0.2 * exponent[d]))
                        .toArray(),
                IntStream.range(0, scale.length)
                        .mapToDouble(d -> scale[d] / times)
                        .toArray());
    }

    public List<String> domains() {
        return domains;
    }

    public int stages() {
        return stages;
    }

    /// Each domain's share of the supply; 5% for the first domain.
    public Mixture natural() {
        return Mixture.proportional(domains, natural);
    }

    /// The losses that training on the schedule gives without noise, shape `[stages + 1][domains]`.
    public double[][] losses(MixtureSchedule schedule) {
        return losses(schedule.stages().stream().map(Mixture::weights).toArray(double[][]::new));
    }

    /// The same from bare weights, shape `[stages][domains]`.
    public double[][] losses(double[][] schedule) {
        int spans = schedule.length;
        double[][] losses = new double[spans + 1][domains.size()];
        double[] learnt = new double[domains.size()];
        double[] seen = new double[domains.size()];
        losses[0] = losses(learnt);
        for (int s = 0; s < spans; s++) {
            double[] worth = new double[domains.size()];
            for (int from = 0; from < worth.length; from++) {
                double before = worth(from, seen[from]);
                seen[from] += schedule[s][from] / spans;
                worth[from] = (s == 0 ? WARM_UP : 1) * (worth(from, seen[from]) - before);
            }
            for (int to = 0; to < worth.length; to++) {
                learnt[to] *= Math.exp(-FADES / spans);
                for (int from = 0; from < worth.length; from++) {
                    learnt[to] += transfer[to][from] * worth[from];
                }
            }
            losses[s + 1] = losses(learnt);
        }
        return losses;
    }

    private double worth(int domain, double tokens) {
        double most = WORTHWHILE_EPOCHS * natural[domain];
        return most * -Math.expm1(-tokens / most);
    }

    private double[] losses(double[] learnt) {
        return IntStream.range(0, learnt.length)
                .mapToDouble(d -> floor[d] + (UNTRAINED - floor[d]) * Math.pow(1 + learnt[d] / scale[d], -exponent[d]))
                .toArray();
    }

    /// One run on each schedule, with noise.
    public Trajectories train(List<MixtureSchedule> schedules, long seed) {
        RandomGenerator random = new Random(seed);
        return new Trajectories(
                domains,
                stages,
                1_000_000,
                IntStream.range(0, schedules.size())
                        .mapToObj(i -> {
                            double[][] losses = losses(schedules.get(i));
                            for (int d = 0; d < domains.size(); d++) {
                                double own = random.nextGaussian();
                                for (double[] row : losses) {
                                    row[d] *= 1 + noise * Math.sqrt(0.5) * (own + random.nextGaussian());
                                }
                            }
                            return new Trajectory("run" + i, schedules.get(i), losses, OptionalInt.empty());
                        })
                        .toList());
    }

    /// The constant mixture of the lowest final loss of the domain.
    public Mixture bestMixture(int objective) {
        return best(objective, 1).getFirst();
    }

    /// The schedule of the lowest final loss of the domain.
    public MixtureSchedule bestSchedule(int objective) {
        return new MixtureSchedule(best(objective, stages));
    }

    /// Pattern search on the formula itself, from several random starts: weight moves from one domain to
    /// another in one mixture as long as that helps, then less of it at a time.
    ///
    /// @param mixtures how many the schedule consists of: 1, or one per stage
    private List<Mixture> best(int objective, int mixtures) {
        RandomGenerator random = new Random(objective);
        double[][] best = null;
        for (int start = 0; start < STARTS; start++) {
            double[][] schedule = new double[mixtures][];
            for (int s = 0; s < mixtures; s++) {
                schedule[s] = mixtures(1, random.nextLong()).getFirst().weights();
            }
            for (double step = 0.25; step > 1e-5; step /= 2) {
                search(schedule, step, objective);
            }
            if (best == null || finalLoss(schedule, objective) < finalLoss(best, objective)) {
                best = schedule;
            }
        }
        return Arrays.stream(best)
                .map(weights -> Mixture.proportional(domains, weights))
                .toList();
    }

    private void search(double[][] schedule, double step, int objective) {
        double loss = finalLoss(schedule, objective);
        double before;
        do {
            before = loss;
            for (double[] mixture : schedule) {
                for (int from = 0; from < mixture.length; from++) {
                    for (int to = 0; to < mixture.length; to++) {
                        double moved = Math.min(step, mixture[from]);
                        if (moved > 0 && to != from) {
                            mixture[from] -= moved;
                            mixture[to] += moved;
                            double after = finalLoss(schedule, objective);
                            if (after < loss) {
                                loss = after;
                            } else {
                                mixture[from] += moved;
                                mixture[to] -= moved;
                            }
                        }
                    }
                }
            }
        } while (before - loss > 1e-7);
    }

    private double finalLoss(double[][] schedule, int objective) {
        double[][] whole = schedule;
        if (schedule.length == 1) {
            whole = new double[stages][];
            Arrays.fill(whole, schedule[0]);
        }
        return losses(whole)[stages][objective];
    }

    /// `count` mixtures as a sweep draws them: Dirichlet over the domains, of a strength that differs from one
    /// to the next.
    public List<Mixture> mixtures(int count, long seed) {
        RandomGenerator random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int shape = i % 2; // 0: an exponential draw to the 4th power, sparse; 1: uniform on the simplex
                    return Mixture.proportional(
                            domains,
                            domains.stream()
                                    .mapToDouble(d -> Math.pow(-Math.log1p(-random.nextDouble()), shape == 0 ? 4 : 1))
                                    .toArray());
                })
                .toList();
    }

    /// One constant schedule a mixture.
    public List<MixtureSchedule> constant(List<Mixture> mixtures) {
        return mixtures.stream().map(m -> MixtureSchedule.constant(m, stages)).toList();
    }

    /// `count` schedules that train on another mixture in every stage.
    public List<MixtureSchedule> switching(int count, long seed) {
        List<Mixture> mixtures = mixtures(count * stages, seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new MixtureSchedule(mixtures.subList(i * stages, (i + 1) * stages)))
                .toList();
    }
}
