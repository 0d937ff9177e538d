package io.regmixd.notebook;

import io.regmixd.evaluation.Comparison;
import io.regmixd.mixture.Mixture;
import io.regmixd.regression.Sensitivity;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/// Plots of one row a domain, the first at the top.
final class DomainPlots {

    private static final int LABELS = 150;
    private static final int NUMBERS = 60;
    private static final int X_AXIS = 44;

    private DomainPlots() {}

    static Plot mixture(String title, Mixture mixture, Mixture marked) {
        boolean marks = !mixture.equals(marked);
        double most = Math.max(most(List.of(mixture)), most(List.of(marked)));
        List<Sheet.Key> keys = marks ? List.of(new Sheet.Key("natural share", Look.INK, true)) : List.of();
        return new Sheet(title, "", keys).plot(640, 24 * mixture.size() + X_AXIS, (g, place) -> {
            XYChart chart = rows(place, LABELS, mixture.size(), "share of tokens", 0, 1.08 * most);
            chart.setCustomXAxisTickLabelsFormatter(Look::percent);
            for (int d = 0; d < mixture.size(); d++) {
                double y = mixture.size() - 1 - d;
                double w = mixture.weight(d);
                double[] x = {0, w, w, 0};
                Look.area(
                        chart,
                        mixture.domains().get(d),
                        x,
                        new double[] {y - 0.36, y - 0.36, y + 0.36, y + 0.36},
                        Look.domain(d));
            }
            Panel panel = panel(g, place, LABELS, chart, mixture.domains());
            for (int d = 0; d < mixture.size(); d++) {
                double y = panel.y(mixture.size() - 1.0 - d);
                double mark = panel.x(marked.weight(d));
                if (marks) {
                    panel.line(mark, y - 11, mark, y + 11, Look.INK, 2);
                }
                double end = panel.x(mixture.weight(d));
                double x = marks && mark > end - 4 && mark < end + 44 ? mark : end;
                panel.text(Look.percent(mixture.weight(d)), x + 6, y, 0, Look.SMALL, Look.SOFT_INK);
            }
        });
    }

    static Plot design(List<Mixture> mixtures, Mixture natural) {
        return design("Mixtures of the sweep", mixtures, natural, "natural share");
    }

    /// @param called what the marked mixture is
    static Plot design(String title, List<Mixture> mixtures, Mixture natural, String called) {
        double most = Math.max(most(mixtures), most(List.of(natural)));
        String note = mixtures.size() + " mixtures, one dot per mixture and domain";
        return new Sheet(title, note, List.of(new Sheet.Key(called, Look.INK, true)))
                .plot(Look.WIDTH, 34 * natural.size() + X_AXIS, (g, place) -> {
                    XYChart chart =
                            rows(place, LABELS, natural.size(), "weight of the domain", -0.01 * most, 1.03 * most);
                    chart.setCustomXAxisTickLabelsFormatter(Look::percent);
                    chart.getStyler().setMarkerSize(5);
                    for (int d = 0; d < natural.size(); d++) {
                        double row = natural.size() - 1.0 - d;
                        int domain = d;
                        double[] x = mixtures.stream()
                                .mapToDouble(m -> m.weight(domain))
                                .toArray();
                        // Spread evenly over the row's height, in no visible order: the golden ratio's multiples.
                        double[] y = IntStream.range(0, x.length)
                                .mapToDouble(i -> row + 0.64 * ((i * 0.6180339887) % 1 - 0.5))
                                .toArray();
                        Look.points(chart, natural.domains().get(d), x, y, Look.faint(Look.domain(d), 160));
                    }
                    Panel panel = panel(g, place, LABELS, chart, natural.domains());
                    for (int d = 0; d < natural.size(); d++) {
                        double y = panel.y(natural.size() - 1.0 - d);
                        double x = panel.x(natural.weight(d));
                        panel.line(x, y - 13, x, y + 13, Look.INK, 2);
                    }
                });
    }

    static Plot perDomain(Comparison comparison) {
        String baseline = comparison.baseline();
        List<String> names = comparison.evaluation().domains();
        int domains = names.size();
        double[] zero = names.stream()
                .mapToDouble(domain -> comparison.loss(baseline, domain).value())
                .toArray();
        double least = 0;
        double greatest = 0;
        List<Sheet.Key> keys = new ArrayList<>();
        for (String method : comparison.methods()) {
            keys.add(new Sheet.Key(method, Look.method(keys.size()), false));
            for (String domain : names) {
                Comparison.Mean difference = comparison.difference(method, domain);
                least = Math.min(least, difference.value() - reach(difference));
                greatest = Math.max(greatest, difference.value() + reach(difference));
            }
        }
        double low = least;
        double high = greatest;
        int step = keys.size() > 4 ? 9 : 12;
        int row = step * keys.size() + 14;
        String note = "difference to the mean of " + baseline
                + ", whose loss stands on the right; line: its 95% interval, paired by seed; left is better";
        return new Sheet("Final validation loss by domain", note, keys)
                .plot(Look.WIDTH, row * domains + X_AXIS, (g, place) -> {
                    String axis = "difference to " + baseline + " (nats/token)";
                    Panel panel = differences(g, place, LABELS, names, axis, low, high);
                    for (int d = 1; d < domains; d++) {
                        double between = panel.y(d - 0.5);
                        panel.line(place.x, between, place.x + place.width, between, Look.GRID, 1);
                    }
                    zero(panel, domains);
                    for (int d = 0; d < domains; d++) {
                        double middle = panel.y(domains - 1.0 - d);
                        double y = middle - step * (keys.size() - 1) / 2.0;
                        for (Sheet.Key method : keys) {
                            dot(panel, comparison.difference(method.label(), names.get(d)), y, method.color());
                            y += step;
                        }
                        String loss = String.format(Locale.ROOT, "%.3f", zero[d]);
                        panel.text(loss, place.x + place.width, middle, 1, Look.SMALL, Look.SOFT_INK);
                    }
                });
    }

    static Plot sensitivity(Sensitivity sensitivity, String unit) {
        List<Sensitivity.Change> changes = sensitivity.changes();
        double least = Math.min(0, changes.getFirst().loss());
        double greatest = Math.max(0, changes.getLast().loss());
        String note = "the other domains give way in proportion; left is better; hollow: no run was trained near such a"
                + " mixture";
        String title = String.format(
                Locale.ROOT,
                "Ten points more of a domain: change of the predicted loss of %s, %.3f",
                sensitivity.objective(),
                sensitivity.loss());
        return new Sheet(title, note, List.of()).plot(Look.WIDTH, 24 * changes.size() + X_AXIS, (g, place) -> {
            List<String> names =
                    changes.stream().map(Sensitivity.Change::domain).toList();
            Panel panel = differences(g, place, LABELS, names, "change (" + unit + ")", least, greatest);
            zero(panel, names.size());
            for (int row = 0; row < names.size(); row++) {
                double y = panel.y(names.size() - 1.0 - row);
                double x = panel.x(changes.get(row).loss());
                panel.line(panel.x(0), y, x, y, Look.method(0), 2);
                panel.disc(x, y, 5, Look.method(0));
                if (changes.get(row).beyond()) {
                    panel.disc(x, y, 3, Look.PAPER);
                }
                String change =
                        String.format(Locale.ROOT, "%+.3f", changes.get(row).loss());
                panel.text(change, place.x + place.width, y, 1, Look.SMALL, Look.SOFT_INK);
            }
        });
    }

    /// Draws the chart of differences, a row per name, and leaves room for a number right of each row.
    ///
    /// @param labels   how wide the names' column is, in pixels
    /// @param least    the least difference to be seen, 0 at most
    /// @param greatest the greatest, at least 0
    static Panel differences(
            Graphics2D g, Rectangle place, int labels, List<String> names, String axis, double least, double greatest) {
        double pad = 0.05 * (greatest - least) + 1e-4;
        Rectangle narrow = new Rectangle(place.x, place.y, place.width - NUMBERS, place.height);
        XYChart chart = rows(narrow, labels, names.size(), axis, least - pad, greatest + pad);
        Function<Double, String> signed = Look.numbers(greatest - least + 2 * pad, "+");
        chart.setCustomXAxisTickLabelsFormatter(x -> Math.abs(x) < 1e-9 ? "0" : signed.apply(x));
        return panel(g, narrow, labels, chart, names);
    }

    /// The upright line of no difference.
    static void zero(Panel panel, int rows) {
        panel.line(panel.x(0), panel.y(-0.5), panel.x(0), panel.y(rows - 0.5), Look.GREY, 1.5f);
    }

    /// A dot at the mean, a line over its interval.
    static void dot(Panel panel, Comparison.Mean difference, double y, Color color) {
        double reach = reach(difference);
        panel.line(panel.x(difference.value() - reach), y, panel.x(difference.value() + reach), y, color, 2);
        panel.disc(panel.x(difference.value()), y, 4, color);
    }

    /// How far an interval reaches to either side; a single seed has none.
    static double reach(Comparison.Mean mean) {
        return mean.count() < 2 ? 0 : mean.halfWidth();
    }

    private static double most(List<Mixture> mixtures) {
        return mixtures.stream()
                .flatMapToDouble(m -> Arrays.stream(m.weights()))
                .max()
                .orElseThrow();
    }

    /// A chart whose row r from the bottom lies at y = r.
    ///
    /// @param labels pixels left of it for the rows' names
    private static XYChart rows(Rectangle place, int labels, int rows, String xTitle, double low, double high) {
        XYChart chart = Look.chart(place.width - labels, place.height, xTitle, "");
        Look.range(chart, low, high, -0.5, rows - 0.5);
        chart.getStyler().setYAxisTicksVisible(false);
        chart.getStyler().setPlotGridHorizontalLinesVisible(false);
        chart.getStyler().setPlotGridVerticalLinesVisible(true);
        return chart;
    }

    /// Draws the chart right of its rows' names.
    ///
    /// @param labels how wide the names' column is, in pixels
    private static Panel panel(Graphics2D g, Rectangle place, int labels, XYChart chart, List<String> names) {
        Panel panel = new Panel(g, new Rectangle(place.x + labels, place.y, place.width - labels, place.height), chart);
        for (int d = 0; d < names.size(); d++) {
            String name = Look.cut(names.get(d), Look.TEXT, labels - 10);
            panel.text(name, place.x + labels - 4.0, panel.y(names.size() - 1.0 - d), 1, Look.TEXT, Look.INK);
        }
        return panel;
    }
}
