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

    /// Those that the user wants and PyTorch sees on the machine that asks. The variable `REGMIXD_DEVICE` chooses:
    /// `auto`, `cpu`, `gpu`, or `gpu:0,2`.
    public static Gpus attached() {
        return new Attached();
    }

    /// What it is called in messages.
    String name(int number) {
        return "GPU " + number;
    }

    /// How many there are, numbered from 0; with none, the CPU does the work.
    public abstract int count();

    /// Where the tensors of a GPU lie.
    abstract Device device(int number);

    /// Free memory in bytes, where the driver says it.
    abstract OptionalLong freeBytes(int number);

    // asked: an IllegalStateException if a GPU is wanted or there, and PyTorch can use none
    private static final class Attached extends Gpus {

        private static final long serialVersionUID = 1;

        private transient Gpus chosen; // on the machine that asks

        private synchronized Gpus chosen() {
            if (chosen == null) {
                chosen = DeviceChoice.parse(System.getenv(DeviceChoice.VARIABLE))
                        .among(new Usable(), () -> DeviceChoice.visible(System.getenv()));
            }
            return chosen;
        }

        @Override
        public int count() {
            return chosen().count();
        }

        @Override
        String name(int number) {
            return chosen().name(number);
        }

        @Override
        Device device(int number) {
            return chosen().device(number);
        }

        @Override
        OptionalLong freeBytes(int number) {
            return chosen().freeBytes(number);
        }
    }

    /// Those that PyTorch sees.
    private static final class Usable extends Gpus {

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
