package io.regmixd.planning;

import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// What a planner is asked for: which losses are to be low at the end, and what a schedule may be.
///
/// Immutable; start with [#minimise(String, List)] or its like and add constraints:
///
/// ```java
/// Problem.minimise("documentation", domains).within(design).weight("ruby", 0.05, 0.3).change(0.5)
/// ```
///
/// @param domains   in the order of all the lists
/// @param objective the weight of each domain's final loss in what is to be low, at least 0, together 1
/// @param lowest    the lowest weight of each domain in any stage, 0 to 1
/// @param highest   the highest weight of each domain in any stage, 0 to 1; 0 leaves the domain out
/// @param supply how much of each domain the whole run may train on, as a share of the run's tokens, at least
///     0; 1 and more is no limit
/// @param change how much of the mixture may be exchanged from one stage to the next, 0 (one mixture
///     throughout) to 1 (no limit): half the sum of the weights' differences
public record Problem(
        List<String> domains,
        List<Double> objective,
        List<Double> lowest,
        List<Double> highest,
        List<Double> supply,
        double change) {

    private static final int DROPPED_BITS = 22; // of 52

    /// @throws IllegalArgumentException if a number is out of its range, or no mixture at all satisfies the
    ///     constraints; the message says which
    public Problem {
        domains = List.copyOf(domains);
        objective = List.copyOf(objective);
        lowest = List.copyOf(lowest);
        highest = List.copyOf(highest);
        supply = List.copyOf(supply);
        double least = 0;
        double most = 0;
        for (int d = 0; d < domains.size(); d++) {
            String name = domains.get(d);
            require(
                    objective.get(d) >= 0,
                    "the objective gives " + name + " weight " + objective.get(d) + ", expected at least 0");
            require(
                    lowest.get(d) >= 0 && lowest.get(d) <= highest.get(d) && highest.get(d) <= 1,
                    "the weight of "
                            + name + " is to lie between " + lowest.get(d) + " and " + highest.get(d)
                            + ": expected 0 <= lowest <= highest <= 1");
            require(
                    supply.get(d) >= lowest.get(d),
                    "at least " + lowest.get(d) + " of every stage is to be " + name + ", but its supply is "
                            + supply.get(d) + " of the run's tokens");
            least += lowest.get(d);
            most += Math.min(highest.get(d), supply.get(d));
        }
        require(
                Math.abs(objective.stream().mapToDouble(w -> w).sum() - 1) < 1e-9,
                "the objective's weights do not sum" + " to 1");
        require(least <= 1 + 1e-9, "the lowest weights sum to " + least + ", more than 1: lower some");
        require(
                most >= 1 - 1e-9,
                "the highest weights, or what the supply allows, sum to " + most
                        + ", less than 1: allow more of some domain");
        require(change >= 0 && change <= 1, "the change between stages is " + change + ", expected 0 to 1");
    }

    /// The final loss of one domain is to be low; no constraints.
    ///
    /// @throws IllegalArgumentException if there is no such domain
    public static Problem minimise(String objective, List<String> domains) {
        return minimise(Map.of(objective, 1.0), domains);
    }

    /// The weighted mean of some domains' final losses is to be low; no constraints.
    ///
    /// @param weights by domain, not negative, not all zero
    /// @throws IllegalArgumentException if there is no such domain, or the weights are not as said
    public static Problem minimise(Map<String, Double> weights, List<String> domains) {
        weights.keySet().forEach(domain -> index(domain, domains));
        double sum = weights.values().stream().mapToDouble(w -> w).sum();
        require(sum > 0, "the objective's weights sum to " + sum + ": give some domain a positive one");
        int count = domains.size();
        return new Problem(
                domains,
                domains.stream().map(d -> weights.getOrDefault(d, 0.0) / sum).toList(),
                Collections.nCopies(count, 0.0),
                Collections.nCopies(count, 1.0),
                Collections.nCopies(count, 1.0),
                1);
    }

    /// The mean of all domains' final losses is to be low; no constraints.
    public static Problem minimiseMean(List<String> domains) {
        return new Problem(
                domains,
                Collections.nCopies(domains.size(), 1.0 / domains.size()),
                Collections.nCopies(domains.size(), 0.0),
                Collections.nCopies(domains.size(), 1.0),
                Collections.nCopies(domains.size(), 1.0),
                1);
    }

    /// Bounds for the weight of one domain in every stage; the tighter of these and earlier ones hold.
    ///
    /// @throws IllegalArgumentException if there is no such domain, or no mixture is left
    public Problem weight(String domain, double lowest, double highest) {
        int d = index(domain, domains);
        return new Problem(
                domains,
                objective,
                with(this.lowest, d, Math.max(lowest, this.lowest.get(d))),
                with(this.highest, d, Math.min(highest, this.highest.get(d))),
                supply,
                change);
    }

    /// Leaves a domain out of every stage.
    ///
    /// @throws IllegalArgumentException as [#weight]
    public Problem without(String domain) {
        return weight(domain, 0, 0);
    }

    /// Keeps every weight below the highest that the design gives any proxy.
    ///
    /// @throws IllegalArgumentException if no mixture is left
    public Problem within(DirichletDesign design) {
        Problem problem = this;
        for (int d = 0; d < domains.size(); d++) {
            problem = problem.weight(domains.get(d), 0, design.upperBound(d));
        }
        return problem;
    }

    /// Keeps every weight between the lowest and the highest that any of the mixtures has: a model that was
    /// fitted on runs knows nothing of what lies outside.
    ///
    /// @throws IllegalArgumentException if no mixture is left
    public Problem within(List<Mixture> trained) {
        Problem problem = this;
        for (int d = 0; d < domains.size(); d++) {
            int domain = d;
            DoubleSummaryStatistics weights = trained.stream()
                    .mapToDouble(mixture -> mixture.weight(domain))
                    .summaryStatistics();
            problem = problem.weight(domains.get(d), weights.getMin(), weights.getMax());
        }
        return problem;
    }

    /// Has every domain's text repeated at most `most` times over the whole run.
    ///
    /// @param most      epochs, positive
    /// @param available training tokens that there are of each domain, one number per domain
    /// @param tokens    training tokens of the target's whole run
    /// @throws IllegalArgumentException if the counts differ, or there is not text enough for the run
    public Problem epochs(double most, long[] available, long tokens) {
        require(
                available.length == domains.size(),
                available.length + " counts of tokens for " + domains.size() + " domains");
        double suffices = IntStream.range(0, available.length)
                .mapToDouble(d -> Math.min(Math.min(highest.get(d), supply.get(d)), most * available[d] / tokens))
                .sum();
        require(
                suffices >= 1 - 1e-9,
                String.format(
                        Locale.ROOT,
                        "within the bounds, at most %s epochs of each domain's text are %.1f%% of the run's %,d tokens:"
                                + " allow more epochs or wider bounds, give more text, or train fewer tokens",
                        most,
                        100 * suffices,
                        tokens));
        return new Problem(
                domains,
                objective,
                lowest,
                highest,
                IntStream.range(0, available.length)
                        .mapToObj(d -> Math.min(supply.get(d), most * available[d] / tokens))
                        .toList(),
                change);
    }

    /// The same by the domains' names.
    ///
    /// @param available a domain that is not named has enough
    /// @throws IllegalArgumentException if there is not text enough for the run
    public Problem epochs(double most, Map<String, Long> available, long tokens) {
        return epochs(
                most,
                domains.stream()
                        .mapToLong(name -> available.getOrDefault(name, Long.MAX_VALUE / 2))
                        .toArray(),
                tokens);
    }

    /// How much of the mixture may be exchanged from one stage to the next; 0 asks for one mixture throughout.
    ///
    /// @throws IllegalArgumentException if it is not between 0 and 1
    public Problem change(double most) {
        return new Problem(domains, objective, lowest, highest, supply, most);
    }

    /// What is to be low: the weighted mean of the losses.
    ///
    /// @param losses one per domain
    public double value(double[] losses) {
        return IntStream.range(0, losses.length)
                .mapToDouble(d -> objective.get(d) * losses[d])
                .sum();
    }

    /// The same of many, rounded as [#rounded].
    ///
    /// @param count  how many
    /// @param losses the losses of one domain, one number each; asked for where the objective gives it weight
    public double[] values(int count, IntFunction<double[]> losses) {
        double[] values = new double[count];
        for (int domain : objectives()) {
            double[] ofDomain = losses.apply(domain);
            for (int i = 0; i < count; i++) {
                values[i] += objective.get(domain) * ofDomain[i];
            }
        }
        return rounded(values);
    }

    /// Each to 30 binary digits, steps of about 1e-9 of it: what is to be compared is rounded so that two
    /// values that are one but for the last bits of some arithmetic are equal, and the order of candidates
    /// decides. The array itself.
    static double[] rounded(double[] values) {
        Arrays.setAll(values, i -> {
            long bits = Double.doubleToLongBits(values[i]) + (1L << (DROPPED_BITS - 1));
            return Double.longBitsToDouble(bits & -(1L << DROPPED_BITS));
        });
        return values;
    }

    /// The domains that the objective gives weight to.
    int[] objectives() {
        return IntStream.range(0, domains.size())
                .filter(d -> objective.get(d) > 0)
                .toArray();
    }

    /// @throws IllegalArgumentException if a model is over other domains
    void requireDomains(List<String> ofModel) {
        require(domains.equals(ofModel), "the problem is over " + domains + ", the model over " + ofModel);
    }

    private static int index(String domain, List<String> domains) {
        int d = domains.indexOf(domain);
        require(d >= 0, "no domain " + domain + " in " + domains);
        return d;
    }

    private static List<Double> with(List<Double> list, int index, double value) {
        List<Double> changed = new ArrayList<>(list);
        changed.set(index, value);
        return changed;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
