package io.regmixd.notebook;

import io.regmixd.mixture.Mixture;
import io.regmixd.regression.WeightRank;
import io.regmixd.trajectory.FinalLosses;
import java.awt.Rectangle;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;

/// What runs ended with against the weights of single domains.
final class WeightPlots {

    private static final int PANELS = 3;
    private static final int HEIGHT = 270;
    private static final int HEADING = 20;

    private WeightPlots() {}

    static Plot byWeight(FinalLosses runs, String metric) {
        double[] values = runs.losses(metric);
        List<WeightRank> shown =
                WeightRank.of(runs, metric).stream().limit(PANELS).toList();
        DoubleSummaryStatistics range = Arrays.stream(values).summaryStatistics();
        double pad = LossPlots.padding(range);
        double low = range.getMin() - pad;
        double high = range.getMax() + pad;
        String note = "the domains whose weights rank the " + runs.size() + " runs best; a dot per run";
        return new Sheet(metric + " at the end, by the weight of a domain", note, List.of())
                .plot(Look.WIDTH, HEIGHT, (g, place) -> {
                    int wide = place.width / PANELS;
                    for (int p = 0; p < shown.size(); p++) {
                        WeightRank rank = shown.get(p);
                        int domain = runs.domains().indexOf(rank.domain());
                        String name = String.format(Locale.ROOT, "%s, Spearman %+.2f", rank.domain(), rank.spearman());
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

    private static double[] weights(List<Mixture> mixtures, int domain) {
        return mixtures.stream().mapToDouble(mixture -> mixture.weight(domain)).toArray();
    }
}
