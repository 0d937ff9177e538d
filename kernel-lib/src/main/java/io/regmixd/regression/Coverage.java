package io.regmixd.regression;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where the proxies have been: the mixtures that they trained on and the losses that they had before a stage.
/// Past that a regression guesses.
public final class Coverage {

    private final List<String> domains;
    private final List<double[]> roots; // of the weights of each distinct mixture
    private final double isolation; // Hellinger distance of the most isolated proxy's mixture to its nearest
    private final double[] lowest; // [domains], losses before the second stage and later
    private final double[] highest;

    private Coverage(List<String> domains, List<double[]> roots, double[] lowest, double[] highest) {
        this.domains = domains;
        this.roots = roots;
        this.lowest = lowest;
        this.highest = highest;
        double farthest = 0;
        for (int i = 0; i < roots.size() && roots.size() > 1; i++) {
            List<double[]> others = new ArrayList<>(roots);
            double[] own = others.remove(i);
            farthest = Math.max(farthest, nearest(own, others));
        }
        isolation = farthest;
    }

    static Coverage of(List<Trajectory> runs) {
        List<String> domains = runs.getFirst().schedule().domains();
        double[] lowest = new double[domains.size()];
        double[] highest = new double[domains.size()];
        Arrays.fill(lowest, Double.POSITIVE_INFINITY);
        for (Trajectory run : runs) {
            for (int s = 1; s < run.rows(); s++) {
                for (int d = 0; d < lowest.length; d++) {
                    lowest[d] = Math.min(lowest[d], run.loss(s, d));
                    highest[d] = Math.max(highest[d], run.loss(s, d));
                }
            }
        }
        List<double[]> roots = runs.stream()
                .flatMap(run -> run.schedule().stages().stream())
                .distinct()
                .map(Coverage::roots)
                .toList();
        return new Coverage(domains, roots, lowest, highest);
    }

    /// How a run leaves what the proxies covered, a sentence each, none where it stays inside. A mixture leaves
    /// it where the nearest mixture of a proxy is farther away (in Hellinger's distance) than the most isolated
    /// proxy's is from its own nearest; a loss, where no proxy had one as low or as high after any stage.
    ///
    /// @param schedule what the run trains on
    /// @param trained  from which stage on to look, 0 for the first
    /// @param losses shape `[stages + 1 - trained][domains]`, nats a token; row 0, before stage `trained`, is
    ///     not looked at
    /// @param domain   the domain whose losses matter
    public List<String> left(MixtureSchedule schedule, int trained, double[][] losses, int domain) {
        List<String> left = new ArrayList<>();
        for (int s = trained; s < schedule.size(); s++) {
            Mixture mixture = schedule.stages().get(s);
            double distance = nearest(roots(mixture), roots);
            if (distance > isolation
                    && (s == trained || !mixture.equals(schedule.stages().get(s - 1)))) {
                left.add(String.format(
                        Locale.ROOT,
                        "stage %d: no proxy trained on anything near %s (distance %.2f, the proxies' own gaps are at"
                                + " most %.2f)",
                        s + 1,
                        mixture,
                        distance,
                        isolation));
            }
            if (s > trained) {
                int stage = s + 1;
                outside(losses[s - trained][domain], domain)
                        .ifPresent(outside -> left.add("stage " + stage + " starts at a loss of " + outside));
            }
        }
        return left;
    }

    /// The loss in words, if no proxy's was as low or as high after any stage.
    public Optional<String> outside(double loss, int domain) {
        return loss >= lowest[domain] && loss <= highest[domain]
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%.3f nats on %s, the proxies had %.3f to %.3f",
                        loss,
                        domains.get(domain),
                        lowest[domain],
                        highest[domain]));
    }

    private static double nearest(double[] root, List<double[]> others) {
        double nearest = Double.POSITIVE_INFINITY;
        for (double[] other : others) {
            double squares = 0;
            for (int d = 0; d < root.length; d++) {
                squares += (root[d] - other[d]) * (root[d] - other[d]);
            }
            nearest = Math.min(nearest, Math.sqrt(squares / 2));
        }
        return nearest;
    }

    private static double[] roots(Mixture mixture) {
        return Arrays.stream(mixture.weights()).map(Math::sqrt).toArray();
    }
}
