package io.regmixd;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.model.Trajectory;
import io.regmixd.proxy.Trajectories;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// A world in which training is a formula: every domain's loss falls by a power law in the tokens that help it,
/// which come from all domains by a transfer matrix, and what was learnt fades a little in each later stage.
/// Its shape is that of the real use: ten domains, five stages, dozens of runs.
public final class SyntheticWorld {

    private static final double UNTRAINED = 5.5; // nats a token: bytes, nearly uniform
    private static final double KEPT = 0.9; // what a stage leaves of the tokens learnt before it
    private static final double WARM_UP = 0.7; // how much a token of the first stage teaches

    private final int stages;
    private final List<String> domains;
    private final double[][] transfer; // [to][from], 1 on the diagonal
    private final double[] floor;
    private final double[] scale;
    private final double[] exponent;
    private final double noise;

    /// @param noise standard deviation of a run's losses about the formula, relative; half of it stays for the
    ///              whole run
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
    }

    public List<String> domains() {
        return domains;
    }

    public int stages() {
        return stages;
    }

    /// The losses that training on the schedule gives without noise, shape `[stages + 1][domains]`.
    public double[][] losses(MixtureSchedule schedule) {
        double[][] losses = new double[schedule.size() + 1][domains.size()];
        for (int to = 0; to < domains.size(); to++) {
            double learnt = 0;
            losses[0][to] = UNTRAINED;
            for (int s = 0; s < schedule.size(); s++) {
                learnt *= KEPT;
                for (int from = 0; from < domains.size(); from++) {
                    learnt += (s == 0 ? WARM_UP : 1)
                            * transfer[to][from]
                            * schedule.stages().get(s).weight(from)
                            / schedule.size();
                }
                losses[s + 1][to] =
                        floor[to] + (UNTRAINED - floor[to]) * Math.pow(1 + learnt / scale[to], -exponent[to]);
            }
        }
        return losses;
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
