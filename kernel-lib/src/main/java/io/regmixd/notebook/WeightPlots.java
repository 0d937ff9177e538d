package io.regmixd.notebook;

import io.regmixd.mixture.Mixture;
import io.regmixd.regression.RankCorrelation;
import io.regmixd.trajectory.FinalLosses;
import java.awt.Rectangle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/// What runs ended with against the weights of single domains.
final class WeightPlots {

    private static final int PANELS = 3;
    private static final int HEIGHT = 270;
    private static final int HEADING = 20;

    private WeightPlots() {}

    /// A domain, and how its weight ranks the runs.
    private record Ranked(int domain, double spearman) {}

    static Plot byWeight(FinalLosses runs, String metric) {
        double[] values = runs.losses(metric);
        List<Ranked> shown = strongest(runs.mixtures(), values);
        DoubleSummaryStatistics range = Arrays.stream(values).summaryStatistics();
        double pad = LossPlots.padding(range);
        double low = range.getMin() - pad;
        double high = range.getMax() + pad;
        String note = "the domains whose weights rank the " + runs.size() + " runs best; a dot per run";
        return new Sheet(metric + " at the end, by the weight of a domain", note, List.of())
                .plot(Look.WIDTH, HEIGHT, (g, place) -> {
                    int wide = place.width / PANELS;
                    for (int p = 0; p < shown.size(); p++) {
                        int domain = shown.get(p).domain;
                        String name = String.format(
                                Locale.ROOT,
                                "%s, Spearman %+.2f",
                                runs.domains().get(domain),
                                shown.get(p).spearman);
                        g.setFont(Look.HEADING);
                        g.setColor(Look.INK);
                        g.drawString(Look.cut(name, Look.HEADING, wide), place.x + p * wide, place.y + 12);
                        Rectangle panel =
                                new Rectangle(place.x + p * wide, place.y + HEADING, wide - 12, HEIGHT - HEADING);
                        double[] weights = weights(runs.mixtures(), domain);
                        double most = Arrays.stream(weights).max().orElseThrow();
                        XYChart chart = Look.chart(panel.width, panel.height, "mean weight", "");
                        Look.range(chart, -0.02 * most, 1.02 * most, low, high);
                        chart.setCustomXAxisTickLabelsFormatter(Look::percent);
                        chart.setCustomYAxisTickLabelsFormatter(Look.numbers(high - low, ""));
                        chart.getStyler().setXAxisTickMarkSpacingHint(60);
                        chart.getStyler().setMarkerSize(5);
                        Look.points(chart, name, weights, values, Look.faint(Look.domain(domain), 130));
                        new Panel(g, panel, chart);
                    }
                });
    }

    private static List<Ranked> strongest(List<Mixture> mixtures, double[] values) {
        return IntStream.range(0, mixtures.getFirst().size())
                .mapToObj(d -> new Ranked(
                        d, RankCorrelation.of(weights(mixtures, d), values).spearman()))
                .filter(ranked -> !Double.isNaN(ranked.spearman)) // NaN: every run has the same weight
                .sorted(Comparator.comparingDouble(ranked -> -Math.abs(ranked.spearman)))
                .limit(PANELS)
                .toList();
    }

    private static double[] weights(List<Mixture> mixtures, int domain) {
        return mixtures.stream().mapToDouble(mixture -> mixture.weight(domain)).toArray();
    }
}
