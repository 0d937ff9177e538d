package io.regmixd.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/// Where models are trained: one GPU, or some CPU cores.
public final class ComputeDevice {

    /// Parts of a CPU at most: a step of the demo's target has no more sequences.
    private static final int MOST_PARTS = 8;

    private final Device device;
    private final String name;
    private final int threads;

    private ComputeDevice(Device device, String name, int threads) {
        this.device = device;
        this.name = name;
        this.threads = threads;
    }

    /// Every attached GPU; where there is none, the CPU in as many parts as it has cores, at most eight.
    ///
    /// Parts of one thread each train faster than one part of as many threads: within them no operation waits
    /// for another thread (`docs/engine.md`).
    public static List<ComputeDevice> attached() {
        int gpus = gpus();
        return gpus == 0
                ? cpu(Math.min(cores(), MOST_PARTS))
                : IntStream.range(0, gpus).mapToObj(ComputeDevice::gpu).toList();
    }

    /// How many GPUs are attached; with none, the CPU does the work.
    public static int gpus() {
        return engine().getGpuCount();
    }

    /// The device of one of several workers: the GPU of its number, or some threads of the CPU.
    ///
    /// @param worker  from 0; beyond the last GPU the count starts again
    /// @param threads of the CPU, where there is no GPU
    public static ComputeDevice ofWorker(int worker, int threads) {
        int gpus = gpus();
        return gpus == 0
                ? new ComputeDevice(Device.cpu(), "CPU, worker " + worker + ", " + inWords(threads), threads)
                : gpu(worker % gpus);
    }

    private static ComputeDevice gpu(int number) {
        return new ComputeDevice(Device.gpu(number), "GPU " + number, 1);
    }

    private static String inWords(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    /// The CPU in parts of equally many threads.
    ///
    /// @param parts at least 1; more than there are cores share them
    public static List<ComputeDevice> cpu(int parts) {
        engine();
        int threads = Math.max(1, cores() / parts);
        String with = inWords(threads);
        return IntStream.rangeClosed(1, parts)
                .mapToObj(part -> new ComputeDevice(
                        Device.cpu(),
                        parts == 1 ? "CPU, " + with : "CPU, part " + part + " of " + parts + ", " + with,
                        threads))
                .toList();
    }

    /// The whole CPU, with as many threads as it has cores.
    public static ComputeDevice cpu() {
        return cpu(1).getFirst();
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    Device device() {
        return device;
    }

    boolean isGpu() {
        return device.isGpu();
    }

    /// Prepares the calling thread to compute here: PyTorch's number of threads is a setting of the caller.
    void enter() {
        if (!isGpu()) {
            JniUtils.setNumThreads(threads);
        }
        JniUtils.setGraphExecutorOptimize(false);
    }

    /// Free memory in bytes, where the driver says it.
    OptionalLong freeBytes() {
        if (!isGpu()) {
            return OptionalLong.empty();
        }
        JniUtils.emptyCudaCache(); // what PyTorch keeps of models that were closed
        try {
            MemoryUsage usage = CudaUtils.getGpuMemory(device);
            return OptionalLong.of(usage.getMax() - usage.getCommitted());
        } catch (RuntimeException e) { // DJL finds no CUDA runtime beside PyTorch's own
            return OptionalLong.empty();
        }
    }

    /// `CPU, 2 threads`, `CPU, part 1 of 2, 1 thread` or `GPU 0`.
    @Override
    public String toString() {
        return name;
    }
}
