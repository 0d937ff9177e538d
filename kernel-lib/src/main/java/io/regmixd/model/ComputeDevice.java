package io.regmixd.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.stream.IntStream;

/// Where models are trained: one GPU, or all CPU cores together.
public final class ComputeDevice {

    private final Device device;

    private ComputeDevice(Device device) {
        this.device = device;
    }

    /// Every attached GPU, or the CPU where there is none.
    public static List<ComputeDevice> attached() {
        int gpus = engine().getGpuCount();
        return gpus == 0
                ? List.of(cpu())
                : IntStream.range(0, gpus)
                        .mapToObj(i -> new ComputeDevice(Device.gpu(i)))
                        .toList();
    }

    /// The CPU, with as many threads as the machine has cores.
    public static ComputeDevice cpu() {
        engine();
        JniUtils.setNumThreads(Runtime.getRuntime().availableProcessors());
        return new ComputeDevice(Device.cpu());
    }

    private static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    Device device() {
        return device;
    }

    /// `CPU, 2 threads` or `GPU 0`.
    @Override
    public String toString() {
        return device.isGpu() ? "GPU " + device.getDeviceId() : "CPU, " + JniUtils.getNumThreads() + " threads";
    }
}
