package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/// The cross-entropy method (Rubinstein and Kroese, *The Cross-Entropy Method*, 2004) over whole schedules: the
/// logarithms of all weights are drawn from normal distributions, which move towards the best of the draws and
/// narrow. See [Planner#lookAhead].
///
/// @param rounds of drawing and narrowing: [#ROUNDS] for whole schedules, fewer for one mixture throughout
record LookAhead(long seed, int rounds) implements ScheduleSearch {

    static final int ROUNDS = 40;
    private static final int DRAWS = 200;
    private static final int BEST = 25;
    private static final double FIRST_SPREAD = 1.5; // of the logarithms
    private static final double LEAST_SPREAD = 1e-3;
    private static final double PACE = 0.7;

    @Override
    public String name() {
        return "RegMix-D look-ahead";
    }

    @Override
    public List<Mixture> schedule(
            ObjectiveValue value,
            ConstraintProjection feasible,
            List<Mixture> before,
            double[] losses,
            DoubleConsumer fraction)
            throws InterruptedException {
        List<String> domains = value.model().domains();
        int stages = value.model().stages();
        int from = before.size();
        if (from == stages) {
            fraction.accept(1);
            return before;
        }
        Random random = new Random(seed);
        double[][] centre = new double[stages][domains.size()];
        double[][] spread = new double[stages][domains.size()];
        Arrays.stream(spread).forEach(row -> Arrays.fill(row, FIRST_SPREAD));
        List<Mixture> best = null;
        double lowest = Double.POSITIVE_INFINITY;
        for (int round = 1; round <= rounds; round++) {
            if (Thread.interrupted()) {
                throw new InterruptedException("searching for a schedule");
            }
            double[][][] draws = new double[DRAWS][][];
            List<MixtureSchedule> schedules = new ArrayList<>();
            for (int i = 0; i < DRAWS; i++) {
                draws[i] = i == 0 ? centre : draw(centre, spread, random);
                schedules.add(schedule(feasible, before, draws[i], domains));
            }
            double[] values = value.atEnd(schedules, from, losses);
            int[] order = IntStream.range(0, DRAWS)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> values[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            if (values[order[0]] < lowest) {
                lowest = values[order[0]];
                best = schedules.get(order[0]).stages();
            }
            double[][][] elite = Arrays.stream(order)
                    .limit(BEST)
                    .sorted()
                    .mapToObj(i -> draws[i])
                    .toArray(double[][][]::new);
            centre = follow(elite, centre, spread);
            fraction.accept((double) round / rounds);
        }
        return best;
    }

    private static double[][] draw(double[][] centre, double[][] spread, Random random) {
        double[][] draw = new double[centre.length][centre[0].length];
        for (int s = 0; s < draw.length; s++) {
            for (int d = 0; d < draw[s].length; d++) {
                draw[s][d] = centre[s][d] + spread[s][d] * random.nextGaussian();
            }
        }
        return draw;
    }

    private static MixtureSchedule schedule(
            ConstraintProjection feasible, List<Mixture> before, double[][] logs, List<String> domains) {
        double[][] weights = new double[logs.length][];
        for (int s = 0; s < logs.length; s++) {
            if (s < before.size()) {
                weights[s] = before.get(s).weights();
            } else {
                double highest = Arrays.stream(logs[s]).max().orElseThrow();
                double[] amounts = Arrays.stream(logs[s])
                        .map(log -> Math.exp(log - highest))
                        .toArray();
                double sum = Arrays.stream(amounts).sum();
                weights[s] = Arrays.stream(amounts).map(amount -> amount / sum).toArray();
            }
        }
        feasible.settle(weights, before.size());
        return new MixtureSchedule(
                Arrays.stream(weights).map(w -> Mixture.of(domains, w)).toList());
    }

    /// The new centre; the spread is changed in place.
    private static double[][] follow(double[][][] elite, double[][] centre, double[][] spread) {
        double[][] moved = new double[centre.length][centre[0].length];
        for (int s = 0; s < moved.length; s++) {
            for (int d = 0; d < moved[s].length; d++) {
                double mean = 0;
                double square = 0;
                for (double[][] draw : elite) {
                    mean += draw[s][d] / elite.length;
                    square += draw[s][d] * draw[s][d] / elite.length;
                }
                double deviation = Math.sqrt(Math.max(square - mean * mean, LEAST_SPREAD * LEAST_SPREAD));
                moved[s][d] = centre[s][d] + PACE * (mean - centre[s][d]);
                spread[s][d] += PACE * (deviation - spread[s][d]);
            }
        }
        return moved;
    }
}
