package io.regmixd.engine;

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
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// A copy of a group's parameters on one device, its gradients there, and a share of AdamW's moments; with the
/// one thread that computes there. The methods are to be called in that thread, see [#in].
final class Replica implements AutoCloseable {

    /// Tokens of one model whose activations a CPU core handles at a time: more fall out of its caches, fewer
    /// cost too many small operations.
    private static final int CPU_TOKENS = 1024;

    /// Logits that exist at a time on a CPU: 4 MB.
    private static final int CPU_LOGITS = 1 << 20;

    /// How many `products` of llama.py computes.
    private static final int PRODUCTS = 4;

    private final LlamaConfig config;
    private final int models;
    private final ComputeDevice device;
    private final Compute compute;
    private final boolean gpu;
    private final TorchProgram program;
    private final ExecutorService worker;
    private final List<NDArray> parameters = new ArrayList<>();
    private final List<NDArray> gradients = new ArrayList<>();
    private final Map<Integer, NDArray> firstMoments = new LinkedHashMap<>();
    private final Map<Integer, NDArray> secondMoments = new LinkedHashMap<>();
    private long tokensAtATime; // of each model; 0 until first asked for
    private int chunk; // tokens of each model whose logits exist at a time; likewise

    Replica(LlamaConfig config, int models, ComputeDevice device, Compute compute) {
        this(config, models, device, compute, attributes(config, models, device, compute));
    }

    /// @param attributes of the program, see `llama.py`
    Replica(LlamaConfig config, int models, ComputeDevice device, Compute compute, Map<String, Integer> attributes) {
        this.config = config;
        this.models = models;
        this.device = device;
        this.compute = compute;
        this.gpu = attributes.get("gpu") == 1;
        this.program = TorchProgram.load(attributes, device.device());
        this.worker = Executors.newSingleThreadExecutor(
                work -> Thread.ofPlatform().name("regmixd " + device).daemon().unstarted(() -> {
                    device.enter();
                    work.run();
                }));
    }

    static Map<String, Integer> attributes(LlamaConfig config, int models, ComputeDevice device, Compute compute) {
        Map<String, Integer> attributes = new LinkedHashMap<>();
        attributes.put("heads", config.heads());
        attributes.put("models", device.isGpu() ? models : 1);
        attributes.put("precision", compute.precision().torchType());
        attributes.put("recompute", compute.recompute() ? 1 : 0);
        attributes.put("deterministic", compute.deterministic() ? 1 : 0);
        attributes.put("gpu", device.isGpu() ? 1 : 0);
        return attributes;
    }

    /// Does work in this replica's thread.
    <T> Future<T> in(Supplier<T> work) {
        return worker.submit(work::get);
    }

    NDManager manager() {
        return program.manager();
    }

    /// @throws DeviceMemoryException if there is no room
    NDArray create(float[] values, Shape shape) {
        return program.allocating(() -> manager().create(values, shape));
    }

    /// @throws DeviceMemoryException if there is no room
    NDArray zerosLike(NDArray tensor) {
        return program.allocating(tensor::zerosLike);
    }

    /// @throws DeviceMemoryException if there is no room
    NDArray zeros(Shape shape) {
        return program.allocating(() -> manager().zeros(shape));
    }

    /// Overwrites some of a tensor's numbers.
    ///
    /// @param from the first
    /// @throws DeviceMemoryException if there is no room for them on their way
    void put(float[] values, long from, NDArray into) {
        try (NDManager scope = manager().newSubManager();
                NDArray some = Pieces.some(into, from, values.length)) {
            NDArray piece = program.allocating(() -> scope.create(values));
            call("copy", inOrder("into", List.of(some), "other", List.of(piece)), List.of());
        }
    }

    private static Map<String, List<NDArray>> inOrder(
            String first, List<NDArray> one, String second, List<NDArray> other) {
        Map<String, List<NDArray>> lists = new LinkedHashMap<>();
        lists.put(first, one);
        lists.put(second, other);
        return lists;
    }

    List<NDArray> parameters() {
        return parameters;
    }

    /// AdamW's first moments of the parameters that this replica updates, by the parameter's place.
    Map<Integer, NDArray> firstMoments() {
        return firstMoments;
    }

    /// AdamW's second moments, likewise.
    Map<Integer, NDArray> secondMoments() {
        return secondMoments;
    }

    /// The gradients of the summed loss of all predicted tokens, left here.
    ///
    /// @param tokens `[K, sequences, context + 1]`, flat
    /// @return summed loss, then squared norm of the gradient, `[2][K]`
    /// @throws DeviceMemoryException if not even one sequence at a time fits
    float[][] gradients(int[] tokens, int sequences, int context) {
        if (gradients.isEmpty()) {
            addGradients();
        }
        float[] result =
                inTiles("gradients", inOrder("p", parameters, "g", gradients), tokens, models, sequences, context);
        return new float[][] {Arrays.copyOf(result, models), Arrays.copyOfRange(result, models, 2 * models)};
    }

    /// All or none: the next call tries again.
    private void addGradients() {
        try {
            parameters.forEach(parameter -> gradients.add(zerosLike(parameter)));
        } catch (DeviceMemoryException e) {
            gradients.forEach(NDArray::close);
            gradients.clear();
            throw e;
        }
    }

    /// @param tokens `[sequences, context + 1]`, flat; all models see the same
    /// @return mean loss, `[K][sequences]`
    float[][] losses(int[] tokens, int sequences, int context) {
        float[] flat = inTiles("sequence_losses", Map.of("p", parameters), tokens, 1, sequences, context);
        float[][] losses = new float[models][];
        Arrays.setAll(losses, k -> Arrays.copyOfRange(flat, k * sequences, (k + 1) * sequences));
        return losses;
    }

    /// @param tokens `[sequences, context + 1]`, flat; all models see the same
    /// @return of each predicted token its log-probability, the first K rows, and 1 where none is more
    ///     probable, else 0, the others: `[2 K][sequences * context]`
    float[][] likelihoods(int[] tokens, int sequences, int context) {
        float[] flat = inTiles("likelihoods", Map.of("p", parameters), tokens, 1, sequences, context);
        float[][] likelihoods = new float[2 * models][];
        int row = sequences * context;
        Arrays.setAll(likelihoods, i -> Arrays.copyOfRange(flat, i * row, (i + 1) * row));
        return likelihoods;
    }

    /// Runs a method that walks through the sequences some at a time; where they do not fit into the device's
    /// memory, fewer.
    private float[] inTiles(
            String method, Map<String, List<NDArray>> lists, int[] tokens, int models, int sequences, int context) {
        if (tokensAtATime == 0) {
            divide(context);
        }
        while (true) {
            int atATime = Math.clamp(tokensAtATime / context, 1, sequences);
            try (NDManager scope = manager().newSubManager()) {
                return program.allocating(() -> {
                    NDArray batch = scope.create(
                            IntBuffer.wrap(tokens), new Shape(models, sequences, context + 1), DataType.INT32);
                    NDArray control = scope.create(new float[] {atATime, chunk});
                    return program.call(scope, method, lists, List.of(batch, control), gpu)
                            .toFloatArray();
                });
            } catch (DeviceMemoryException e) {
                if (atATime > 1) {
                    tokensAtATime = (long) atATime * context / 2;
                } else if (chunk > 1) {
                    chunk = Math.max(1, Math.min(chunk, context) / 8);
                } else {
                    throw e;
                }
            }
        }
    }

    /// Decides by the memory that is free now, beside what a step takes of it in any case.
    private void divide(int context) {
        if (!gpu) {
            tokensAtATime = CPU_TOKENS;
            divideLogits(Math.max(1, CPU_LOGITS / config.vocabulary()));
            return;
        }
        Memory memory = new Memory(config, models, context, compute, 1);
        OptionalLong free = device.freeBytes();
        if (free.isEmpty()) {
            tokensAtATime = Long.MAX_VALUE;
            divideLogits(Memory.CHUNK);
            return;
        }
        long gradientsToCome = gradients.isEmpty() ? memory.gradients() : 0;
        double left = Memory.SHARE * free.getAsLong() - gradientsToCome - memory.products() - memory.temporary();
        divideLogits(memory.chunk(left));
        tokensAtATime = (long) memory.sequences(left, chunk) * context;
    }

    /// Has logits exist of some tokens of each model at a time, unless that is decided already.
    void divideLogits(int tokens) {
        chunk = chunk == 0 ? tokens : chunk;
    }

    /// Adds another replica's gradients to this one's, of the parameters that this one updates.
    void add(Replica other) {
        call("add", inOrder("into", owned(gradients), "other", owned(other.gradients)), List.of());
    }

    /// Squared norm of each model's gradient, of the parameters that this replica updates.
    float[] squares() {
        return call("squares", Map.of("g", owned(gradients)), List.of());
    }

    /// One step of AdamW of the parameters that this replica updates.
    ///
    /// @param scale what each model's gradient is multiplied with; 0 leaves the model as it is
    void update(int step, double learningRate, double weightDecay, double[] scale) {
        try (NDManager scope = manager().newSubManager()) {
            float[] control = new float[3 + models];
            control[0] = (float) learningRate;
            control[1] = (float) weightDecay;
            control[2] = step;
            for (int k = 0; k < models; k++) {
                control[3 + k] = (float) scale[k];
            }
            Map<String, List<NDArray>> lists = new LinkedHashMap<>();
            lists.put("p", owned(parameters));
            lists.put("m", List.copyOf(firstMoments.values()));
            lists.put("v", List.copyOf(secondMoments.values()));
            lists.put("g", owned(gradients));
            call("update", lists, List.of(scope.create(control)));
        }
    }

    /// Takes over the parameters that another replica updates.
    void copy(Replica other) {
        call("copy", inOrder("into", other.owned(parameters), "other", other.owned(other.parameters)), List.of());
    }

    /// Floating-point operations a second of a product of two square matrices.
    ///
    /// @param rows of each
    double productRate(int rows) {
        try (NDManager scope = manager().newSubManager()) {
            List<NDArray> two =
                    List.of(scope.randomNormal(new Shape(1, rows, rows)), scope.randomNormal(new Shape(1, rows, rows)));
            double best = 0;
            for (int i = 0; i < 3; i++) { // the first warms up
                long start = System.nanoTime();
                call("products", Map.of(), two);
                best = Math.max(best, PRODUCTS * 2.0 * rows * rows * rows * 1e9 / (System.nanoTime() - start));
            }
            return best;
        }
    }

    private <T> List<T> owned(List<T> all) {
        return firstMoments.keySet().stream().map(all::get).toList();
    }

    /// Returns when the device is done: the result is fetched from it.
    private float[] call(String method, Map<String, List<NDArray>> lists, List<NDArray> tensors) {
        try (NDManager scope = manager().newSubManager()) {
            return program.call(scope, method, lists, tensors, false).toFloatArray();
        }
    }

    @Override
    public void close() {
        worker.shutdown();
        program.close();
    }
}
