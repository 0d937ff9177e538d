package io.regmixd.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// K Llama models of one size on one device, trained together: parameters, AdamW's moments, one training step,
/// losses. Not thread-safe; close it to free the device.
///
/// Initial values as RegMix (`lit_gpt/model.py`): normal with standard deviation sqrt(2 / (5 width)), the two
/// matrices that write into the residual stream 1 / (sqrt(width) layers), gains 1. Each model draws from its own
/// seed, so it starts the same whatever its neighbours are.
public final class Llama implements AutoCloseable {

    private final LlamaConfig config;
    private final int models;
    private final TorchProgram program;
    private final List<NDArray> parameters = new ArrayList<>();
    private final List<NDArray> firstMoments = new ArrayList<>();
    private final List<NDArray> secondMoments = new ArrayList<>();

    private Llama(LlamaConfig config, int models, ComputeDevice device) {
        this.config = config;
        this.models = models;
        this.program = TorchProgram.load(config.heads(), device.device());
    }

    /// Untrained models.
    ///
    /// @param seeds one a model
    public static Llama initialise(LlamaConfig config, long[] seeds, ComputeDevice device) {
        Llama llama = new Llama(config, seeds.length, device);
        double wide = Math.sqrt(2.0 / 5 / config.width());
        double narrow = 1 / (Math.sqrt(config.width()) * config.layers());
        shapes(config).forEach((name, shape) -> {
            boolean gain = shape[0] == 1;
            boolean intoResidual = name.endsWith("attention_output") || name.endsWith("down");
            float[] values = new float[Math.toIntExact(seeds.length * shape[0] * shape[1])];
            for (int k = 0; k < seeds.length; k++) {
                int size = values.length / seeds.length;
                fill(values, k * size, size, gain ? 0 : intoResidual ? narrow : wide, seeds[k], name);
            }
            llama.add(values, new float[values.length], new float[values.length], shape);
        });
        return llama;
    }

    private static void fill(float[] values, int from, int count, double deviation, long seed, String name) {
        if (deviation == 0) {
            Arrays.fill(values, from, from + count, 1f);
            return;
        }
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
        for (int i = from; i < from + count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
    }

    /// Names and shapes `[rows, columns]` of one model's parameters, in the order of the program.
    static Map<String, long[]> shapes(LlamaConfig config) {
        long d = config.width();
        long f = config.hidden();
        long v = config.vocabulary();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("embedding", new long[] {v, d});
        for (int layer = 0; layer < config.layers(); layer++) {
            String block = "layer" + layer + ".";
            shapes.put(block + "attention_gain", new long[] {1, d});
            shapes.put(block + "query_key_value", new long[] {d, 3 * d});
            shapes.put(block + "attention_output", new long[] {d, d});
            shapes.put(block + "feed_forward_gain", new long[] {1, d});
            shapes.put(block + "gate_and_up", new long[] {d, 2 * f});
            shapes.put(block + "down", new long[] {f, d});
        }
        shapes.put("last_gain", new long[] {1, d});
        shapes.put("output", new long[] {d, v});
        return shapes;
    }

    private void add(float[] parameter, float[] first, float[] second, long[] shape) {
        Shape stacked = new Shape(models, shape[0], shape[1]);
        parameters.add(program.manager().create(parameter, stacked));
        firstMoments.add(program.manager().create(first, stacked));
        secondMoments.add(program.manager().create(second, stacked));
    }

    public LlamaConfig config() {
        return config;
    }

    /// K, the number of models.
    public int models() {
        return models;
    }

    /// What one training step showed of one model.
    ///
    /// @param loss         mean loss of the predicted tokens before the step, nats
    /// @param gradientNorm norm of the gradient before clipping
    public record Step(double loss, double gradientNorm) {

        /// Whether loss and gradient are numbers; once not, the model is lost.
        public boolean finite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    /// One step of AdamW (betas 0.9 and 0.95, decoupled weight decay), each model's gradient clipped to norm 1. A model
    /// whose loss is not finite spoils itself alone.
    ///
    /// @param tokens       `[K, sequences, context + 1]`, flat, each in 0 to vocabulary - 1
    /// @param step         number of the step, from 1
    /// @return one a model
    public List<Step> train(int[] tokens, int sequences, int context, int step, double learningRate, double weightDecay) {
        try (NDManager scope = program.manager().newSubManager()) {
            NDArray batch = batch(scope, tokens, models, sequences, context);
            NDArray control = scope.create(new float[] {(float) learningRate, (float) weightDecay, step});
            Map<String, List<NDArray>> lists = new LinkedHashMap<>();
            lists.put("p", parameters);
            lists.put("m", firstMoments);
            lists.put("v", secondMoments);
            float[] result = program.call(scope, "train_step", lists, List.of(batch, control), true)
                    .toFloatArray();
            return IntStream.range(0, models)
                    .mapToObj(k -> new Step(result[k], result[models + k]))
                    .toList();
        }
    }

    /// The mean loss of each sequence under each model, nats a token.
    ///
    /// @param tokens `[sequences, context + 1]`, flat; all models see the same
    /// @return `[K][sequences]`
    public float[][] losses(int[] tokens, int sequences, int context) {
        try (NDManager scope = program.manager().newSubManager()) {
            NDArray batch = batch(scope, tokens, 1, sequences, context);
            float[] flat = program.call(scope, "sequence_losses", Map.of("p", parameters), List.of(batch), false)
                    .toFloatArray();
            float[][] losses = new float[models][];
            for (int k = 0; k < models; k++) {
                losses[k] = Arrays.copyOfRange(flat, k * sequences, (k + 1) * sequences);
            }
            return losses;
        }
    }

    private static NDArray batch(NDManager scope, int[] tokens, int models, int sequences, int context) {
        Shape shape = new Shape(models, sequences, context + 1);
        if (tokens.length != shape.size()) {
            throw new IllegalArgumentException(tokens.length + " tokens for shape " + shape);
        }
        return scope.create(IntBuffer.wrap(tokens), shape, DataType.INT32);
    }

    @Override
    public void close() {
        program.close();
    }
}
