package io.regmixd.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Where models are trained: one GPU, or some CPU cores.
public final class ComputeDevice {

    /// Parts of a CPU at most: a step of the demo's target has no more sequences.
    private static final int MOST_PARTS = 8;

    private final Device device;
    private final boolean gpu;
    private final String name;
    private final int threads;
    private final Supplier<OptionalLong> freeBytes;

    private ComputeDevice(Device device, boolean gpu, String name, int threads, Supplier<OptionalLong> freeBytes) {
        this.device = device;
        this.gpu = gpu;
        this.name = name;
        this.threads = threads;
        this.freeBytes = freeBytes;
    }

    private static ComputeDevice cpu(String name, int threads) {
        return new ComputeDevice(Device.cpu(), false, name, threads, OptionalLong::empty);
    }

    /// Every attached GPU that `REGMIXD_DEVICE` does not leave out; where there is none, the CPU in as many parts as it
    /// has cores, at most eight.
    ///
    /// Parts of one thread each train faster than one part of as many threads: within them no operation waits
    /// for another thread (`docs/engine.md`).
    public static List<ComputeDevice> attached() {
        return attached(Gpus.attached());
    }

    /// The same on a machine that has these GPUs.
    public static List<ComputeDevice> attached(Gpus gpus) {
        return gpus.count() == 0
                ? cpu(Math.min(cores(), MOST_PARTS))
                : IntStream.range(0, gpus.count())
                        .mapToObj(number -> gpu(number, gpus))
                        .toList();
    }

    /// A GPU of this machine.
    ///
    /// @param number from 0
    /// @throws IllegalStateException if there is none of this number; the CPU never stands in for it
    public static ComputeDevice gpu(int number, Gpus gpus) {
        int count = gpus.count();
        if (number >= count) {
            throw new IllegalStateException("GPU " + number + " was asked for, but PyTorch sees "
                    + (count == 0 ? "no GPU" : count == 1 ? "GPU 0 alone" : "GPUs 0 to " + (count - 1) + " alone")
                    + " on this machine: install PyTorch for CUDA here (docs/gpu.md), or ask for no GPU to train on the"
                    + " CPU");
        }
        return new ComputeDevice(gpus.device(number), true, gpus.name(number), 1, () -> gpus.freeBytes(number));
    }

    /// Some threads of the CPU.
    ///
    /// @param threads at least 1
    public static ComputeDevice threads(int threads) {
        return cpu("CPU, " + inWords(threads), threads);
    }

    private static String inWords(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    /// The CPU in parts of equally many threads.
    ///
    /// @param parts at least 1; more than there are cores share them
    public static List<ComputeDevice> cpu(int parts) {
        int threads = Math.max(1, cores() / parts);
        return parts == 1
                ? List.of(threads(threads))
                : IntStream.rangeClosed(1, parts)
                        .mapToObj(part -> cpu("CPU, part " + part + " of " + parts + ", " + inWords(threads), threads))
                        .toList();
    }

    /// The whole CPU, with as many threads as it has cores.
    public static ComputeDevice cpu() {
        return cpu(1).getFirst();
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    Device device() {
        return device;
    }

    boolean isGpu() {
        return gpu;
    }

    /// Prepares the calling thread to compute here: PyTorch's number of threads is a setting of the caller.
    void enter() {
        Engine.getEngine("PyTorch"); // loads it
        if (!isGpu()) {
            JniUtils.setNumThreads(threads);
        }
        JniUtils.setGraphExecutorOptimize(false);
    }

    /// Free memory in bytes, where the driver of a GPU says it.
    public OptionalLong freeBytes() {
        return freeBytes.get();
    }

    /// `CPU, 2 threads`, `CPU, part 1 of 2, 1 thread` or `GPU 0`.
    @Override
    public String toString() {
        return name;
    }
}
