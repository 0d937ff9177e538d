package io.regmixd.notebook;

import io.regmixd.evaluation.Comparison;
import io.regmixd.mixture.Mixture;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.awt.Color;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;

/// Losses over training tokens.
final class LossPlots {

    private static final int HEIGHT = 400;
    private static final int LABELS = 250;
    private static final int APART = 10;
    private static final int SMALL_PANEL = 170;
    private static final Color BEST = Look.method(0);
    private static final Color WORST = new Color(0xD5, 0x5E, 0x00);

    private LossPlots() {}

    static Plot trajectories(Trajectories all, int domain) {
        List<Trajectory> completed = all.completed().stream()
                .sorted(Comparator.comparingDouble(run -> run.loss(all.stages(), domain)))
                .toList();
        int first = firstStage(all.stages());
        List<Trajectory> shown =
                all.runs().stream().filter(run -> run.rows() > first).toList();
        double[][] losses =
                shown.stream().map(run -> losses(run, domain, first)).toArray(double[][]::new);
        String objective = all.domains().get(domain);
        int diverged = all.runs().size() - completed.size();
        String note = all.runs().size() + " proxies"
                + (diverged == 0 ? "" : ", " + diverged + " diverged")
                + (first == 0 ? "" : untrained(completed, domain));
        return new Sheet("Validation loss of " + objective + " while the proxies train", note, List.of())
                .plot(Look.WIDTH, HEIGHT, (g, place) -> {
                    XYChart chart = overTokens(place, objective, all, first, losses);
                    Color run = Look.faint(Look.SOFT_INK, Math.clamp(3600 / losses.length, 12, 90));
                    for (int i = 0; i < losses.length; i++) {
                        Look.line(chart, "run " + i, tokens(all, first, losses[i].length), losses[i], run, 1);
                    }
                    List<Label> labels = new ArrayList<>();
                    highlight(chart, all, completed.getFirst(), domain, "best", BEST, labels);
                    if (completed.size() > 1) {
                        highlight(chart, all, completed.getLast(), domain, "worst", WORST, labels);
                    }
                    Panel panel = new Panel(g, chartPlace(place), chart);
                    labels(panel, panel.x(tokens(all, all.stages())), labels);
                });
    }

    /// All runs, a small panel per domain, each with a scale of its own; the mean of the completed runs stands out.
    static Plot everyDomain(Trajectories all) {
        int first = firstStage(all.stages());
        List<Trajectory> shown =
                all.runs().stream().filter(run -> run.rows() > first).toList();
        int domains = all.domains().size();
        int across = Math.min(domains, 3);
        int down = (domains + across - 1) / across;
        String note = "validation loss (nats/token) over training tokens; a line per run, in bold their mean"
                + (first == 0 ? "" : "; the untrained model is left out");
        return new Sheet("Loss trajectories", note, List.of()).plot(Look.WIDTH, down * SMALL_PANEL, (g, place) -> {
            int wide = place.width / across;
            for (int d = 0; d < domains; d++) {
                int domain = d;
                Rectangle panel = new Rectangle(
                        place.x + d % across * wide, place.y + d / across * SMALL_PANEL, wide - 12, SMALL_PANEL - 8);
                g.setFont(Look.HEADING);
                g.setColor(Look.INK);
                g.drawString(Look.cut(all.domains().get(d), Look.HEADING, panel.width), panel.x, panel.y + 12);
                panel.y += 20;
                panel.height -= 20;
                double[][] losses =
                        shown.stream().map(run -> losses(run, domain, first)).toArray(double[][]::new);
                XYChart chart = Look.chart(panel.width, panel.height, "", "");
                range(chart, all, first, losses);
                Color faint = Look.faint(Look.domain(d), Math.clamp(3600 / losses.length, 30, 120));
                for (int i = 0; i < losses.length; i++) {
                    Look.line(chart, "run " + i, tokens(all, first, losses[i].length), losses[i], faint, 1);
                }
                double[] mean = mean(all, domain, first);
                Look.line(
                        chart,
                        "mean",
                        tokens(all, first, mean.length),
                        mean,
                        Look.domain(d).darker(),
                        2.2f);
                chart.getStyler().setXAxisTickMarkSpacingHint(70);
                new Panel(g, panel, chart);
            }
        });
    }

    private static void highlight(
            XYChart chart, Trajectories all, Trajectory run, int domain, String word, Color color, List<Label> labels) {
        int first = firstStage(all.stages());
        double[] losses = losses(run, domain, first);
        Look.line(chart, word, tokens(all, first, losses.length), losses, color, 2.2f);
        double last = losses[losses.length - 1];
        labels.add(new Label(
                last,
                word + ": " + loss(last) + " (" + run.run() + ")",
                main(run.schedule().mean(), domain),
                color));
    }

    /// The objective's weight, and the heaviest other domain where it has at least 1%.
    static String main(Mixture mixture, int objective) {
        IntStream heaviest = IntStream.range(0, mixture.size())
                .filter(d -> d != objective && mixture.weight(d) >= 0.01)
                .boxed()
                .sorted(Comparator.comparingDouble(d -> -mixture.weight(d)))
                .limit(1)
                .mapToInt(Integer::intValue);
        return IntStream.concat(IntStream.of(objective), heaviest)
                .mapToObj(d -> mixture.domains().get(d) + " " + Look.percent(mixture.weight(d)))
                .collect(Collectors.joining(", "));
    }

    static Plot byMethod(Map<String, Trajectories> byMethod, Comparison comparison) {
        String objective = comparison.evaluation().objective();
        int first = byMethod.values().stream()
                .mapToInt(runs -> firstStage(runs.stages()))
                .min()
                .orElseThrow();
        Trajectories longest = byMethod.values().stream()
                .max(Comparator.comparingLong(runs -> runs.stages() * runs.tokensAStage()))
                .orElseThrow();
        Stream<double[]> bars = comparison.methods().stream().map(method -> {
            double mean = comparison.loss(method, objective).value();
            double reach = DomainPlots.reach(comparison.difference(method, objective));
            return new double[] {mean - reach, mean + reach};
        });
        Stream<double[]> runsLosses = byMethod.values().stream()
                .flatMap(runs -> runs.completed().stream()
                        .map(run -> losses(run, runs.domains().indexOf(objective), first)));
        double[][] all = Stream.concat(runsLosses, bars).toArray(double[][]::new);
        String seeds = byMethod.values().stream()
                .map(runs -> runs.completed().size())
                .distinct()
                .sorted()
                .map(String::valueOf)
                .collect(Collectors.joining(" or "));
        String note =
                "lines: mean of " + seeds + (seeds.equals("1") ? " seed" : " seeds") + " on a part of the held-out"
                        + " text; dots, numbers: on all of it, with the 95% interval of the difference to "
                        + comparison.baseline();
        return new Sheet("Validation loss of " + objective + " while the target trains", note, List.of())
                .plot(Look.WIDTH, HEIGHT, (g, place) -> {
                    XYChart chart = overTokens(place, objective, longest, first, all);
                    List<Label> labels = new ArrayList<>();
                    byMethod.forEach((method, runs) -> addMethod(
                            chart, method, runs, runs.domains().indexOf(objective), first, labels, comparison));
                    Panel panel = new Panel(g, chartPlace(place), chart);
                    double end = panel.x(tokens(longest, longest.stages()));
                    List<String> methods = List.copyOf(byMethod.keySet());
                    for (int m = 0; m < methods.size(); m++) {
                        evaluated(panel, end + APART * (m + 1), methods.get(m), comparison, Look.method(m));
                    }
                    labels(panel, end + APART * methods.size(), labels);
                });
    }

    /// Evaluated losses stand side by side, right of the lines' end.
    private static void evaluated(Panel panel, double x, String method, Comparison comparison, Color color) {
        String objective = comparison.evaluation().objective();
        double mean = comparison.loss(method, objective).value();
        double reach = DomainPlots.reach(comparison.difference(method, objective));
        panel.line(x, panel.y(mean - reach), x, panel.y(mean + reach), color, 2);
        panel.disc(x, panel.y(mean), 4, color);
    }

    private static void addMethod(
            XYChart chart,
            String method,
            Trajectories runs,
            int domain,
            int first,
            List<Label> labels,
            Comparison comparison) {
        Color color = Look.method(labels.size());
        int rows = runs.stages() + 1 - first;
        double[] x = tokens(runs, first, rows);
        double[] mean = mean(runs, domain, first);
        Look.line(chart, method, x, mean, color, 2.2f);
        double evaluated = comparison.loss(method, runs.domains().get(domain)).value();
        labels.add(new Label(evaluated, loss(evaluated) + " " + method, "", color));
    }

    /// Of the completed runs after each stage.
    private static double[] mean(Trajectories runs, int domain, int first) {
        return IntStream.rangeClosed(first, runs.stages())
                .mapToDouble(stage -> runs.completed().stream()
                        .mapToDouble(run -> run.loss(stage, domain))
                        .average()
                        .orElseThrow())
                .toArray();
    }

    /// What stands right of a line's end.
    record Label(double loss, String text, String more, Color color) {
        int height() {
            return more.isEmpty() ? 17 : 34;
        }
    }

    /// Writes labels at the heights of their losses, or as near as they fit one below the other.
    ///
    /// @param right of what they stand
    static void labels(Panel panel, double right, List<Label> labels) {
        List<Label> down =
                labels.stream().sorted(Comparator.comparingDouble(l -> -l.loss)).toList();
        double[] y = down.stream().mapToDouble(l -> panel.y(l.loss)).toArray();
        double lowest = panel.bottom() - down.getLast().height() / 2.0;
        for (int sweep = 0; sweep < 200; sweep++) {
            y[y.length - 1] = Math.min(y[y.length - 1], lowest);
            for (int i = 1; i < y.length; i++) {
                double apart = (down.get(i - 1).height() + down.get(i).height()) / 2.0;
                double push = Math.max(0, apart - (y[i] - y[i - 1])) / 2;
                y[i - 1] -= push;
                y[i] += push;
            }
        }
        double x = right + 10;
        int width = (int) (panel.right() + LABELS - x);
        for (int i = 0; i < y.length; i++) {
            Label label = down.get(i);
            String text = Look.cut(label.text, Look.HEADING, width);
            String more = Look.cut(label.more, Look.SMALL, width);
            panel.text(text, x, label.more.isEmpty() ? y[i] : y[i] - 8, 0, Look.HEADING, Look.text(label.color));
            panel.text(more, x, y[i] + 8, 0, Look.SMALL, Look.SOFT_INK);
        }
    }

    /// What is left of the labels' column.
    static Rectangle chartPlace(Rectangle place) {
        return new Rectangle(place.x, place.y, place.width - LABELS, place.height);
    }

    private static XYChart overTokens(
            Rectangle place, String objective, Trajectories runs, int first, double[][] losses) {
        XYChart chart = Look.chart(
                place.width - LABELS,
                place.height,
                "training tokens",
                "validation loss of " + objective + " (nats/token)");
        range(chart, runs, first, losses);
        return chart;
    }

    private static void range(XYChart chart, Trajectories runs, int first, double[][] losses) {
        DoubleSummaryStatistics range =
                Arrays.stream(losses).flatMapToDouble(DoubleStream::of).summaryStatistics();
        double pad = padding(range);
        double low = range.getMin() - pad;
        double high = range.getMax() + pad;
        Look.range(chart, tokens(runs, first), tokens(runs, runs.stages()), low, high);
        chart.setCustomYAxisTickLabelsFormatter(Look.numbers(high - low, ""));
        chart.setCustomXAxisTickLabelsFormatter(Look::count);
    }

    /// Room above and below the data; some even where all are the same.
    static double padding(DoubleSummaryStatistics range) {
        return Math.max(0.05 * (range.getMax() - range.getMin()), 1e-3 * Math.abs(range.getMax()) + 1e-6);
    }

    private static int firstStage(int stages) {
        return stages > 1 ? 1 : 0;
    }

    private static String untrained(List<Trajectory> runs, int domain) {
        return ", untrained "
                + loss(runs.stream()
                        .mapToDouble(run -> run.loss(0, domain))
                        .average()
                        .orElseThrow())
                + " nats/token (not shown)";
    }

    private static double[] losses(Trajectory run, int domain, int first) {
        return IntStream.range(first, run.rows())
                .mapToDouble(s -> run.loss(s, domain))
                .toArray();
    }

    private static double[] tokens(Trajectories runs, int first, int rows) {
        return IntStream.range(first, first + rows)
                .mapToDouble(s -> tokens(runs, s))
                .toArray();
    }

    private static double tokens(Trajectories runs, int stage) {
        return (double) stage * runs.tokensAStage();
    }

    private static String loss(double loss) {
        return String.format(Locale.ROOT, "%.3f", loss);
    }
}
