package io.regmixd.planning;

import io.regmixd.regression.RankCorrelation;
import io.regmixd.trajectory.Trajectories;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/// How many more runs would tell mixtures apart, from the learning curve of the runs that there are.
///
/// The rank correlation of held-out runs, on the scale of Fisher's z, is taken to grow with the logarithm of the
/// number of runs, at the pace at which it grew from random halves to all of them. Enough are as many as put the
/// 95% interval above 0. The range is of the estimates by each half alone.
///
/// @param about the estimate, at least 1; none are enough where it is [#UNKNOWN]
/// @param low   the lower quartile of the estimates
/// @param high  the upper quartile; [#UNKNOWN] where that many would not do
public record MoreRuns(int about, int low, int high) {

    /// More runs of this kind than anyone would train would not do.
    public static final int UNKNOWN = Integer.MAX_VALUE;

    private static final int HALVES = 8;
    private static final int MOST = 10_000;
    private static final double LEAST_GROWTH = 0; // a curve that falls is noise

    static MoreRuns estimated(HeldOut heldOut, RankCorrelation all, long seed) throws InterruptedException {
        int runs = heldOut.size();
        List<Integer> order = new ArrayList<>(IntStream.range(0, runs).boxed().toList());
        Random random = new Random(seed);
        double now = z(all.spearman());
        List<Integer> estimates = new ArrayList<>();
        double growth = 0;
        for (int half = 0; half < HALVES; half++) {
            Collections.shuffle(order, random);
            int size = Math.max(runs / 2, Math.min(runs, Trajectories.FEWEST_RUNS + 2));
            int[] some = order.subList(0, size).stream()
                    .mapToInt(Integer::intValue)
                    .sorted()
                    .toArray();
            double then = z(Evidence.defined(RankCorrelation.of(heldOut.predicted(some), heldOut.seen(some)))
                    .spearman());
            double pace = size == runs ? 0 : Math.max(LEAST_GROWTH, (now - then) / Math.log((double) runs / size));
            growth += pace / HALVES;
            estimates.add(enough(runs, now, pace));
        }
        int[] sorted = estimates.stream().mapToInt(Integer::intValue).sorted().toArray();
        int about = enough(runs, now, growth);
        return new MoreRuns(
                about, Math.min(about, sorted[HALVES / 4]), Math.max(about, sorted[HALVES - 1 - HALVES / 4]));
    }

    private static double z(double correlation) {
        double inside = Math.clamp(correlation, -0.999, 0.999);
        return 0.5 * Math.log((1 + inside) / (1 - inside));
    }

    /// So many more that the interval of Bonett and Wright lies above 0.
    private static int enough(int runs, double now, double pace) {
        for (int more = 1; more <= MOST; more++) {
            double z = now + pace * Math.log((double) (runs + more) / runs);
            double r = Math.tanh(z);
            if (z > 1.96 * Math.sqrt((1 + r * r / 2) / (runs + more - 3))) {
                return more;
            }
        }
        return UNKNOWN;
    }

    /// `about 31 more would, 20 to 60`.
    public String inWords() {
        if (about == UNKNOWN) {
            return "their learning curve does not say how many more would: other mixtures or a less noisy measure may help"
                    + " more than further runs of this kind";
        }
        return String.format(
                Locale.ROOT,
                "about %d more would, %d to %s",
                about,
                low,
                high == UNKNOWN ? "far more" : Integer.toString(high));
    }
}
