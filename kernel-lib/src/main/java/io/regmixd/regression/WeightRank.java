package io.regmixd.regression;

import io.regmixd.trajectory.FinalLosses;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// How the weight of one domain ranks runs by what they ended with: Spearman's correlation of the weights in the
/// mean mixtures and the losses. It is the simplest predictor; a regression should know more.
///
/// @param domain   whose weight it is
/// @param spearman -1, more of the domain always goes with a lower loss, to 1
public record WeightRank(String domain, double spearman) {

    /// Every domain whose weight differs from run to run, the strongest correlation first.
    ///
    /// @param metric what the runs ended with, see [FinalLosses#measured]
    /// @throws IllegalArgumentException if nothing of this name was measured
    public static List<WeightRank> of(FinalLosses runs, String metric) {
        double[] values = runs.losses(metric);
        return IntStream.range(0, runs.domains().size())
                .mapToObj(d -> new WeightRank(
                        runs.domains().get(d),
                        RankCorrelation.of(
                                        runs.mixtures().stream()
                                                .mapToDouble(mixture -> mixture.weight(d))
                                                .toArray(),
                                        values)
                                .spearman()))
                .filter(rank -> !Double.isNaN(rank.spearman)) // NaN: every run has the same weight
                .sorted(Comparator.comparingDouble(rank -> -Math.abs(rank.spearman)))
                .toList();
    }

    /// The strongest two in a sentence.
    public static String inWords(FinalLosses runs, String metric) {
        List<WeightRank> ranks = of(runs, metric);
        if (ranks.isEmpty()) {
            return "All runs were trained on the same mixture, so no weight ranks them.";
        }
        WeightRank best = ranks.getFirst();
        String text = String.format(
                Locale.ROOT,
                "Of single weights, that of %s ranks the %d runs best: the more of it, the %s %s (Spearman %+.2f)",
                best.domain,
                runs.size(),
                best.spearman < 0 ? "lower" : "higher",
                metric,
                best.spearman);
        return ranks.size() == 1
                ? text + "."
                : text
                        + String.format(
                                Locale.ROOT, "; then that of %s (%+.2f).", ranks.get(1).domain, ranks.get(1).spearman);
    }
}
