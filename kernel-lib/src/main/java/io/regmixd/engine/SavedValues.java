package io.regmixd.engine;

import ai.djl.ndarray.types.Shape;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/// The numbers of a tensor that was saved whole or in pieces, of whatever size.
final class SavedValues implements Pieces.Values {

    private final TensorFile file;
    private final String name;
    private final Shape shape;
    private float[] data = {};
    private int taken;
    private int piece;

    SavedValues(TensorFile file, String name, Shape shape) {
        this.file = file;
        this.name = name;
        this.shape = shape;
    }

    @Override
    public void fill(float[] next) {
        int filled = 0;
        while (filled < next.length) {
            if (taken == data.length) {
                data = read();
                taken = 0;
            }
            int count = Math.min(next.length - filled, data.length - taken);
            System.arraycopy(data, taken, next, filled, count);
            taken += count;
            filled += count;
        }
    }

    private float[] read() {
        try {
            TensorFile.Tensor tensor = file.next();
            long[] found = tensor.shape();
            boolean whole = tensor.name().equals(name) && Arrays.equals(found, shape.getShape());
            boolean part = tensor.name().equals(name + "." + piece)
                    && found.length == 2
                    && found[0] > 0
                    && found[1] == shape.get(2);
            if (!whole && !part) {
                throw new IOException("holds tensor " + tensor.name() + " of shape " + Arrays.toString(found)
                        + ", expected " + name + " of " + shape);
            }
            piece++;
            return tensor.data();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
