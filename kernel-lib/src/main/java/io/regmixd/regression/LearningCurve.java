package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.trajectory.FinalLosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How well held-out runs are ranked by regressions that were fitted on a quarter, half, three quarters and all of
/// the other runs: whether more runs would help.
///
/// The runs are dealt into five folds, four times. Each fold in turn is held out, and random parts of the others are
/// fitted on; a smaller part lies within the larger one. Spearman's correlation is taken within a fold, because
/// predictions of different folds come from different models. The twenty folds share runs, so their quartiles show
/// how much the deal matters, and are no confidence interval.
///
/// @param objective whose loss was predicted
/// @param points    one per size, the smallest first
public record LearningCurve(String objective, List<Point> points) {

    private static final int FOLDS = 5;
    private static final int DEALS = 4;
    private static final int PARTS = 4;
    private static final int FEWEST = 16; // three runs in a fold, three in the smallest part

    /// The rank correlations of one size.
    ///
    /// @param fittedOn how many runs a regression was fitted on
    /// @param mean     of Spearman's correlation over the folds, -1 to 1; a fold whose predictions are all equal
    ///     counts as 0
    /// @param low      lower quartile
    /// @param high     upper quartile
    public record Point(int fittedOn, double mean, double low, double high) {

        private static Point of(int fittedOn, double[] correlations) {
            double[] sorted = Arrays.stream(correlations).sorted().toArray();
            return new Point(
                    fittedOn,
                    Arrays.stream(sorted).average().orElseThrow(),
                    sorted[sorted.length / 4],
                    sorted[sorted.length - 1 - sorted.length / 4]);
        }
    }

    public LearningCurve {
        points = List.copyOf(points);
    }

    /// Fits eighty regressions.
    ///
    /// @param seed deals the runs and seeds the fits
    /// @throws IllegalArgumentException if there are fewer than sixteen runs, or the objective was not measured
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static LearningCurve of(
            FinalLosses runs, String objective, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        if (runs.size() < FEWEST) {
            throw new IllegalArgumentException(
                    runs.size() + " runs are too few for a learning curve, which takes at least " + FEWEST
                            + ": train more proxies");
        }
        FinalLosses losses = FinalLosses.of(
                List.of(objective),
                runs.mixtures(),
                Arrays.stream(runs.losses(objective))
                        .mapToObj(loss -> new double[] {loss})
                        .toArray(double[][]::new));
        List<int[]> heldOut = new ArrayList<>();
        List<int[]> others = new ArrayList<>(); // as dealt, so that its beginnings are random parts
        deal(runs.size(), new Random(seed), heldOut, others);
        int least = others.stream().mapToInt(fold -> fold.length).min().orElseThrow();
        int[] sizes = IntStream.rangeClosed(1, PARTS)
                .map(part -> (int) Math.round((double) least * part / PARTS))
                .toArray();
        List<Double> correlations = Parallel.map(
                "Learning curve",
                sizes.length * heldOut.size(),
                fit -> {
                    int fold = fit / sizes.length;
                    int[] fitted = Arrays.copyOf(others.get(fold), sizes[fit % sizes.length]);
                    return correlation(losses, fitted, heldOut.get(fold), regressor, seed);
                },
                progress);
        return new LearningCurve(
                objective,
                IntStream.range(0, sizes.length)
                        .mapToObj(size -> Point.of(
                                sizes[size],
                                IntStream.range(0, heldOut.size())
                                        .mapToDouble(fold -> correlations.get(fold * sizes.length + size))
                                        .toArray()))
                        .toList());
    }

    private static void deal(int runs, Random random, List<int[]> heldOut, List<int[]> others) {
        for (int deal = 0; deal < DEALS; deal++) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, runs).boxed().toList());
            Collections.shuffle(order, random);
            for (int fold = 0; fold < FOLDS; fold++) {
                int own = fold;
                heldOut.add(IntStream.range(0, runs)
                        .filter(i -> i % FOLDS == own)
                        .map(order::get)
                        .toArray());
                others.add(IntStream.range(0, runs)
                        .filter(i -> i % FOLDS != own)
                        .map(order::get)
                        .toArray());
            }
        }
    }

    private static double correlation(FinalLosses losses, int[] fitted, int[] asked, Regressor regressor, long seed)
            throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(losses.runs(fitted), regressor, seed, Progress.SILENT);
        FinalLosses held = losses.runs(asked);
        String objective = losses.measured().getFirst();
        double[] predicted = model.predict(held.mixtures(), losses.domains().indexOf(objective));
        double spearman = RankCorrelation.of(predicted, held.losses(objective)).spearman();
        return Double.isNaN(spearman) ? 0 : spearman;
    }

    /// The rank correlations by size, and what the last quarter of the runs brought, in a few sentences.
    public String inWords() {
        Point last = points.getLast();
        Point before = points.get(points.size() - 2);
        return String.format(
                Locale.ROOT,
                "Fitted on %s runs, held-out runs are ranked on %s at %s (Spearman, mean of %d folds; at the last, the"
                        + " middle half lies between %.3f and %.3f). The last %d runs changed it by %+.3f.",
                joined(points.stream()
                        .map(point -> String.valueOf(point.fittedOn))
                        .toList()),
                objective,
                joined(points.stream()
                        .map(point -> String.format(Locale.ROOT, "%.3f", point.mean))
                        .toList()),
                FOLDS * DEALS,
                last.low,
                last.high,
                last.fittedOn - before.fittedOn,
                last.mean - before.mean);
    }

    private static String joined(List<String> several) {
        return several.stream().limit(several.size() - 1).collect(Collectors.joining(", ")) + " and "
                + several.getLast();
    }
}
