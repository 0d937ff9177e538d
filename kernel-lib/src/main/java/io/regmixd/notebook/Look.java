package io.regmixd.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// The one look of all plots: colours, letters, numbers, and XChart set to them.
final class Look {

    static final int WIDTH = 900;

    private static final double READABLE = 4.5; // the least contrast of text by WCAG 2.2, level AA

    /// How far a chart reaches over its place on every side: half a label of the outermost ticks, which XChart
    /// leaves out where it does not fit.
    static final int OVERHANG = 18;

    static final Color PAPER = Color.WHITE;
    static final Color INK = new Color(0x22, 0x22, 0x22);
    static final Color SOFT_INK = new Color(0x66, 0x66, 0x66);
    static final Color GRID = new Color(0xE4, 0xE4, 0xE4);
    static final Color GREY = new Color(0xA8, 0xA8, 0xA8);

    /// Six of Okabe and Ito's colours, then one by one what lies farthest from all before it to eyes of all
    /// kinds, out of Paul Tol's sets and some more. The least distance (OKLab; normal vision, deuteranopia,
    /// protanopia, tritanopia) stays that of Okabe and Ito's own set for eleven domains, and is 85% of it for
    /// the Pile's seventeen.
    private static final Color[] DOMAINS = colors(
            0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0x661100, 0x332288, 0x99DDFF, 0xAA3377,
            0xDDCC77, 0x882255, 0x4D4D9F, 0x8C510A, 0xFFAABB, 0x8800EE, 0xAA66EE);

    /// Paul Tol's bright set in an order of its own: methods are not domains.
    private static final Color[] METHODS = colors(0x4477AA, 0xEE6677, 0x228833, 0xAA3377, 0xCCBB44, 0x66CCEE, 0x555555);

    static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    static final Font HEADING = new Font(Font.SANS_SERIF, Font.BOLD, 12);
    static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

    private Look() {}

    private static Color[] colors(int... rgb) {
        return IntStream.of(rgb).mapToObj(Color::new).toArray(Color[]::new);
    }

    /// Every plot measures its head first, so this is where a machine without fonts shows.
    ///
    /// @throws IllegalStateException on such a machine, where Java itself speaks of fontconfig's head
    static FontMetrics metrics(Font font) {
        Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        try {
            return g.getFontMetrics(font);
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IllegalStateException(
                    "plots need a font, and Java finds none on this machine (" + e.getMessage()
                            + "). Install fontconfig and a font: the packages fontconfig and fonts-dejavu-core on"
                            + " Debian and Ubuntu",
                    e);
        } finally {
            g.dispose();
        }
    }

    /// The colour of a domain, the same in every plot.
    static Color domain(int index) {
        return DOMAINS[index % DOMAINS.length];
    }

    /// How many domains have a colour of their own.
    static int domains() {
        return DOMAINS.length;
    }

    static Color method(int index) {
        return METHODS[index % METHODS.length];
    }

    static Color faint(Color color, int alpha) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
    }

    /// Ink that can be read on a colour: of black and white that with more contrast, which is at least 4.5.
    static Color on(Color color) {
        return contrast(Color.BLACK, color) > contrast(PAPER, color) ? Color.BLACK : PAPER;
    }

    /// The colour, darkened until text in it can be read on paper.
    static Color text(Color color) {
        Color dark = color;
        while (contrast(dark, PAPER) < READABLE) {
            dark = new Color(dark.getRed() * 19 / 20, dark.getGreen() * 19 / 20, dark.getBlue() * 19 / 20);
        }
        return dark;
    }

    /// The contrast of two colours as WCAG 2.2 defines it, 1 to 21.
    static double contrast(Color a, Color b) {
        double high = Math.max(luminance(a), luminance(b));
        double low = Math.min(luminance(a), luminance(b));
        return (high + 0.05) / (low + 0.05);
    }

    private static double luminance(Color color) {
        return 0.2126 * linear(color.getRed()) + 0.7152 * linear(color.getGreen()) + 0.0722 * linear(color.getBlue());
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    /// A count in the unit that fits it: 61k, 1.5M, 25B.
    static String count(double n) {
        String[] units = {"", "k", "M", "B", "T"};
        int unit = 0;
        while (Math.abs(n) >= 1000 && unit < units.length - 1) {
            n /= 1000;
            unit++;
        }
        String digits = String.format(Locale.ROOT, n < 10 ? "%.2f" : "%.1f", n);
        return digits.replaceAll("\\.?0+$", "") + units[unit];
    }

    /// Memory in GiB.
    static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share > 0 && share < 0.0095 ? "%.1f%%" : "%.0f%%", 100 * share);
    }

    /// A chart without title and key, which are the [Sheet]'s.
    static XYChart chart(int width, int height, String xTitle, String yTitle) {
        XYChart chart = new XYChart(width + 2 * OVERHANG, height + 2 * OVERHANG);
        chart.setXAxisTitle(xTitle);
        chart.setYAxisTitle(yTitle);
        XYStyler styler = chart.getStyler();
        styler.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        styler.setChartTitleVisible(false);
        styler.setLegendVisible(false);
        styler.setChartBackgroundColor(new Color(0, true));
        styler.setPlotBackgroundColor(PAPER);
        styler.setPlotBorderVisible(false);
        styler.setChartPadding(OVERHANG + 2);
        styler.setPlotContentSize(1);
        styler.setPlotMargin(0);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setPlotTicksMarksVisible(false);
        styler.setAxisTickMarksColor(GREY);
        styler.setAxisTicksLineVisible(false);
        styler.setAxisTickLabelsColor(SOFT_INK);
        styler.setAxisTickLabelsFont(SMALL);
        styler.setAxisTitleFont(TEXT);
        styler.setChartFontColor(INK);
        styler.setXAxisTitleColor(INK);
        styler.setYAxisTitleColor(INK);
        styler.setXAxisTitleVisible(!xTitle.isEmpty());
        styler.setYAxisTitleVisible(!yTitle.isEmpty());
        styler.setLocale(Locale.ROOT);
        return chart;
    }

    /// Sets the ranges of both axes, a hair wider than asked: XChart leaves out a tick that lies on the very
    /// edge.
    static void range(XYChart chart, double xLow, double xHigh, double yLow, double yHigh) {
        double x = 1e-4 * (xHigh - xLow);
        double y = 1e-4 * (yHigh - yLow);
        chart.getStyler().setXAxisMin(xLow - x).setXAxisMax(xHigh + x);
        chart.getStyler().setYAxisMin(yLow - y).setYAxisMax(yHigh + y);
    }

    /// Numbers on ticks over such a range, all with the decimals that it needs.
    static Function<Double, String> numbers(double range, String sign) {
        int decimals = Math.clamp((int) Math.ceil(-Math.log10(range / 6)), 0, 6);
        String format = "%" + sign + "." + decimals + "f";
        return value -> String.format(Locale.ROOT, format, value);
    }

    /// A line without markers.
    static XYSeries line(XYChart chart, String name, double[] x, double[] y, Color color, float width) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return series;
    }

    /// A filled polygon without an outline.
    static XYSeries area(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries series = line(chart, name, x, y, new Color(0, true), 0);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(color);
        return series;
    }

    /// Points without lines.
    static XYSeries points(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
        return series;
    }

    /// The text, cut to a width in pixels.
    static String cut(String text, Font font, int width) {
        FontMetrics metrics = metrics(font);
        return Stream.iterate(text.length(), n -> n - 1)
                .map(n -> n == text.length() ? text : text.substring(0, Math.max(n, 0)) + "…")
                .filter(t -> t.length() <= 1 || metrics.stringWidth(t) <= width)
                .findFirst()
                .orElseThrow();
    }
}
