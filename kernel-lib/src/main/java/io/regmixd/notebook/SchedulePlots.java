package io.regmixd.notebook;

import io.regmixd.mixture.MixtureSchedule;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/// Schedules as stacked areas. The first domain lies at the bottom.
final class SchedulePlots {

    private static final double SMALL_SHARE = 0.01;
    private static final int HEADING = 20;
    private static final int GAP = 10;
    private static final int PANEL = 190;
    private static final int X_AXIS = 40;

    private SchedulePlots() {}

    /// A band of every schedule: a domain, or the small ones together.
    private record Band(String name, Color color, List<Integer> domains) {
        double share(MixtureSchedule schedule, int stage) {
            return domains.stream()
                    .mapToDouble(d -> schedule.stages().get(stage).weight(d))
                    .sum();
        }
    }

    /// @param schedules by name; over the same domains. An empty name gets no heading
    static Plot schedules(String title, Map<String, MixtureSchedule> schedules) {
        List<Band> bands = bands(schedules.values());
        List<Sheet.Key> keys =
                bands.stream().map(b -> new Sheet.Key(b.name, b.color, false)).toList();
        int heading = schedules.containsKey("") ? 0 : HEADING;
        int panel = schedules.size() == 1 ? PANEL + 80 : PANEL;
        return new Sheet(title, "", keys)
                .plot(Look.WIDTH, schedules.size() * (heading + panel + GAP) - GAP + X_AXIS, (g, place) -> {
                    int y = place.y;
                    int left = schedules.size();
                    for (Map.Entry<String, MixtureSchedule> entry : schedules.entrySet()) {
                        left--;
                        g.setFont(Look.HEADING);
                        g.setColor(Look.INK);
                        g.drawString(entry.getKey(), place.x, y + 12);
                        y += heading;
                        int height = panel + (left == 0 ? X_AXIS : 0);
                        paint(g, new Rectangle(place.x, y, place.width, height), entry.getValue(), bands, left == 0);
                        y += panel + GAP;
                    }
                });
    }

    private static List<Band> bands(Collection<MixtureSchedule> schedules) {
        List<String> domains = schedules.iterator().next().domains();
        IntPredicate small = d -> schedules.stream()
                .flatMap(s -> s.stages().stream())
                .allMatch(mixture -> mixture.weight(d) < SMALL_SHARE);
        List<Band> bands = new ArrayList<>();
        IntStream.range(0, domains.size())
                .filter(small.negate())
                .forEach(d -> bands.add(new Band(domains.get(d), Look.domain(d), List.of(d))));
        List<Integer> others =
                IntStream.range(0, domains.size()).filter(small).boxed().toList();
        if (others.size() == 1) {
            bands.add(new Band(domains.get(others.getFirst()), Look.domain(others.getFirst()), others));
        } else if (others.size() > 1) {
            bands.add(new Band(others.size() + " others", Look.GREY, others));
        }
        return bands;
    }

    private static void paint(
            Graphics2D g, Rectangle place, MixtureSchedule schedule, List<Band> bands, boolean withAxis) {
        XYChart chart = Look.chart(place.width, place.height, withAxis ? "training progress" : "", "share of tokens");
        Look.range(chart, 0, 1, 0, 1);
        chart.getStyler().setXAxisTicksVisible(withAxis);
        chart.setCustomXAxisTickLabelsFormatter(Look::percent);
        chart.setCustomYAxisTickLabelsFormatter(Look::percent);
        int stages = schedule.size();
        double[] x = IntStream.rangeClosed(0, stages)
                .mapToDouble(s -> (double) s / stages)
                .toArray();
        // The last band's top is 1; each one below is drawn over it.
        double[] top = new double[stages + 1];
        double[][] tops = new double[bands.size()][];
        for (int b = 0; b < tops.length; b++) {
            for (int s = 0; s <= stages; s++) {
                top[s] += bands.get(b).share(schedule, Math.min(s, stages - 1));
            }
            tops[b] = top.clone();
        }
        for (int b = tops.length - 1; b >= 0; b--) {
            XYSeries series = Look.line(chart, bands.get(b).name, x, tops[b], Look.PAPER, 1);
            series.setLineStyle(new BasicStroke(1f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
            series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.StepArea);
            series.setFillColor(bands.get(b).color);
        }
        Panel panel = new Panel(g, place, chart);
        for (int from = 0; from < stages; ) {
            int to = from + 1;
            while (to < stages
                    && schedule.stages().get(to).equals(schedule.stages().get(from))) {
                to++;
            }
            label(panel, bands, tops, from, to, x);
            from = to;
        }
    }

    /// Writes names and shares into the areas that are large enough, once for stages that are the same.
    private static void label(Panel panel, List<Band> bands, double[][] tops, int from, int to, double[] x) {
        double width = panel.x(x[to]) - panel.x(x[from]) - 8;
        for (int b = 0; b < tops.length; b++) {
            double bottom = b == 0 ? 0 : tops[b - 1][from];
            double height = panel.y(bottom) - panel.y(tops[b][from]);
            String share = Look.percent(tops[b][from] - bottom);
            String whole = bands.get(b).name + " " + share;
            String text = Look.metrics(Look.SMALL).stringWidth(whole) <= width ? whole : share;
            if (height >= 14 && Look.metrics(Look.SMALL).stringWidth(text) <= width) {
                double middle = (panel.x(x[from]) + panel.x(x[to])) / 2;
                double y = (panel.y(bottom) + panel.y(tops[b][from])) / 2;
                panel.text(text, middle, y, 0.5, Look.SMALL, Look.on(bands.get(b).color));
            }
        }
    }
}
