package io.regmixd.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.regmixd.Progress;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// K Llama models of one size on one device, trained together: parameters, AdamW's moments, one training step,
/// losses. Not thread-safe; close it to free the device.
///
/// Initial values as RegMix (`lit_gpt/model.py`): normal with standard deviation sqrt(2 / (5 width)), the two
/// matrices that write into the residual stream 1 / (sqrt(width) layers), gains 1. Each model draws from its
/// own seed, so it starts the same whatever its neighbours are.
public final class Llama implements AutoCloseable {

    /// So many logits exist at a time, 128 MB: the last layer's loss and gradient are made chunk by chunk, so
    /// that a vocabulary of 50,000 fits.
    private static final int LOGITS = 1 << 25;

    private final LlamaConfig config;
    private final int models;
    private final TorchProgram program;
    private final List<NDArray> parameters = new ArrayList<>();
    private final List<NDArray> firstMoments = new ArrayList<>();
    private final List<NDArray> secondMoments = new ArrayList<>();

    private Llama(LlamaConfig config, int models, ComputeDevice device, int logits) {
        this.config = config;
        this.models = models;
        this.program = TorchProgram.load(config.heads(), logits, device.device());
    }

    /// Untrained models.
    ///
    /// @param seeds one a model
    public static Llama initialise(LlamaConfig config, long[] seeds, ComputeDevice device) {
        return initialise(config, seeds, device, LOGITS);
    }

    static Llama initialise(LlamaConfig config, long[] seeds, ComputeDevice device, int logits) {
        Llama llama = new Llama(config, seeds.length, device, logits);
        double wide = Math.sqrt(2.0 / 5 / config.width());
        double narrow = 1 / (Math.sqrt(config.width()) * config.layers());
        shapes(config).forEach((name, shape) -> {
            boolean gain = shape[0] == 1;
            boolean intoResidual = name.endsWith("attention_output") || name.endsWith("down");
            float[] values = new float[Math.toIntExact(seeds.length * shape[0] * shape[1])];
            int size = values.length / seeds.length;
            for (int k = 0; k < seeds.length; k++) {
                if (gain) {
                    Arrays.fill(values, k * size, (k + 1) * size, 1f);
                } else {
                    SplittableRandom random = new SplittableRandom(seeds[k] * 0x9E3779B97F4A7C15L + name.hashCode());
                    for (int i = k * size; i < (k + 1) * size; i++) {
                        values[i] = (float) ((intoResidual ? narrow : wide) * random.nextGaussian());
                    }
                }
            }
            llama.parameters.add(llama.create(name, values));
            llama.firstMoments.add(llama.create(name, new float[values.length]));
            llama.secondMoments.add(llama.create(name, new float[values.length]));
        });
        return llama;
    }

    /// The models that [#tensors()] described.
    ///
    /// @throws IOException if a tensor is damaged, missing, or of another size than `config` and `models` say
    static Llama restore(LlamaConfig config, int models, TensorFile file, ComputeDevice device) throws IOException {
        Llama llama = new Llama(config, models, device, LOGITS);
        try {
            for (Part part : llama.parts()) {
                for (String name : shapes(config).keySet()) {
                    TensorFile.Tensor tensor = file.next();
                    String expected = part.name + "." + name;
                    if (!tensor.name().equals(expected)
                            || !Arrays.equals(tensor.shape(), llama.shape(name).getShape())) {
                        throw new IOException("holds tensor " + tensor.name() + " of shape "
                                + Arrays.toString(tensor.shape()) + ", expected " + expected + " of "
                                + llama.shape(name));
                    }
                    part.tensors.add(llama.create(name, tensor.data()));
                }
            }
            return llama;
        } catch (IOException | RuntimeException e) {
            llama.close();
            throw e;
        }
    }

    /// The one model that a folder in the format of Transformers holds, as [#export] or Transformers itself
    /// wrote it, with AdamW's moments at 0.
    ///
    /// @param folder holds `config.json` and `model.safetensors`, or its shards and their index
    /// @throws IOException if a file is missing or damaged, tensors are missing or do not fit, or it is a Llama
    ///     that this class does not compute (tied embeddings, biases, fewer key-value heads, scaled rotary
    ///     embedding, ...); the message names the file and the field or tensor
    /// @throws InterruptedException if the thread is interrupted between two tensors
    public static Llama load(Path folder, ComputeDevice device, Progress progress)
            throws IOException, InterruptedException {
        HuggingFace files = HuggingFace.open(folder);
        Llama llama = new Llama(files.config(), 1, device, LOGITS);
        try {
            files.read(
                    (name, values) -> {
                        llama.parameters.add(llama.create(name, values));
                        llama.firstMoments.add(llama.program.manager().zeros(llama.shape(name)));
                        llama.secondMoments.add(llama.program.manager().zeros(llama.shape(name)));
                    },
                    progress);
            return llama;
        } catch (IOException | InterruptedException | RuntimeException e) {
            llama.close();
            throw e;
        }
    }

    /// Writes one model in the format of Hugging Face's Transformers, which vLLM and
    /// lm-evaluation-harness load, too: `config.json` and `model.safetensors` (past 5 GB shards and their
    /// index). No tokenizer is written: tokens are numbers, as in [#train].
    ///
    /// Each file is whole or not there; `config.json` comes last, so that a folder with one is complete. An
    /// earlier export to the same folder is replaced.
    ///
    /// @param model     0 to K - 1
    /// @param context   longest sequence that it was trained on
    /// @throws IOException          if the folder cannot be written to or holds weights of another kind
    /// @throws InterruptedException if the thread is interrupted between two tensors
    public void export(int model, int context, Path folder, Precision precision, Progress progress)
            throws IOException, InterruptedException {
        Objects.checkIndex(model, models);
        HuggingFace.export(folder, config, context, name -> values(name, model), precision, progress);
    }

    private float[] values(String parameter, int model) {
        try (NDArray one = parameter(parameter).get(model)) {
            return one.toFloatArray();
        }
    }

    private record Part(String name, List<NDArray> tensors) {}

    private List<Part> parts() {
        return List.of(
                new Part("parameters", parameters),
                new Part("first_moments", firstMoments),
                new Part("second_moments", secondMoments));
    }

    /// Parameters and AdamW's moments, each `[K, rows, columns]` under a name like `parameters.layer0.down`,
    /// copied from the device one at a time as they are asked for.
    Iterable<TensorFile.Tensor> tensors() {
        List<String> names = List.copyOf(shapes(config).keySet());
        return () -> {
            Stream<TensorFile.Tensor> tensors = parts().stream()
                    .flatMap(part -> IntStream.range(0, names.size()).mapToObj(i -> {
                        NDArray tensor = part.tensors.get(i);
                        return new TensorFile.Tensor(
                                part.name + "." + names.get(i),
                                tensor.getShape().getShape(),
                                tensor.toFloatArray());
                    }));
            return tensors.iterator();
        };
    }

    /// The tensor itself, of all K models.
    NDArray parameter(String name) {
        return parameters.get(List.copyOf(shapes(config).keySet()).indexOf(name));
    }

    private Shape shape(String name) {
        long[] shape = shapes(config).get(name);
        return new Shape(models, shape[0], shape[1]);
    }

    private NDArray create(String name, float[] values) {
        return program.manager().create(values, shape(name));
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

    /// One step of AdamW (betas 0.9 and 0.95, decoupled weight decay), each model's gradient clipped to norm 1.
    /// A model whose loss is not finite spoils itself alone.
    ///
    /// @param tokens       `[K, sequences, context + 1]`, flat, each in 0 to vocabulary - 1
    /// @param step         number of the step, from 1
    /// @return one a model
    public List<Step> train(
            int[] tokens, int sequences, int context, int step, double learningRate, double weightDecay) {
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
