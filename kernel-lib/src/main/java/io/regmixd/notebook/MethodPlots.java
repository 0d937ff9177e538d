package io.regmixd.notebook;

import io.regmixd.evaluation.Comparison;
import io.regmixd.mixture.MixtureSchedule;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/// Methods side by side: what they end at, and how much of a domain they show when.
final class MethodPlots {

    private static final int LABELS = 220;
    private static final int ROW = 26;
    private static final int X_AXIS = 44;
    private static final int HEIGHT = 320;

    private MethodPlots() {}

    /// A row per method, that of the lowest loss on top.
    static Plot losses(Comparison comparison) {
        String objective = comparison.evaluation().objective();
        String baseline = comparison.baseline();
        List<String> methods = comparison.methods().stream()
                .sorted(Comparator.comparingDouble(
                        method -> comparison.loss(method, objective).value()))
                .toList();
        List<Comparison.Mean> differences = methods.stream()
                .map(method -> comparison.difference(method, objective))
                .toList();
        double least = Math.min(
                0,
                differences.stream()
                        .mapToDouble(d -> d.value() - DomainPlots.reach(d))
                        .min()
                        .orElseThrow());
        double greatest = Math.max(
                0,
                differences.stream()
                        .mapToDouble(d -> d.value() + DomainPlots.reach(d))
                        .max()
                        .orElseThrow());
        String note = "difference to " + baseline + " with its 95% interval, paired; left is better; on the right the"
                + " loss itself";
        return new Sheet("Final validation loss of " + objective, note, List.of())
                .plot(Look.WIDTH, ROW * methods.size() + X_AXIS, (g, place) -> {
                    String axis = "difference to " + baseline + " (nats/token)";
                    Panel panel = DomainPlots.differences(g, place, LABELS, methods, axis, least, greatest);
                    DomainPlots.zero(panel, methods.size());
                    for (int m = 0; m < methods.size(); m++) {
                        double y = panel.y(methods.size() - 1.0 - m);
                        Color color = methods.get(m).equals(baseline) ? Look.GREY : Look.method(0);
                        DomainPlots.dot(panel, differences.get(m), y, color);
                        String loss = String.format(
                                Locale.ROOT,
                                "%.3f",
                                comparison.loss(methods.get(m), objective).value());
                        panel.text(loss, place.x + place.width, y, 1, Look.SMALL, Look.SOFT_INK);
                    }
                });
    }

    /// A line in steps per method.
    static Plot weights(Map<String, MixtureSchedule> schedules, String domain) {
        List<Sheet.Key> keys = new ArrayList<>();
        schedules.keySet().forEach(name -> keys.add(new Sheet.Key(name, Look.method(keys.size()), false)));
        double highest = schedules.values().stream()
                .flatMap(schedule -> schedule.stages().stream())
                .mapToDouble(mixture -> mixture.weight(mixture.domains().indexOf(domain)))
                .max()
                .orElseThrow();
        return new Sheet("Weight of " + domain + " over training", "", keys).plot(Look.WIDTH, HEIGHT, (g, place) -> {
            XYChart chart = Look.chart(place.width, place.height, "training progress", "share of tokens");
            Look.range(chart, 0, 1, -0.015 * highest, 1.015 * highest); // a line at an end is seen whole
            chart.setCustomXAxisTickLabelsFormatter(Look::percent);
            chart.setCustomYAxisTickLabelsFormatter(Look::percent);
            int m = 0;
            for (Map.Entry<String, MixtureSchedule> entry : schedules.entrySet()) {
                MixtureSchedule schedule = entry.getValue();
                int stages = schedule.size();
                int d = schedule.domains().indexOf(domain);
                double[] x = IntStream.rangeClosed(0, stages)
                        .mapToDouble(s -> (double) s / stages)
                        .toArray();
                double[] weights = IntStream.rangeClosed(0, stages)
                        .mapToDouble(s ->
                                schedule.stages().get(Math.min(s, stages - 1)).weight(d))
                        .toArray();
                XYSeries series = Look.line(chart, entry.getKey(), x, weights, Look.method(m++), 2.2f);
                series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Step);
            }
            new Panel(g, place, chart);
        });
    }
}
