package io.regmixd.planning.adaptive;

import io.regmixd.mixture.Mixture;
import io.regmixd.planning.Problem;
import io.regmixd.regression.MixtureLossModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.NormalDistribution;

/// By how much a mixture's loss may be expected to lie below the lowest so far (Jones, Schonlau and Welch,
/// *Efficient Global Optimization of Expensive Black-Box Functions*, 1998), and which mixtures to train next
/// by it.
///
/// Losses have noise, so the lowest so far is the lowest *predicted* loss of what was trained, and the error
/// is the model's own, without the noise of a run. Several mixtures are chosen one after the other, each as
/// if those before it had ended with what the model predicts (the Kriging believer of Ginsbourger, Le Riche
/// and Carraro, *Kriging Is Well-Suited to Parallelize Optimization*, 2010), so that they keep apart.
public final class ExpectedImprovement {

    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1); // without random numbers

    private ExpectedImprovement() {}

    /// The mean of `max(0, lowest - loss)` where the loss is normal.
    ///
    /// @param error the standard deviation, at least 0
    static double of(double lowest, double mean, double error) {
        double gain = lowest - mean;
        if (error == 0) {
            return Math.max(0, gain);
        }
        double z = gain / error;
        return Math.max(0, gain * NORMAL.cumulativeProbability(z) + error * NORMAL.density(z));
    }

    /// The candidates to train next, the most promising first. An objective of several losses is taken as if
    /// they erred together.
    ///
    /// @param trained what the model was fitted on
    /// @param count at most as many as there are candidates
    /// @throws IllegalStateException if the model knows nothing of its uncertainty
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public static List<Mixture> choose(
            MixtureLossModel model, Problem problem, List<Mixture> trained, List<Mixture> candidates, int count)
            throws InterruptedException {
        double lowest = Arrays.stream(means(model, problem, trained)).min().orElseThrow();
        double[] means = means(model, problem, candidates);
        double[] errors = errors(model, problem, candidates);
        double before = lowest;
        PriorityQueue<Promise> promises = new PriorityQueue<>(
                Comparator.comparingDouble(Promise::gain).reversed().thenComparingInt(Promise::candidate));
        IntStream.range(0, means.length).forEach(i -> promises.add(new Promise(i, of(before, means[i], errors[i]), 0)));
        List<Mixture> chosen = new ArrayList<>();
        while (chosen.size() < count) {
            if (Thread.interrupted()) {
                throw new InterruptedException("choosing the next mixtures");
            }
            Promise best = promises.remove();
            Mixture mixture = candidates.get(best.candidate);
            if (best.believed == chosen.size()) {
                chosen.add(mixture);
                lowest = Math.min(lowest, means[best.candidate]);
                model = model.believing(mixture);
            } else { // what was believed since can only have made it smaller
                double error = errors(model, problem, List.of(mixture))[0];
                promises.add(new Promise(best.candidate, of(lowest, means[best.candidate], error), chosen.size()));
            }
        }
        return chosen;
    }

    private static double[] means(MixtureLossModel model, Problem problem, List<Mixture> mixtures) {
        return problem.values(mixtures.size(), domain -> model.predict(mixtures, domain));
    }

    private static double[] errors(MixtureLossModel model, Problem problem, List<Mixture> mixtures) {
        return problem.values(mixtures.size(), domain -> model.errors(mixtures, domain));
    }

    /// What a candidate promised when so many of the chosen were believed.
    private record Promise(int candidate, double gain, int believed) {}
}
