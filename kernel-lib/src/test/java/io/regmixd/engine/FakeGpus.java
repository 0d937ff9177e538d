package io.regmixd.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.OptionalLong;

/// GPUs that are only said to be there: models take a GPU's ways, the CPU computes.
public final class FakeGpus extends Gpus {

    private static final long serialVersionUID = 1;

    private final int count;
    private final long freeBytes;

    /// @param freeBytes of each
    public FakeGpus(int count, long freeBytes) {
        this.count = count;
        this.freeBytes = freeBytes;
    }

    /// The same until first asked for memory while models compute; that it is there is told before.
    public Gpus failing() {
        FakeGpus same = this;
        return new Gpus() {
            private static final long serialVersionUID = 1;
            private int asked;

            @Override
            public int count() {
                return same.count();
            }

            @Override
            Device device(int number) {
                return same.device(number);
            }

            @Override
            OptionalLong freeBytes(int number) {
                return asked++ < 2 ? same.freeBytes(number) : broken(count).freeBytes(number);
            }
        };
    }

    /// Models can be made there, and fail at the first computation.
    public static FakeGpus broken(int count) {
        return new FakeGpus(count, -1);
    }

    /// Tensors of all models in this process, wherever they are said to be.
    public static int tensors() {
        try (NDManager any = NDManager.newBaseManager("PyTorch")) {
            return any.getParentManager().getManagedArrays().size();
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    Device device(int number) {
        return Device.cpu();
    }

    @Override
    OptionalLong freeBytes(int number) {
        if (freeBytes < 0) {
            throw new IllegalStateException("GPU " + number + " has fallen off the bus");
        }
        return OptionalLong.of(freeBytes);
    }
}
