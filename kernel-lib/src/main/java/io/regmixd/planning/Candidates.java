package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/// The mixtures that a planner chooses from.
///
/// @param mixtures all over the same domains
record Candidates(List<Mixture> mixtures) {

    private static final int BEST = 128;
    private static final int SLICE = 5_000;

    Candidates(List<Mixture> mixtures, List<String> domains) {
        this(List.copyOf(mixtures));
        if (mixtures.size() < BEST) {
            throw new IllegalArgumentException("a planner takes the mean of the best " + BEST
                    + " candidates, but got only " + mixtures.size() + ": draw more, RegMix draws 100,000");
        }
        mixtures.forEach(mixture -> mixture.requireDomains(domains));
    }

    /// The mean of the 128 mixtures of the lowest value; of equal ones the earlier. Every candidate is made a
    /// feasible one before it is looked at.
    ///
    /// @param before   the mixtures of the stages before
    /// @param values   what is to be low, of some mixtures
    /// @param fraction hears how much is done
    Mixture meanOfBest(
            ConstraintProjection feasible,
            List<Mixture> before,
            Function<List<Mixture>, double[]> values,
            DoubleConsumer fraction)
            throws InterruptedException {
        boolean free = feasible.free(before);
        List<Mixture> allowed = new ArrayList<>(mixtures.size());
        double[] all = new double[mixtures.size()];
        for (int from = 0; from < all.length; from += SLICE) {
            if (Thread.interrupted()) {
                throw new InterruptedException("comparing candidates");
            }
            int to = Math.min(from + SLICE, all.length);
            List<Mixture> slice = mixtures.subList(from, to);
            List<Mixture> next = free
                    ? slice
                    : slice.parallelStream()
                            .map(mixture -> feasible.next(before, mixture))
                            .toList();
            allowed.addAll(next);
            System.arraycopy(values.apply(next), 0, all, from, to - from);
            fraction.accept((double) to / all.length);
        }
        List<Mixture> best = new ArrayList<>();
        IntStream.range(0, all.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> all[i]))
                .limit(BEST)
                .sorted() // a sum in the order of values would hang on their last bits
                .forEach(i -> best.add(allowed.get(i)));
        Mixture mean = Mixture.mean(best);
        return free ? mean : feasible.next(before, mean);
    }
}
