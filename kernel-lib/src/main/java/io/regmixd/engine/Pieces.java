package io.regmixd.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/// How tensors travel between Java and their devices: some whole rows at a time. A tensor may have any size,
/// DJL's buffers hold 2 GiB at most, and Java's heap should not have to hold a tensor of all models.
///
/// @param numbers of a piece at most, unless a row has more
record Pieces(int numbers) {

    /// Pieces of 256 MiB.
    static final Pieces USUAL = new Pieces(1 << 26);

    /// The numbers of a tensor in order, row-major.
    @FunctionalInterface
    interface Values {

        /// Fills an array with those that follow.
        void fill(float[] next);
    }

    /// Makes the same tensor on each of some replicas.
    ///
    /// @param shape at least one axis
    /// @throws DeviceMemoryException if there is no room on one of them; it is on none then
    List<NDArray> create(List<Replica> replicas, Shape shape, Values values) {
        List<NDArray> made = new ArrayList<>();
        try {
            if (shape.size() <= numbers) {
                float[] all = next(values, shape.size());
                replicas.forEach(replica -> made.add(replica.create(all, shape)));
                return made;
            }
            replicas.forEach(replica -> made.add(replica.zeros(shape)));
            long step = step(shape);
            for (long from = 0; from < shape.size(); from += step) {
                float[] piece = next(values, Math.min(step, shape.size() - from));
                for (int r = 0; r < replicas.size(); r++) {
                    replicas.get(r).put(piece, from, made.get(r));
                }
            }
            return made;
        } catch (RuntimeException | Error e) {
            made.forEach(NDArray::close);
            throw e;
        }
    }

    private static float[] next(Values values, long count) {
        float[] next = new float[Math.toIntExact(count)];
        values.fill(next);
        return next;
    }

    /// Numbers of a piece of a tensor of this shape: whole rows.
    long step(Shape shape) {
        long row = shape.get(shape.dimension() - 1);
        return Math.max(1, numbers / row) * row;
    }

    /// All numbers of a tensor that lives as long as its replica, fewer than 2^31.
    ///
    /// @throws DeviceMemoryException if there is no room for the copy
    float[] fetch(NDArray tensor) {
        Shape shape = tensor.getShape();
        if (shape.size() <= numbers) {
            return copied(tensor);
        }
        float[] all = new float[Math.toIntExact(shape.size())];
        int step = Math.toIntExact(step(shape));
        for (int from = 0; from < all.length; from += step) {
            int count = Math.min(step, all.length - from);
            System.arraycopy(fetch(tensor, from, count), 0, all, from, count);
        }
        return all;
    }

    /// Some of the numbers of such a tensor.
    ///
    /// @throws DeviceMemoryException likewise
    float[] fetch(NDArray tensor, long from, int count) {
        try (NDArray some = some(tensor, from, count)) {
            return copied(some);
        }
    }

    /// Some of the numbers of a tensor, in the same memory.
    static NDArray some(NDArray tensor, long from, int count) {
        try (NDArray flat = TorchProgram.allocating(tensor.getDevice(), () -> tensor.reshape(tensor.size()))) {
            return flat.get(new NDIndex().addSliceDim(from, from + count));
        }
    }

    /// What the values are copied to on their way is freed at once: DJL would keep a GPU tensor's copy in host
    /// memory as long as the tensor's manager.
    private static float[] copied(NDArray tensor) {
        try (NDManager scope = tensor.getManager().newSubManager()) {
            tensor.tempAttach(scope);
            return TorchProgram.allocating(tensor.getDevice(), tensor::toFloatArray);
        }
    }
}
