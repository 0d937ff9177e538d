package io.regmixd.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.Serializable;
import java.lang.management.MemoryUsage;
import java.util.OptionalLong;

/// The GPUs of a machine. On its way to another machine it carries no answers: there it tells of that one's.
public abstract class Gpus implements Serializable {

    private static final long serialVersionUID = 1;

    Gpus() {}

    /// Those that PyTorch sees on the machine that asks.
    public static Gpus attached() {
        return new Attached();
    }

    /// How many there are, numbered from 0; with none, the CPU does the work.
    public abstract int count();

    /// Where the tensors of a GPU lie.
    abstract Device device(int number);

    /// Free memory in bytes, where the driver says it.
    abstract OptionalLong freeBytes(int number);

    private static final class Attached extends Gpus {

        private static final long serialVersionUID = 1;

        @Override
        public int count() {
            return Engine.getEngine("PyTorch").getGpuCount();
        }

        @Override
        Device device(int number) {
            return Device.gpu(number);
        }

        @Override
        OptionalLong freeBytes(int number) {
            JniUtils.emptyCudaCache(); // what PyTorch keeps of models that were closed
            try {
                MemoryUsage usage = CudaUtils.getGpuMemory(device(number));
                return OptionalLong.of(usage.getMax() - usage.getCommitted());
            } catch (RuntimeException e) { // DJL finds no CUDA runtime beside PyTorch's own
                return OptionalLong.empty();
            }
        }
    }
}
