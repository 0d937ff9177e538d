package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import java.util.Arrays;
import java.util.List;

/// The schedules that a problem allows, as a way to make one of any: stage after stage, the wish becomes the
/// nearest thing that is allowed and leaves a way to go on.
///
/// There is always a way to go on: towards one mixture that satisfies all constraints throughout (the
/// *refuge*), as fast as the allowed change permits. A stage is accepted if that way stays within the supplies;
/// else it gives way towards the refuge until it does.
public final class ConstraintProjection {

    private static final int HALVINGS = 20;
    private static final double TOLERANCE = 1e-9;

    private final Problem problem;
    private final int stages;
    private final double[] lowest;
    private final double[] highest;
    private final double[] supply;
    private final boolean scarce;
    private final double[] refuge;

    public ConstraintProjection(Problem problem, int stages) {
        this.problem = problem;
        this.stages = stages;
        lowest = array(problem.lowest());
        highest = array(problem.highest());
        supply = array(problem.supply());
        scarce = Arrays.stream(supply).anyMatch(share -> share < 1);
        double[] most = new double[supply.length];
        Arrays.setAll(most, d -> Math.min(highest[d], supply[d]));
        refuge = scaled(most, lowest, most);
    }

    /// Whether any mixture at all is allowed after these.
    public boolean free(List<Mixture> before) {
        return !scarce
                && (problem.change() == 1 || before.isEmpty())
                && Arrays.stream(lowest).allMatch(w -> w == 0)
                && Arrays.stream(highest).allMatch(w -> w == 1);
    }

    /// The mixture to train the next stage on.
    ///
    /// @param before the mixtures of the stages before it
    /// @param wish   the mixture that the planner would have
    public Mixture next(List<Mixture> before, Mixture wish) {
        double[] seen = new double[refuge.length]; // of each domain, in stages
        for (Mixture mixture : before) {
            for (int d = 0; d < seen.length; d++) {
                seen[d] += mixture.weight(d);
            }
        }
        double[] last = before.isEmpty() ? null : before.getLast().weights();
        return Mixture.of(wish.domains(), next(seen, before.size(), last, wish.weights()));
    }

    /// Replaces the stages from `from` on by allowed ones.
    ///
    /// @param schedule shape `[stages][domains]`
    void settle(double[][] schedule, int from) {
        double[] seen = new double[refuge.length];
        for (int s = 0; s < stages; s++) {
            if (s >= from) {
                schedule[s] = next(seen, s, s == 0 ? null : schedule[s - 1], schedule[s]);
            }
            for (int d = 0; d < seen.length; d++) {
                seen[d] += schedule[s][d];
            }
        }
    }

    private double[] next(double[] seen, int stage, double[] last, double[] wish) {
        double[] next = limited(last, scaled(wish, lowest, highest));
        if (!scarce || canGoOn(seen, stage, next)) {
            return next;
        }
        double[] wayBack = limited(last, refuge);
        double low = 0;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (canGoOn(seen, stage, between(wayBack, next, middle))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return between(wayBack, next, low);
    }

    /// Whether the supplies last if this stage trains on the mixture and the later ones return to the refuge.
    private boolean canGoOn(double[] seen, int stage, double[] mixture) {
        double[] total = seen.clone();
        double[] current = mixture;
        for (int s = stage; s < stages; s++) {
            for (int d = 0; d < total.length; d++) {
                total[d] += current[d];
            }
            current = limited(current, refuge);
        }
        for (int d = 0; d < total.length; d++) {
            if (total[d] > stages * supply[d] + TOLERANCE) {
                return false;
            }
        }
        return true;
    }

    /// As far from `from` to `to` as one stage may go.
    private double[] limited(double[] from, double[] to) {
        if (from == null || problem.change() == 1) {
            return to;
        }
        double distance = 0;
        for (int d = 0; d < to.length; d++) {
            distance += Math.abs(to[d] - from[d]) / 2;
        }
        return distance <= problem.change() ? to : between(from, to, problem.change() / distance);
    }

    private static double[] between(double[] from, double[] to, double share) {
        double[] between = new double[from.length];
        Arrays.setAll(between, d -> from[d] + share * (to[d] - from[d]));
        return between;
    }

    /// Weights in proportion to the wish, except where a bound holds: all are multiplied by the one factor with
    /// which they sum to 1 once they are within bounds. Domains that the wish leaves out come in last.
    private static double[] scaled(double[] wish, double[] lowest, double[] highest) {
        double[] wanted = new double[wish.length];
        Arrays.setAll(wanted, d -> Math.max(wish[d], 1e-12));
        double[] weights = new double[wish.length];
        double low = 0;
        double high = 1;
        while (sum(weights, wanted, high, lowest, highest) < 1 && high < 1e15) {
            high *= 2;
        }
        for (int i = 0; i < 60 && high - low > 1e-15 * high; i++) {
            double middle = (low + high) / 2;
            if (sum(weights, wanted, middle, lowest, highest) < 1) {
                low = middle;
            } else {
                high = middle;
            }
        }
        sum(weights, wanted, high, lowest, highest);
        return weights;
    }

    private static double sum(double[] weights, double[] wanted, double factor, double[] lowest, double[] highest) {
        double sum = 0;
        for (int d = 0; d < weights.length; d++) {
            weights[d] = Math.clamp(factor * wanted[d], lowest[d], highest[d]);
            sum += weights[d];
        }
        return sum;
    }

    private static double[] array(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
