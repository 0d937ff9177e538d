package io.regmixd.planning;

import io.regmixd.regression.RankCorrelation;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// What speaks for a plan: how well a model of the same kind predicts runs that it was not fitted on, and the
/// predictor that knows nothing but minus the objective's own weight.
///
/// Each run is predicted from four fifths of the others, or from halves; runs on equal schedules are held out
/// together.
///
/// @param runs     how many runs were held out in turn
/// @param rank     Spearman's correlation of predicted and seen final values of the objective, with its 95%
///     interval
/// @param error    mean absolute error, in the objective's unit
/// @param deviation root mean square error, in the objective's unit: how far a measured value lies from a
///     prediction
/// @param spread   standard deviation of what was seen: the error of a predictor that knows nothing
/// @param baseline Spearman's correlation of minus the objective's own weight; NaN where no run was trained on it
/// @param needed   how many more runs would tell mixtures apart, where these do not
/// @param predicted each held-out run's final objective as predicted, in the objective's unit
/// @param seen      the same as measured, in the same order
public record Evidence(
        int runs,
        RankCorrelation rank,
        double error,
        double deviation,
        double spread,
        double baseline,
        Optional<MoreRuns> needed,
        List<Double> predicted,
        List<Double> seen) {

    public Evidence {
        predicted = List.copyOf(predicted);
        seen = List.copyOf(seen);
    }

    /// From final losses alone.
    ///
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public static Evidence of(FinalLosses runs, Problem problem, Regressor regressor, long seed)
            throws InterruptedException {
        return of(HeldOut.of(runs, problem, regressor, seed), seed);
    }

    /// By rollouts over all stages.
    ///
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public static Evidence of(Trajectories trajectories, Problem problem, Regressor regressor, long seed)
            throws InterruptedException {
        return of(HeldOut.of(trajectories, problem, regressor, seed), seed);
    }

    /// By rollouts of a model that has models of random halves: each run is predicted by the mean of those halves
    /// that it is not in, nor any run on the same schedule. No model is fitted for it, and it is a little too
    /// strict, for a half knows less than all.
    ///
    /// @throws IllegalArgumentException if the model has no halves
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static Evidence of(
            TransitionModel model, Trajectories trajectories, Problem problem, Regressor regressor, long seed)
            throws InterruptedException {
        HeldOut heldOut = HeldOut.of(trajectories, problem, regressor, seed);
        double[] predicted = heldOut.predictedByHalves(model, trajectories, problem);
        int[] all = IntStream.range(0, heldOut.size())
                .filter(i -> !Double.isNaN(predicted[i]))
                .toArray();
        return of(
                heldOut, all, Arrays.stream(all).mapToDouble(i -> predicted[i]).toArray(), seed);
    }

    private static Evidence of(HeldOut heldOut, long seed) throws InterruptedException {
        int[] all = IntStream.range(0, heldOut.size()).toArray();
        return of(heldOut, all, heldOut.predicted(all), seed);
    }

    private static Evidence of(HeldOut heldOut, int[] all, double[] predicted, long seed) throws InterruptedException {
        double[] seen = heldOut.seen(all);
        double error = IntStream.range(0, seen.length)
                .mapToDouble(i -> Math.abs(seen[i] - predicted[i]))
                .average()
                .orElseThrow();
        double deviation = Math.sqrt(IntStream.range(0, seen.length)
                .mapToDouble(i -> Math.pow(seen[i] - predicted[i], 2))
                .average()
                .orElseThrow());
        double mean = Arrays.stream(seen).average().orElseThrow();
        double spread = Math.sqrt(Arrays.stream(seen)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
        RankCorrelation rank = defined(RankCorrelation.of(predicted, seen));
        return new Evidence(
                seen.length,
                rank,
                error,
                deviation,
                spread,
                RankCorrelation.of(heldOut.minusWeight(all), seen).spearman(),
                rank.low() > 0 ? Optional.empty() : Optional.of(MoreRuns.estimated(heldOut, rank, seed)),
                Arrays.stream(predicted).boxed().toList(),
                Arrays.stream(seen).boxed().toList());
    }

    /// A model that predicts the same of all runs ranks none.
    static RankCorrelation defined(RankCorrelation rank) {
        return Double.isNaN(rank.spearman()) ? new RankCorrelation(0, -1, 1) : rank;
    }

    /// Whether the runs tell mixtures apart: the rank correlation's interval lies above 0.
    public boolean tellsApart() {
        return needed.isEmpty();
    }

    /// Why there is no plan, in a sentence.
    ///
    /// @throws java.util.NoSuchElementException if the runs tell mixtures apart
    public String noPlan() {
        return "No plan: these runs do not tell mixtures apart; "
                + needed.orElseThrow().inWords() + ".";
    }

    /// @throws IllegalStateException if the runs do not tell mixtures apart; says how many more would
    public void requireTellsApart() {
        if (!tellsApart()) {
            throw new IllegalStateException(noPlan());
        }
    }

    /// In a sentence or two.
    public String inWords(String unit) {
        String text = String.format(
                Locale.ROOT,
                "Held-out runs are ranked at %.3f (Spearman, 95%% %.3f to %.3f; %d runs), with a mean error of %.4g %s"
                        + " where they spread by %.4g.",
                rank.spearman(),
                rank.low(),
                rank.high(),
                runs,
                error,
                unit,
                spread);
        if (Double.isNaN(baseline)) {
            return text + " No run was trained on the objective itself, so there is no weight to compare with.";
        }
        return text
                + String.format(
                        Locale.ROOT,
                        " Minus the objective's own weight alone ranks them at %.3f%s.",
                        baseline,
                        rank.spearman() > baseline
                                ? ""
                                : ": the model has learned no more than that more of the objective's own text helps");
    }
}
