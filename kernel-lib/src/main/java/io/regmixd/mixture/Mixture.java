package io.regmixd.mixture;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A point on the simplex over the domains: which share of the training tokens comes from which domain.
///
/// Immutable. Weights are non-negative and sum to one; given weights may miss that by up to 1% (published
/// mixtures are rounded) and are rescaled. Those that miss it by rounding alone are taken as they are, so that
/// a mixture written and read back is equal to the bit.
public final class Mixture implements Serializable {

    private static final long serialVersionUID = 1;

    private static final double TOLERANCE = 0.01;
    private static final double ROUNDING = 1e-12;

    @SuppressWarnings("serial") // made by List.copyOf, which is
    private final List<String> domains;

    private final double[] weights;

    private Mixture(List<String> domains, double[] weights) {
        this.domains = domains;
        this.weights = weights;
    }

    /// @param domains names, each once
    /// @param weights one per domain, in the same order, each at least 0, together 1 within 1%
    /// @throws IllegalArgumentException if a name repeats, the counts differ, a weight is negative or not
    ///     finite, or the sum is off
    public static Mixture of(List<String> domains, double... weights) {
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("a mixture needs at least one domain");
        }
        if (new LinkedHashSet<>(domains).size() != domains.size()) {
            throw new IllegalArgumentException("a domain is named twice in " + domains);
        }
        if (domains.size() != weights.length) {
            throw new IllegalArgumentException(weights.length + " weights for " + domains.size() + " domains");
        }
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
                throw new IllegalArgumentException(
                        "weight of " + domains.get(i) + " is " + weights[i] + ", expected 0 to 1");
            }
        }
        double sum = Arrays.stream(weights).sum();
        if (Math.abs(sum - 1) > TOLERANCE) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "weights of %d domains sum to %.3g, expected 1", weights.length, sum));
        }
        double divisor = Math.abs(sum - 1) <= ROUNDING ? 1 : sum;
        return new Mixture(
                List.copyOf(domains),
                Arrays.stream(weights).map(w -> w / divisor).toArray());
    }

    /// Weights in proportion to `amounts` (tokens, say), which need not sum to one.
    ///
    /// @throws IllegalArgumentException as [#of(List, double...)], and if all amounts are zero
    public static Mixture proportional(List<String> domains, double... amounts) {
        double sum = Arrays.stream(amounts).sum();
        if (!(sum > 0) || Double.isInfinite(sum)) {
            throw new IllegalArgumentException("amounts of " + domains.size() + " domains sum to " + sum);
        }
        return of(domains, Arrays.stream(amounts).map(a -> a / sum).toArray());
    }

    /// The same weight for every domain.
    public static Mixture uniform(List<String> domains) {
        return proportional(
                domains, IntStream.range(0, domains.size()).mapToDouble(i -> 1).toArray());
    }

    /// The mean of mixtures over the same domains, weight by weight.
    ///
    /// @throws IllegalArgumentException if there are none, or their domains differ
    public static Mixture mean(List<Mixture> mixtures) {
        if (mixtures.isEmpty()) {
            throw new IllegalArgumentException("no mixtures to take the mean of");
        }
        List<String> domains = mixtures.getFirst().domains;
        double[] sum = new double[domains.size()];
        for (Mixture mixture : mixtures) {
            mixture.requireDomains(domains);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += mixture.weights[i];
            }
        }
        return proportional(domains, sum);
    }

    public List<String> domains() {
        return domains;
    }

    /// The weights in the order of [#domains()], a copy.
    public double[] weights() {
        return weights.clone();
    }

    public double weight(int domain) {
        return weights[domain];
    }

    /// @throws IllegalArgumentException if no domain has this name
    public double weight(String domain) {
        int i = domains.indexOf(domain);
        if (i < 0) {
            throw new IllegalArgumentException("no domain " + domain + " in " + domains);
        }
        return weights[i];
    }

    public int size() {
        return weights.length;
    }

    /// @throws IllegalArgumentException if this mixture is over other domains, or the same in another order
    public void requireDomains(List<String> expected) {
        if (!domains.equals(expected)) {
            throw new IllegalArgumentException("mixture over " + domains + ", expected " + expected);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mixture mixture
                && domains.equals(mixture.domains)
                && Arrays.equals(weights, mixture.weights);
    }

    @Override
    public int hashCode() {
        return 31 * domains.hashCode() + Arrays.hashCode(weights);
    }

    /// The domains with at least 0.05%, heaviest first: `python 41.2%, ruby 30.0%, ...`.
    @Override
    public String toString() {
        return IntStream.range(0, size())
                .boxed()
                .sorted((a, b) -> Double.compare(weights[b], weights[a]))
                .filter(i -> weights[i] >= 5e-4)
                .map(i -> String.format(Locale.ROOT, "%s %.1f%%", domains.get(i), 100 * weights[i]))
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }
}
