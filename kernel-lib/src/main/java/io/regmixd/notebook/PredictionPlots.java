package io.regmixd.notebook;

import io.regmixd.planning.Foreseen;
import io.regmixd.regression.LearningCurve;
import java.awt.Color;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;

/// What was predicted beside what was seen.
final class PredictionPlots {

    private static final int HEIGHT = 340;
    private static final Color PREDICTED = Look.method(0);
    private static final Color SEEN = Look.method(1);

    private PredictionPlots() {}

    static Plot predictedAgainstSeen(
            double[] predicted, double[] seen, String objective, double spearman, String unit) {
        DoubleSummaryStatistics range = DoubleStream.concat(DoubleStream.of(predicted), DoubleStream.of(seen))
                .summaryStatistics();
        double pad = LossPlots.padding(range);
        double low = range.getMin() - pad;
        double high = range.getMax() + pad;
        String note = String.format(
                Locale.ROOT, "Spearman %.4f on %d mixtures that the regression has not seen", spearman, seen.length);
        return new Sheet("Predicted against seen validation loss of " + objective, note, List.of())
                .plot(600, 540, (g, place) -> {
                    XYChart chart =
                            Look.chart(place.width, place.height, "seen (" + unit + ")", "predicted (" + unit + ")");
                    Look.range(chart, low, high, low, high);
                    chart.getStyler().setXAxisTickMarkSpacingHint(60);
                    chart.getStyler().setYAxisTickMarkSpacingHint(60);
                    double ticks = (high - low) / 2; // twelve of them, not six
                    chart.setCustomXAxisTickLabelsFormatter(Look.numbers(ticks, ""));
                    chart.setCustomYAxisTickLabelsFormatter(Look.numbers(ticks, ""));
                    chart.getStyler().setPlotGridVerticalLinesVisible(true);
                    chart.getStyler().setMarkerSize(7);
                    double[] ends = {low, high};
                    Look.line(chart, "as predicted", ends, ends, Look.GREY, 1.5f);
                    Look.points(chart, "mixtures", seen, predicted, Look.faint(PREDICTED, 150));
                    new Panel(g, place, chart);
                });
    }

    static Plot learningCurve(LearningCurve curve) {
        List<LearningCurve.Point> points = curve.points();
        double[] sizes =
                points.stream().mapToDouble(LearningCurve.Point::fittedOn).toArray();
        double[] means = points.stream().mapToDouble(LearningCurve.Point::mean).toArray();
        double[] lows = points.stream().mapToDouble(LearningCurve.Point::low).toArray();
        double[] highs = points.stream().mapToDouble(LearningCurve.Point::high).toArray();
        double most = sizes[sizes.length - 1];
        double lowest = Math.min(0, Arrays.stream(lows).min().orElseThrow());
        String note = "mean over the folds that were held out; shaded: the middle half of them";
        return new Sheet("Rank correlation on " + curve.objective() + " by the number of runs", note, List.of())
                .plot(640, HEIGHT, (g, place) -> {
                    XYChart chart = Look.chart(place.width, place.height, "runs fitted on", "Spearman, held-out runs");
                    Look.range(chart, 0, 1.06 * most, lowest, 1.02);
                    chart.getStyler().setXAxisTickMarkSpacingHint(80);
                    chart.setCustomXAxisTickLabelsFormatter(Look.numbers(6, ""));
                    chart.setCustomYAxisTickLabelsFormatter(Look.numbers(0.6, ""));
                    band(chart, "middle half", sizes, lows, highs, PREDICTED);
                    Look.line(chart, "mean", sizes, means, PREDICTED, 2.2f);
                    Panel panel = new Panel(g, place, chart);
                    for (LearningCurve.Point point : points) {
                        double x = panel.x(point.fittedOn());
                        double y = panel.y(point.mean());
                        panel.disc(x, y, 4, PREDICTED);
                        String mean = String.format(Locale.ROOT, "%.2f", point.mean());
                        panel.text(mean, x, y - 13, 0.5, Look.HEADING, Look.text(PREDICTED));
                    }
                });
    }

    static Plot foreseen(Foreseen foreseen) {
        double[] predicted = array(foreseen.predicted());
        double[] mean = array(foreseen.mean());
        int stages = predicted.length;
        double[] margins = foreseen.margins().stream()
                .mapToDouble(margin -> margin.isNaN() ? 0 : margin)
                .toArray();
        double[] lows = IntStream.range(0, stages)
                .mapToDouble(s -> predicted[s] - margins[s])
                .toArray();
        double[] highs = IntStream.range(0, stages)
                .mapToDouble(s -> predicted[s] + margins[s])
                .toArray();
        double[] progress = IntStream.rangeClosed(1, stages)
                .mapToDouble(s -> (double) s / stages)
                .toArray();
        DoubleSummaryStatistics range = Stream.concat(
                        Stream.of(lows, highs), foreseen.observed().stream().map(PredictionPlots::array))
                .flatMapToDouble(Arrays::stream)
                .summaryStatistics();
        double pad = LossPlots.padding(range);
        String note = "after each stage; the prediction is of a model as large as the proxies"
                + (Arrays.stream(margins).sum() > 0 ? ", shaded: its 95% interval" : "");
        return new Sheet("Foreseen and real validation loss of " + foreseen.objective(), note, List.of())
                .plot(Look.WIDTH, HEIGHT, (g, place) -> {
                    XYChart chart = Look.chart(
                            LossPlots.chartPlace(place).width,
                            place.height,
                            "training progress",
                            "validation loss (" + Plots.NATS + ")");
                    double first = stages == 1 ? 0 : progress[0];
                    Look.range(chart, first, 1, range.getMin() - pad, range.getMax() + pad);
                    chart.setCustomXAxisTickLabelsFormatter(Look::percent);
                    chart.setCustomYAxisTickLabelsFormatter(
                            Look.numbers(range.getMax() - range.getMin() + 2 * pad, ""));
                    band(chart, "interval", progress, lows, highs, PREDICTED);
                    for (int target = 0; target < foreseen.observed().size(); target++) {
                        double[] losses = array(foreseen.observed().get(target));
                        Look.line(chart, "target " + target, progress, losses, Look.faint(SEEN, 110), 1);
                    }
                    Look.line(chart, "predicted", progress, predicted, PREDICTED, 2.2f);
                    Look.line(chart, "mean", progress, mean, SEEN, 2.2f);
                    Panel panel = new Panel(g, LossPlots.chartPlace(place), chart);
                    for (int s = 0; s < stages; s++) {
                        panel.disc(panel.x(progress[s]), panel.y(predicted[s]), 4, PREDICTED);
                        panel.disc(panel.x(progress[s]), panel.y(mean[s]), 4, SEEN);
                    }
                    int seeds = foreseen.observed().size();
                    String of = seeds == 1 ? "one target" : "mean of " + seeds + " targets";
                    LossPlots.labels(
                            panel,
                            panel.x(1),
                            List.of(
                                    label(predicted[stages - 1], "predicted", "at the proxies' size", PREDICTED),
                                    label(mean[stages - 1], "trained", of, SEEN)));
                });
    }

    private static LossPlots.Label label(double loss, String what, String more, Color color) {
        return new LossPlots.Label(loss, String.format(Locale.ROOT, "%.3f %s", loss, what), more, color);
    }

    /// Between two lines, in a light shade of a colour.
    private static void band(XYChart chart, String name, double[] x, double[] lows, double[] highs, Color color) {
        int n = x.length;
        double[] around = IntStream.range(0, 2 * n)
                .mapToDouble(i -> x[i < n ? i : 2 * n - 1 - i])
                .toArray();
        double[] edge = IntStream.range(0, 2 * n)
                .mapToDouble(i -> i < n ? lows[i] : highs[2 * n - 1 - i])
                .toArray();
        Look.area(chart, name, around, edge, Look.faint(color, 50));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }
}
