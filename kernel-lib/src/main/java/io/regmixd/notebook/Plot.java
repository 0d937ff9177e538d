package io.regmixd.notebook;

import io.regmixd.store.WholeFile;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// A picture of some of our words, on white. Made by [Plots]; drawn anew each time it is asked for.
public final class Plot implements Rich {

    private final int width;
    private final int height;
    private final Consumer<Graphics2D> drawing;

    Plot(int width, int height, Consumer<Graphics2D> drawing) {
        this.width = width;
        this.height = height;
        this.drawing = drawing;
    }

    /// The picture at the width of a notebook, which kernels show as it is.
    public BufferedImage image() {
        return image(1);
    }

    @Override
    public Map<String, Object> mimeBundle() {
        return mimeBundle("a plot of " + width + " x " + height + " pixels");
    }

    /// @param text what stands in for the picture where there are none
    Map<String, Object> mimeBundle(String text) {
        Map<String, Object> bundle = new LinkedHashMap<>();
        bundle.put("image/png", Base64.getEncoder().encodeToString(png(1)));
        bundle.put("text/plain", text);
        return bundle;
    }

    /// Writes the picture as PNG, whole or not at all, with twice the pixels of [#image()]: sharp on paper too.
    ///
    /// @throws IOException if the file cannot be written; the message names it and the remedy
    public void save(Path png) throws IOException {
        byte[] bytes = png(2);
        WholeFile.write(png, out -> out.write(bytes));
    }

    private byte[] png(int scale) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image(scale), "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("a picture could not be written to memory", e);
        }
        return bytes.toByteArray();
    }

    private BufferedImage image(int scale) {
        BufferedImage image = new BufferedImage(width * scale, height * scale, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Look.PAPER);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.scale(scale, scale);
            drawing.accept(g);
        } finally {
            g.dispose();
        }
        return image;
    }
}
