package io.regmixd.engine;

import ai.djl.Device;
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
        return OptionalLong.of(freeBytes);
    }
}
