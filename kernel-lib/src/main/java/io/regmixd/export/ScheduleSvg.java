package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A schedule as a picture that scales: a bar per stage, the domains stacked in the order of their share of the
/// whole training.
final class ScheduleSvg {

    // Okabe and Ito's colours, which colour-blind eyes tell apart; the last for all further domains
    private static final List<String> COLOURS =
            List.of("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999");

    private static final int WIDTH = 720;
    private static final int HEIGHT = 340;
    private static final int LEFT = 50;
    private static final int TOP = 40;
    private static final int BAR_WIDTH = 430; // of all stages
    private static final int BAR_HEIGHT = 250;
    private static final double LABELLED = 0.06;

    private ScheduleSvg() {}

    static String of(String name, MixtureSchedule schedule) {
        Mixture mean = schedule.mean();
        int[] order = IntStream.range(0, mean.size())
                .boxed()
                .sorted((a, b) -> Double.compare(mean.weight(b), mean.weight(a)))
                .mapToInt(Integer::intValue)
                .toArray();
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP - 16, "start", "black", name + ", weights by stage");
        double width = (double) BAR_WIDTH / schedule.size();
        for (int s = 0; s < schedule.size(); s++) {
            stage(svg, schedule.stages().get(s), order, LEFT + s * width, width);
            text(svg, LEFT + (s + 0.5) * width, TOP + BAR_HEIGHT + 18, "middle", "black", Integer.toString(s + 1));
        }
        text(svg, LEFT + BAR_WIDTH / 2.0, TOP + BAR_HEIGHT + 36, "middle", "black", "stage");
        for (int tick = 0; tick <= 100; tick += 25) {
            text(svg, LEFT - 6, TOP + BAR_HEIGHT * (100 - tick) / 100.0 + 4, "end", "black", tick + "%");
        }
        legend(svg, mean, order);
        return svg.append("</svg>\n").toString();
    }

    private static void stage(StringBuilder svg, Mixture mixture, int[] order, double x, double width) {
        double top = TOP + BAR_HEIGHT;
        for (int i = 0; i < order.length; i++) {
            double weight = mixture.weight(order[i]);
            double height = BAR_HEIGHT * weight;
            top -= height;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\" stroke=\"white\""
                            + " stroke-width=\"0.5\"/>%n",
                    x,
                    top,
                    width,
                    height,
                    colour(i)));
            if (weight >= LABELLED) {
                String share = String.format(Locale.ROOT, "%.0f%%", 100 * weight);
                text(svg, x + width / 2, top + height / 2 + 4, "middle", i == 6 ? "black" : "white", share);
            }
        }
    }

    /// The heaviest domains by name, those that share the last colour as one.
    private static void legend(StringBuilder svg, Mixture mean, int[] order) {
        int named = order.length > COLOURS.size() ? COLOURS.size() - 1 : order.length;
        double rest = IntStream.range(named, order.length)
                .mapToDouble(i -> mean.weight(order[i]))
                .sum();
        for (int i = 0; i < Math.min(order.length, COLOURS.size()); i++) {
            double y = TOP + 16 + 22.0 * i;
            boolean others = i == named;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"%s\"/>%n",
                    LEFT + BAR_WIDTH + 20,
                    y - 10,
                    colour(i)));
            String share = String.format(Locale.ROOT, " %.1f%%", 100 * (others ? rest : mean.weight(order[i])));
            String who =
                    others ? (order.length - named) + " others" : mean.domains().get(order[i]);
            text(svg, LEFT + BAR_WIDTH + 38, y, "start", "black", who + share);
        }
    }

    private static String colour(int place) {
        return COLOURS.get(Math.min(place, COLOURS.size() - 1));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String colour, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                colour,
                escaped(text)));
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                default -> escaped.appendCodePoint(Character.isISOControl(c) ? ' ' : c);
            }
        });
        return escaped.toString();
    }
}
