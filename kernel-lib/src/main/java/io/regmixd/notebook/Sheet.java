package io.regmixd.notebook;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.geom.RoundRectangle2D;
import java.util.List;
import java.util.function.BiConsumer;

/// What stands above every plot: its title, a note on what was counted, and the key to the colours.
///
/// @param note empty for none
/// @param keys none where the colours need no key
record Sheet(String title, String note, List<Key> keys) {

    /// @param mark true where the plot shows it as an upright line, false for areas, lines and dots
    record Key(String label, Color color, boolean mark) {}

    private static final int MARGIN = 18;
    private static final int KEY_ROW = 20;

    /// @param height of the body alone, in pixels
    /// @param body   draws into the rectangle that it is given
    Plot plot(int width, int height, BiConsumer<Graphics2D, Rectangle> body) {
        int head = head(null, width);
        Rectangle place = new Rectangle(MARGIN, head, width - 2 * MARGIN, height);
        return new Plot(width, head + height + MARGIN, g -> {
            head(g, width);
            body.accept(g, place);
        });
    }

    /// Draws the head, or only measures it where there is nothing to draw on.
    ///
    /// @return its height
    private int head(Graphics2D g, int width) {
        FontMetrics metrics = Look.metrics(Look.TEXT);
        int y = MARGIN;
        text(g, title, MARGIN, y + 14, Look.TITLE, Look.INK);
        y += 24;
        if (!note.isEmpty()) {
            text(g, note, MARGIN, y + 10, Look.TEXT, Look.SOFT_INK);
            y += 20;
        }
        if (!keys.isEmpty()) {
            y += 4;
            int x = MARGIN;
            for (Key key : keys) {
                int icon = key.mark ? 2 : 12;
                int wide = icon + 6 + metrics.stringWidth(key.label) + 16;
                if (x > MARGIN && x + wide - 16 > width - MARGIN) {
                    x = MARGIN;
                    y += KEY_ROW;
                }
                if (g != null) {
                    g.setColor(key.color);
                    g.fill(new RoundRectangle2D.Double(x, y + 1, icon, 12, 3, 3));
                }
                text(g, key.label, x + icon + 6, y + 11, Look.TEXT, Look.INK);
                x += wide;
            }
            y += KEY_ROW;
        }
        return y + 6;
    }

    private static void text(Graphics2D g, String text, int x, int y, Font font, Color color) {
        if (g != null) {
            g.setFont(font);
            g.setColor(color);
            g.drawString(text, x, y);
        }
    }
}
