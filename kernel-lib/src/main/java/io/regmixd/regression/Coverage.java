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

    private static final double SHOWN = 1e-3; // what a sentence shows of a weight

    private final List<String> domains;
    private final List<double[]> roots; // of the weights of each distinct mixture
    private final double[] heaviest; // [domains], the greatest weight in any mixture
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
        heaviest = new double[domains.size()];
        for (double[] mixture : roots) {
            Arrays.setAll(heaviest, d -> Math.max(heaviest[d], mixture[d] * mixture[d]));
        }
    }

    /// Of the mixtures of whole runs, where losses on the way are unknown.
    static Coverage ofMixtures(List<Mixture> mixtures) {
        List<double[]> roots = mixtures.stream().distinct().map(Coverage::roots).toList();
        return new Coverage(mixtures.getFirst().domains(), roots, new double[0], new double[0]);
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

    /// How a run's mixtures leave what the proxies covered, a sentence each, none where they stay inside. A
    /// mixture leaves it where it gives a domain more than any proxy had, or where the nearest mixture of a
    /// proxy is farther away (in Hellinger's distance) than the most isolated proxy's is from its own nearest.
    ///
    /// @param schedule what the run trains on
    /// @param trained  from which stage on to look, 0 for the first
    public List<String> left(MixtureSchedule schedule, int trained) {
        List<String> left = new ArrayList<>();
        for (int from = trained, to; from < schedule.size(); from = to) {
            Mixture mixture = schedule.stages().get(from);
            to = from + 1;
            while (to < schedule.size() && schedule.stages().get(to).equals(mixture)) {
                to++;
            }
            String stages = to == from + 1 ? "stage " + to : "stages " + (from + 1) + "-" + to;
            for (int d = 0; d < heaviest.length; d++) {
                if (mixture.weight(d) >= heaviest[d] + SHOWN) {
                    left.add(String.format(
                            Locale.ROOT,
                            "%s: %s %.1f%%, no proxy trained on more than %.1f%%",
                            stages,
                            domains.get(d),
                            100 * mixture.weight(d),
                            100 * heaviest[d]));
                }
            }
            double distance = nearest(roots(mixture), roots);
            if (distance > isolation) {
                left.add(String.format(
                        Locale.ROOT,
                        "%s: no proxy trained on anything near %s (distance %.2f, the proxies' own gaps are at most"
                                + " %.2f)",
                        stages,
                        mixture,
                        distance,
                        isolation));
            }
        }
        return left;
    }

    /// As [#left(MixtureSchedule, int)], and then the stages that start at a loss that no proxy had after any
    /// stage.
    ///
    /// @param losses shape `[stages + 1 - trained][domains]`, nats per token; row 0, before stage `trained`, is
    ///     not looked at
    /// @param domain the domain whose losses matter
    public List<String> left(MixtureSchedule schedule, int trained, double[][] losses, int domain) {
        List<String> left = new ArrayList<>(left(schedule, trained));
        for (int s = trained + 1; s < schedule.size(); s++) {
            int stage = s + 1;
            outside(losses[s - trained][domain], domain)
                    .ifPresent(outside -> left.add("stage " + stage + " starts at a loss of " + outside));
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

    /// Whether some proxy was trained on the domain.
    boolean trained(int domain) {
        return heaviest[domain] > 0;
    }

    /// Hellinger's distance of a mixture to the nearest one that a proxy trained on: 0 for the same, 1 for
    /// nothing in common.
    public double distance(Mixture mixture) {
        return nearest(roots(mixture), roots);
    }

    /// The distance of the most isolated proxy's mixture to its nearest.
    public double widestGap() {
        return isolation;
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
