package io.regmixd.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.regmixd.Progress;
import io.regmixd.engine.huggingface.HuggingFace;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// K Llama models of one size, trained together on one device or several: parameters, AdamW's moments, one
/// training step, losses. Not thread-safe; close it to free the devices.
///
/// On several devices each holds all parameters and takes its share of the sequences of a step (data
/// parallelism). The gradients are summed and AdamW's moments kept in shares, each device those of some
/// parameters, as in ZeRO's first stage (Rajbhandari et al. 2020); then every device takes over what the
/// others updated. N devices compute what one does, up to rounding.
///
/// Initial values as RegMix (`lit_gpt/model.py`): normal with standard deviation sqrt(2 / (5 width)), the two
/// matrices that write into the residual stream 1 / (sqrt(width) layers), gains 1. Each model draws from its
/// own seed, so it starts the same whatever its neighbours are.
public final class Llama implements AutoCloseable {

    private final LlamaConfig config;
    private final int models;
    private final Replicas replicas;
    private final List<Replica> owners; // of each parameter: who updates it
    private final boolean[] frozen;
    private final Pieces pieces;

    Llama(LlamaConfig config, int models, List<Replica> replicas, Pieces pieces) {
        this.config = config;
        this.models = models;
        this.replicas = new Replicas(replicas);
        this.owners = owners(config, replicas);
        this.frozen = new boolean[models];
        this.pieces = pieces;
    }

    private Llama(LlamaConfig config, int models, List<ComputeDevice> devices, Compute compute) {
        this(
                config,
                models,
                devices.stream()
                        .map(device -> new Replica(config, models, device, compute))
                        .toList(),
                Pieces.USUAL);
    }

    /// The largest parameters first, each to the replica that has the least so far.
    private static List<Replica> owners(LlamaConfig config, List<Replica> replicas) {
        List<long[]> shapes = List.copyOf(shapes(config).values());
        long[] elements = new long[replicas.size()];
        Replica[] owners = new Replica[shapes.size()];
        IntStream.range(0, shapes.size())
                .boxed()
                .sorted(Comparator.comparingLong(i -> -shapes.get(i)[0] * shapes.get(i)[1]))
                .forEach(i -> {
                    int least = IntStream.range(0, elements.length)
                            .boxed()
                            .min(Comparator.comparingLong(r -> elements[r]))
                            .orElseThrow();
                    elements[least] += shapes.get(i)[0] * shapes.get(i)[1];
                    owners[i] = replicas.get(least);
                });
        return List.of(owners);
    }

    /// Untrained models.
    ///
    /// @param seeds one per model
    /// @throws DeviceMemoryException if their parameters and moments do not fit on a device; nothing is left
    ///     there
    public static Llama initialise(LlamaConfig config, long[] seeds, List<ComputeDevice> devices, Compute compute) {
        Llama llama = new Llama(config, seeds.length, devices, compute);
        try {
            llama.initialise(seeds);
            return llama;
        } catch (RuntimeException | Error e) {
            llama.close();
            throw e;
        }
    }

    void initialise(long[] seeds) {
        double wide = Math.sqrt(2.0 / 5 / config.width());
        double narrow = 1 / (Math.sqrt(config.width()) * config.layers());
        shapes(config).forEach((name, shape) -> {
            boolean intoResidual = name.endsWith("attention_output") || name.endsWith("down");
            Pieces.Values values = shape[0] == 1
                    ? next -> Arrays.fill(next, 1f)
                    : new InitialValues(seeds, name, shape[0] * shape[1], intoResidual ? narrow : wide);
            addParameter(name, values);
        });
        addMoments();
    }

    private void addParameter(String name, Pieces.Values values) {
        List<NDArray> made = pieces.create(replicas.all(), shape(name), values);
        for (int r = 0; r < made.size(); r++) {
            replicas.all().get(r).parameters().add(made.get(r));
        }
    }

    private NDArray moment(int parameter, String name, Pieces.Values values) {
        return pieces.create(List.of(owners.get(parameter)), shape(name), values)
                .getFirst();
    }

    private void addMoments() {
        for (int i = 0; i < owners.size(); i++) {
            NDArray parameter = owners.get(i).parameters().get(i);
            owners.get(i).firstMoments().put(i, owners.get(i).zerosLike(parameter));
            owners.get(i).secondMoments().put(i, owners.get(i).zerosLike(parameter));
        }
    }

    /// The models that [#tensors()] described.
    ///
    /// @throws IOException           if a tensor is damaged, missing, or of another size than `config` and
    ///     `models` say
    /// @throws DeviceMemoryException as [#initialise]
    public static Llama restore(
            LlamaConfig config, int models, TensorFile file, List<ComputeDevice> devices, Compute compute)
            throws IOException {
        Llama llama = new Llama(config, models, devices, compute);
        try {
            llama.restore(file);
            return llama;
        } catch (IOException | RuntimeException | Error e) {
            llama.close();
            throw e;
        }
    }

    void restore(TensorFile file) throws IOException {
        restore("parameters", file, (i, name, values) -> addParameter(name, values));
        restore(
                "first_moments",
                file,
                (i, name, values) -> owners.get(i).firstMoments().put(i, moment(i, name, values)));
        restore(
                "second_moments",
                file,
                (i, name, values) -> owners.get(i).secondMoments().put(i, moment(i, name, values)));
    }

    /// Takes a parameter's values, or those of one of its moments.
    private interface Taker {
        void take(int parameter, String name, Pieces.Values values);
    }

    private void restore(String part, TensorFile file, Taker taker) throws IOException {
        int i = 0;
        for (String name : shapes(config).keySet()) {
            try {
                taker.take(i++, name, new SavedValues(file, part + "." + name, shape(name)));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
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
    /// @throws DeviceMemoryException as [#initialise]
    public static Llama load(Path folder, List<ComputeDevice> devices, Compute compute, Progress progress)
            throws IOException, InterruptedException {
        HuggingFace files = HuggingFace.open(folder);
        Llama llama = new Llama(files.config(), 1, devices, compute);
        try {
            files.read((name, values) -> llama.addParameter(name, whole(values)), progress);
            llama.addMoments();
            return llama;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            llama.close();
            throw e;
        }
    }

    private static Pieces.Values whole(float[] values) {
        int[] taken = {0};
        return next -> {
            System.arraycopy(values, taken[0], next, 0, next.length);
            taken[0] += next.length;
        };
    }

    /// Writes one model in the format of Hugging Face's Transformers, which vLLM and
    /// lm-evaluation-harness load, too: `config.json` and `model.safetensors` (past 5 GB shards and their
    /// index). No tokenizer is written: tokens are numbers, as in [#train]; see [HuggingFace#exportTokenizer].
    ///
    /// Each file is whole or not there; `config.json` comes last, so that a folder with one is complete. An
    /// earlier export to the same folder is replaced.
    ///
    /// @param model     0 to K - 1
    /// @param context   longest sequence that it was trained on
    /// @param endOfDocument the token after which generation ends, if there is one
    /// @throws IOException          if the folder cannot be written to or holds weights of another kind
    /// @throws InterruptedException if the thread is interrupted between two tensors
    public void export(
            int model, int context, OptionalInt endOfDocument, Path folder, Precision precision, Progress progress)
            throws IOException, InterruptedException {
        Objects.checkIndex(model, models);
        HuggingFace.export(folder, config, context, endOfDocument, name -> values(name, model), precision, progress);
    }

    private float[] values(String parameter, int model) {
        try (NDArray one = parameter(parameter).get(model)) {
            return pieces.fetch(one);
        }
    }

    /// Parameters and AdamW's moments, each `[K, rows, columns]` under a name like `parameters.layer0.down`,
    /// copied from their device one at a time as they are asked for. Of more than 2^26 numbers, some rows of all
    /// models at a time, `[rows, columns]`: `parameters.embedding.0`, `parameters.embedding.1`.
    public Iterable<TensorFile.Tensor> tensors() {
        return () -> Stream.of(
                        saved("parameters", i -> replicas.first().parameters().get(i)),
                        saved("first_moments", i -> owners.get(i).firstMoments().get(i)),
                        saved(
                                "second_moments",
                                i -> owners.get(i).secondMoments().get(i)))
                .flatMap(Function.identity())
                .iterator();
    }

    private Stream<TensorFile.Tensor> saved(String part, Function<Integer, NDArray> tensors) {
        List<String> names = List.copyOf(shapes(config).keySet());
        return IntStream.range(0, names.size())
                .boxed()
                .flatMap(i -> saved(part + "." + names.get(i), tensors.apply(i)));
    }

    private Stream<TensorFile.Tensor> saved(String name, NDArray tensor) {
        Shape shape = tensor.getShape();
        if (shape.size() <= pieces.numbers()) {
            return Stream.of(tensor).map(one -> new TensorFile.Tensor(name, shape.getShape(), pieces.fetch(one)));
        }
        long step = pieces.step(shape);
        return LongStream.range(0, Math.ceilDiv(shape.size(), step)).mapToObj(piece -> {
            int count = Math.toIntExact(Math.min(step, shape.size() - piece * step));
            long[] rows = {count / shape.get(2), shape.get(2)};
            return new TensorFile.Tensor(name + "." + piece, rows, pieces.fetch(tensor, piece * step, count));
        });
    }

    /// The tensor itself on the first device, of all K models.
    NDArray parameter(String name) {
        return replicas.first()
                .parameters()
                .get(List.copyOf(shapes(config).keySet()).indexOf(name));
    }

    private Shape shape(String name) {
        long[] shape = shapes(config).get(name);
        return new Shape(models, shape[0], shape[1]);
    }

    /// Names and shapes `[rows, columns]` of one model's parameters, in the order of the program.
    public static Map<String, long[]> shapes(LlamaConfig config) {
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

    /// How many models of a size fit on devices that share each step, by the free memory of each, see [Memory].
    ///
    /// @param most at least 1; the answer for a CPU, and where the driver does not say what is free
    /// @return 1 to `most`; that even one fits is not promised
    public static int modelsThatFit(
            LlamaConfig config, int context, Compute compute, List<ComputeDevice> devices, int most) {
        OptionalLong least = devices.stream()
                .flatMapToLong(device -> device.freeBytes().stream())
                .min();
        return least.isEmpty()
                ? most
                : Memory.models(config, context, compute, devices.size(), most, least.getAsLong());
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
    ///
    /// A model whose loss or gradient is not finite stays as it was before the step, and is frozen from then
    /// on; its neighbours go on as if it were not there.
    ///
    /// @param tokens       `[K, sequences, context + 1]`, flat, each in 0 to vocabulary - 1
    /// @param sequences    at least as many as devices
    /// @param step         number of the step, from 1
    /// @return one per model
    /// @throws DeviceMemoryException if not even one sequence of each model fits; nothing is changed then
    public List<Step> train(
            int[] tokens, int sequences, int context, int step, double learningRate, double weightDecay) {
        requireTokens(tokens, models, sequences, context);
        if (sequences < replicas.all().size()) {
            throw new IllegalArgumentException(sequences + " sequences a step are fewer than the "
                    + replicas.all().size() + " devices");
        }
        List<float[][]> shown = replicas.onShares(
                models, tokens, sequences, context, (replica, part, count) -> replica.gradients(part, count, context));
        List<float[]> squares = replicas.all().size() == 1
                ? List.of(shown.getFirst()[1])
                : replicas.onAll(replica -> {
                    replicas.others(replica).forEach(replica::add);
                    return replica.squares();
                });
        List<Step> steps = new ArrayList<>();
        double[] scale = new double[models];
        double predicted = (double) sequences * context;
        for (int k = 0; k < models; k++) {
            int model = k;
            double loss = shown.stream().mapToDouble(of -> of[0][model]).sum() / predicted;
            double norm =
                    Math.sqrt(squares.stream().mapToDouble(of -> of[model]).sum()) / predicted;
            Step of = new Step(loss, norm);
            frozen[k] |= !of.finite();
            scale[k] = frozen[k] ? 0 : Math.min(1, 1 / (norm + 1e-6)) / predicted;
            steps.add(of);
        }
        replicas.onAll(replica -> {
            replica.update(step, learningRate, weightDecay, scale);
            return replica;
        });
        replicas.onAll(replica -> {
            replicas.others(replica).forEach(replica::copy);
            return replica;
        });
        return steps;
    }

    /// Leaves a model as it is from now on.
    public void freeze(int model) {
        frozen[model] = true;
    }

    /// The mean loss of each sequence under each model, nats per token.
    ///
    /// @param tokens `[sequences, context + 1]`, flat; all models see the same
    /// @return `[K][sequences]`
    public float[][] losses(int[] tokens, int sequences, int context) {
        requireTokens(tokens, 1, sequences, context);
        List<float[][]> parts = replicas.onShares(
                1, tokens, sequences, context, (replica, part, count) -> replica.losses(part, count, context));
        float[][] losses = new float[models][sequences];
        for (int k = 0; k < models; k++) {
            int from = 0;
            for (float[][] part : parts) {
                System.arraycopy(part[k], 0, losses[k], from, part[k].length);
                from += part[k].length;
            }
        }
        return losses;
    }

    /// How likely each model finds the end of each sequence given its beginning. The sequences are padded to
    /// the longest, so similar lengths are best.
    ///
    /// @param batch at least one; all models see the same
    /// @return `[K][batch]`
    /// @throws IllegalArgumentException if a token is none of the vocabulary
    /// @throws DeviceMemoryException if not even one sequence fits
    public List<List<Likelihood>> likelihoods(List<Continuation> batch) {
        int context = batch.stream().mapToInt(Continuation::length).max().orElseThrow() - 1;
        int[] tokens = new int[batch.size() * (context + 1)];
        for (int b = 0; b < batch.size(); b++) {
            batch.get(b).copyTo(tokens, b * (context + 1), config.vocabulary());
        }
        List<float[][]> parts = replicas.onShares(
                1, tokens, batch.size(), context, (replica, part, count) -> replica.likelihoods(part, count, context));
        List<List<Likelihood>> likelihoods = new ArrayList<>();
        for (int k = 0; k < models; k++) {
            List<Likelihood> ofModel = new ArrayList<>();
            for (float[][] part : parts) {
                for (int from = 0; from < part[k].length; from += context) {
                    Continuation continuation = batch.get(ofModel.size());
                    ofModel.add(Likelihood.of(continuation, part[k], part[models + k], from));
                }
            }
            likelihoods.add(List.copyOf(ofModel));
        }
        return likelihoods;
    }

    /// Floating-point operations a second of the devices together when they multiply square matrices as models
    /// do, in the same precision: what [LlamaConfig#trainingFlops] a second are to be compared with.
    ///
    /// @param rows of the matrices; 2048 takes half a second on a CPU
    public double productRate(int rows) {
        return replicas.onAll(replica -> replica.productRate(rows)).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    private static void requireTokens(int[] tokens, int models, int sequences, int context) {
        Shape shape = new Shape(models, sequences, context + 1);
        if (tokens.length != shape.size()) {
            throw new IllegalArgumentException(tokens.length + " tokens for shape " + shape);
        }
    }

    @Override
    public void close() {
        replicas.close();
    }
}
