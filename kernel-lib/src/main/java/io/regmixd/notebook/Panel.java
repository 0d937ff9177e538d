package io.regmixd.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import org.knowm.xchart.XYChart;

/// One chart of XChart's at its place on a sheet, and a pen that writes at the chart's own coordinates.
final class Panel {

    private final Graphics2D g;
    private final Rectangle place;
    private final XYChart chart;

    /// Draws the chart.
    Panel(Graphics2D g, Rectangle place, XYChart chart) {
        this.g = g;
        this.place = place;
        this.chart = chart;
        Graphics2D inside = (Graphics2D) g.create();
        inside.translate(place.x - Look.OVERHANG, place.y - Look.OVERHANG);
        try {
            chart.paint(inside, chart.getWidth(), chart.getHeight());
        } finally {
            inside.dispose();
        }
        // XChart finds no place on an axis, be it the upright one, that is shorter than this.
        chart.getStyler().setXAxisTickMarkSpacingHint(1);
    }

    double x(double value) {
        return place.x - Look.OVERHANG + chart.getScreenXFromChart(value);
    }

    double y(double value) {
        return place.y - Look.OVERHANG + chart.getScreenYFromChart(value);
    }

    /// Where the plot's lower edge is.
    double bottom() {
        return y(chart.getStyler().getYAxisMin());
    }

    /// Where the chart's place ends.
    double right() {
        return place.getMaxX();
    }

    /// @param align 0 starts at x, 0.5 is centred there, 1 ends there
    void text(String text, double x, double y, double align, Font font, Color color) {
        g.setFont(font);
        g.setColor(color);
        double wide = g.getFontMetrics().stringWidth(text);
        g.drawString(text, (float) (x - align * wide), (float)
                (y + g.getFontMetrics().getAscent() * 0.38));
    }

    /// A line between points of the sheet.
    void line(double x1, double y1, double x2, double y2, Color color, float width) {
        g.setColor(color);
        g.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        g.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    /// A filled disc on the sheet.
    void disc(double x, double y, double radius, Color color) {
        g.setColor(color);
        g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }
}
