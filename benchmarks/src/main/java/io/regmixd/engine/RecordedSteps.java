package io.regmixd.engine;

import io.regmixd.store.Json;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Training steps of one size through Java, and all that another program needs to take the same ones: what
/// `tools/gpu/java.sh` starts. In float32, deterministic, on one device.
///
/// @param device         where they were taken
/// @param learningRate   of each step
/// @param losses         mean loss of each model before each step, nats, `[steps][K]`
/// @param gradientNorms  before clipping, `[steps][K]`
record RecordedSteps(
        String device,
        LlamaConfig model,
        int sequences,
        int context,
        double learningRate,
        double weightDecay,
        List<List<Double>> losses,
        List<List<Double>> gradientNorms) {

    private static final int STEPS = 3;
    private static final int SEQUENCES = 4;
    private static final int CONTEXT = 256;
    private static final double LEARNING_RATE = 4e-4;
    private static final double WEIGHT_DECAY = 0.1;
    private static final int TOGETHER = 4;
    private static final long LARGE = 1_000_000_000; // parameters of a model that trains alone
    private static final Compute EXACT = new Compute(Precision.FLOAT32, false, true);

    /// Sizes are those of [LlamaConfig#preset] whose program [GpuExport] writes, and `checked`, its own model.
    ///
    /// @param args the folder to write to, a folder for each size; then the sizes
    public static void main(String[] args) throws IOException {
        try {
            ComputeDevice device = ComputeDevice.attached().getFirst();
            for (String size : List.of(args).subList(1, args.length)) {
                try {
                    take(model(size), device, Files.createDirectories(Path.of(args[0], size)));
                    System.out.println(size + ": " + STEPS + " steps taken on " + device);
                } catch (DeviceMemoryException e) {
                    System.out.println(size + " does not fit on " + device);
                }
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static LlamaConfig model(String size) {
        LlamaConfig model = size.equals("checked") ? GpuExport.CHECKED : LlamaConfig.preset(size);
        if (!GpuExport.HEADS.contains(model.heads())) {
            throw new IllegalArgumentException(size + " has " + model.heads()
                    + " heads, and the program is exported for " + GpuExport.HEADS + ": choose checked, 1M, 60M or 1B");
        }
        return model;
    }

    /// Takes them and writes `parameters.f32`, the tensors of [Llama#shapes] before the first step, each `[K, rows,
    /// columns]`, and `tokens.i32`, `[steps, K, sequences, context + 1]`, both raw and little-endian; then
    /// `steps.json`, this record.
    static RecordedSteps take(LlamaConfig model, ComputeDevice device, Path folder) throws IOException {
        Path written = folder.resolve("steps.json");
        Files.deleteIfExists(written);
        int models = model.parameters() < LARGE ? TOGETHER : 1;
        long[] seeds = LongStream.rangeClosed(1, models).toArray();
        try (Llama llama = Llama.initialise(model, seeds, List.of(device), EXACT)) {
            try (OutputStream out = Files.newOutputStream(folder.resolve("parameters.f32"))) {
                for (TensorFile.Tensor tensor : llama.tensors()) {
                    if (tensor.name().startsWith("parameters.")) {
                        out.write(raw(tensor.data()));
                    }
                }
            }
            int[][] tokens = IntStream.rangeClosed(1, STEPS)
                    .mapToObj(step -> new Random(step)
                            .ints((CONTEXT + 1L) * SEQUENCES * models, 0, model.vocabulary())
                            .toArray())
                    .toArray(int[][]::new);
            try (OutputStream out = Files.newOutputStream(folder.resolve("tokens.i32"))) {
                for (int[] ofStep : tokens) {
                    out.write(raw(ofStep));
                }
            }
            List<List<Double>> losses = new ArrayList<>();
            List<List<Double>> norms = new ArrayList<>();
            for (int step = 1; step <= STEPS; step++) {
                List<Llama.Step> shown =
                        llama.train(tokens[step - 1], SEQUENCES, CONTEXT, step, LEARNING_RATE, WEIGHT_DECAY);
                losses.add(shown.stream().map(Llama.Step::loss).toList());
                norms.add(shown.stream().map(Llama.Step::gradientNorm).toList());
            }
            RecordedSteps steps = new RecordedSteps(
                    device.toString(), model, SEQUENCES, CONTEXT, LEARNING_RATE, WEIGHT_DECAY, losses, norms);
            Json.write(steps, written);
            return steps;
        }
    }

    private static byte[] raw(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static byte[] raw(int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return bytes.array();
    }
}
