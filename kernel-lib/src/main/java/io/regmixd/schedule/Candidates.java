package io.regmixd.schedule;

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

    /// @throws IllegalArgumentException if there is no such domain
    static int domain(String objective, List<String> domains) {
        int domain = domains.indexOf(objective);
        if (domain < 0) {
            throw new IllegalArgumentException("no domain " + objective + " in " + domains);
        }
        return domain;
    }

    /// The mean of the 128 mixtures of the lowest loss; of equal ones the earlier.
    ///
    /// @param losses   the predicted losses of some mixtures
    /// @param fraction hears how much is done
    Mixture meanOfBest(Function<List<Mixture>, double[]> losses, DoubleConsumer fraction) throws InterruptedException {
        double[] all = new double[mixtures.size()];
        for (int from = 0; from < all.length; from += SLICE) {
            if (Thread.interrupted()) {
                throw new InterruptedException("comparing candidates");
            }
            int to = Math.min(from + SLICE, all.length);
            System.arraycopy(losses.apply(mixtures.subList(from, to)), 0, all, from, to - from);
            fraction.accept((double) to / all.length);
        }
        List<Mixture> best = new ArrayList<>();
        IntStream.range(0, all.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> all[i]))
                .limit(BEST)
                .forEach(i -> best.add(mixtures.get(i)));
        return Mixture.mean(best);
    }
}
