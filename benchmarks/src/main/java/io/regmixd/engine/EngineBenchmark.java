package io.regmixd.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.regmixd.Progress;
import io.regmixd.data.Batches;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.mixture.Mixture;
import io.regmixd.store.TensorFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// How fast groups of models train on this machine, beside how fast it multiplies matrices: the Java side of
/// `./bench engine`.
///
/// It measures in rounds. In each round every contender has its turn, so that a machine that slows down slows
/// all of them. A group of at least as many models as devices is dealt out to them, as a sweep does it; a
/// smaller one trains on all devices together, as a target does. Assembling the batches counts, and is also
/// timed alone. Not thread-safe.
final class EngineBenchmark implements AutoCloseable {

    private static final int CONTEXT = 128; // as the demo's proxies
    private static final int SEQUENCES = 8;
    private static final LlamaConfig WIDTH_256 = new LlamaConfig(2, 8, 256, 512, 256);
    private static final List<Group> GROUPS = List.of(
            new Group("demo proxy", LlamaConfig.demoProxy(), 1, Precision.FLOAT32),
            new Group("demo proxy", LlamaConfig.demoProxy(), 8, Precision.FLOAT32),
            new Group("demo proxy", LlamaConfig.demoProxy(), 8, Precision.BFLOAT16),
            new Group("demo target", LlamaConfig.demoTarget(), 1, Precision.FLOAT32),
            new Group("demo target", LlamaConfig.demoTarget(), 1, Precision.BFLOAT16),
            new Group("width 256", WIDTH_256, 1, Precision.FLOAT32),
            new Group("width 256", WIDTH_256, 4, Precision.FLOAT32),
            new Group("width 256", WIDTH_256, 4, Precision.BFLOAT16));
    private static final int MATRIX = 2048;
    private static final double SECONDS_A_TURN = 1.5;

    private static final int PRODUCTS = 3; // a turn
    private static final int WARM_UP_STEPS = 3;
    private static final long SEED = 1;
    private static final double LEARNING_RATE = 4e-4;
    private static final double WEIGHT_DECAY = 0.1;
    private static final int PEER_BATCHES = 16;
    private static final int COMPARED_STEPS = 5;

    private final Batches batches;
    private final int sequences;
    private final List<ComputeDevice> devices;
    private final NDManager scope;
    private final NDArray left;
    private final NDArray right;
    private final ExecutorService threads;
    private final List<Contender> contenders = new ArrayList<>();

    /// K models of one size.
    ///
    /// @param name of the size, for people; without quotes
    /// @param precision of the matrix products
    record Group(String name, LlamaConfig model, int models, Precision precision) {

        /// Predicted tokens of one step.
        long tokens(int context, int sequences) {
            return (long) models * sequences * context;
        }

        /// Floating-point operations of one step.
        double flops(int context, int sequences) {
            return model.trainingFlops(context) * tokens(context, sequences);
        }
    }

    /// What one turn of a group showed, in means over its steps.
    ///
    /// @param batchSeconds to assemble a step's batches, the mean of the devices that do it side by side
    /// @param seconds      for the whole step, that included
    record Turn(double batchSeconds, double seconds) {}

    /// What one round showed.
    ///
    /// @param matmulSeconds of the fastest product of two float32 matrices by PyTorch's own `matmul`
    /// @param float32Rate   operations a second of all devices that multiply float32 matrices as models do
    /// @param bfloat16Rate  the same in bfloat16
    /// @param turns         in the order of the groups
    record Round(double matmulSeconds, double float32Rate, double bfloat16Rate, List<Turn> turns) {}

    /// Makes the models and warms everything up.
    ///
    /// @param sequences   in a step of each model
    /// @param matrix      rows and columns of the matrices that are multiplied
    /// @param turnSeconds how long about a turn of a group is
    EngineBenchmark(
            Batches batches,
            int sequences,
            int matrix,
            double turnSeconds,
            List<Group> groups,
            List<ComputeDevice> devices) {
        this.batches = batches;
        this.sequences = sequences;
        this.devices = devices;
        threads = Executors.newFixedThreadPool(devices.size());
        scope = NDManager.newBaseManager(devices.getFirst().device());
        left = scope.randomNormal(new Shape(matrix, matrix));
        right = scope.randomNormal(new Shape(matrix, matrix));
        matmulSeconds();
        for (Group group : groups) {
            contenders.add(new Contender(group, turnSeconds));
        }
    }

    /// Some models of a group that train by themselves.
    private final class Part {

        private final Llama llama;
        private final List<SequenceStream> streams;
        private final int[] tokens;
        private int step;
        private double batchSeconds;

        Part(Group group, int firstModel, int models, List<ComputeDevice> devices) {
            long[] seeds = LongStream.range(SEED + firstModel, SEED + firstModel + models)
                    .toArray();
            llama = Llama.initialise(group.model(), seeds, devices, new Compute(group.precision(), false, false));
            streams = streams(batches, firstModel, models);
            tokens = new int[models * sequences * (batches.context() + 1)];
        }

        Part train(int steps) {
            batchSeconds = 0;
            for (int i = 0; i < steps; i++) {
                long before = System.nanoTime();
                fill(batches, streams, sequences, tokens);
                batchSeconds += (System.nanoTime() - before) / 1e9;
                step++;
                List<Llama.Step> shown =
                        llama.train(tokens, sequences, batches.context(), step, LEARNING_RATE, WEIGHT_DECAY);
                if (!shown.stream().allMatch(Llama.Step::finite)) {
                    throw new IllegalStateException("a model diverged while it was measured: " + shown);
                }
            }
            return this;
        }
    }

    private final class Contender {

        private final List<Part> parts = new ArrayList<>();
        private final int stepsATurn;

        Contender(Group group, double turnSeconds) {
            int most = devices.size();
            if (group.models() < most) {
                parts.add(new Part(group, 0, group.models(), devices));
            } else {
                for (int d = 0; d < most; d++) {
                    int from = d * group.models() / most;
                    int models = (d + 1) * group.models() / most - from;
                    parts.add(new Part(group, from, models, List.of(devices.get(d))));
                }
            }
            turn(WARM_UP_STEPS);
            stepsATurn = (int) Math.ceil(turnSeconds / turn(WARM_UP_STEPS).seconds());
        }

        Turn turn() {
            return turn(stepsATurn);
        }

        private Turn turn(int steps) {
            long start = System.nanoTime();
            List<Future<Part>> all = parts.stream()
                    .map(part -> threads.submit(() -> part.train(steps)))
                    .toList();
            try {
                double batchSeconds = 0;
                for (Future<Part> part : all) {
                    batchSeconds += part.get().batchSeconds / all.size();
                }
                return new Turn(batchSeconds / steps, (System.nanoTime() - start) / 1e9 / steps);
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException("the measurement was stopped", e);
            }
        }
    }

    /// Each model reads with a seed of its own, so that no two see the same windows.
    private static List<SequenceStream> streams(Batches batches, int firstModel, int models) {
        return LongStream.range(SEED + firstModel, SEED + firstModel + models)
                .mapToObj(batches::stream)
                .toList();
    }

    /// Each model's next step of the natural mixture.
    private static void fill(Batches batches, List<SequenceStream> streams, int sequences, int[] tokens) {
        Mixture natural = batches.corpus().natural();
        int rows = sequences * (batches.context() + 1);
        for (int k = 0; k < streams.size(); k++) {
            streams.get(k).fill(natural, sequences, tokens, k * rows);
        }
    }

    /// Gives every contender its turn.
    Round round() {
        return new Round(
                matmulSeconds(),
                productRate(Precision.FLOAT32),
                productRate(Precision.BFLOAT16),
                contenders.stream().map(Contender::turn).toList());
    }

    private double productRate(Precision precision) {
        try (Llama any = Llama.initialise(
                new LlamaConfig(1, 1, 2, 2, 2), new long[] {SEED}, devices, new Compute(precision, false, false))) {
            return any.productRate((int) left.getShape().get(0));
        }
    }

    private double matmulSeconds() {
        ComputeDevice.cpu().enter();
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < PRODUCTS; i++) {
            long start = System.nanoTime();
            try (NDArray product = left.matMul(right)) {
                product.getFloat(0, 0); // a GPU is done only when a value is there
            }
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }

    @Override
    public void close() {
        threads.shutdown();
        contenders.forEach(contender -> contender.parts.forEach(part -> part.llama.close()));
        scope.close();
    }

    /// Leaves what a program in another language needs to train the same model on the same tokens: the initial
    /// parameters of one demo proxy in the order of [Llama#shapes] as `parameters.f32`, and the batches of its
    /// first steps as `tokens.i32`, both raw and little-endian.
    ///
    /// @return the losses of the first steps, before each
    static double[] exportForPeer(
            Batches batches, LlamaConfig model, int sequences, List<ComputeDevice> devices, Path folder)
            throws IOException {
        int[][] steps = new int[PEER_BATCHES][sequences * (batches.context() + 1)];
        ByteBuffer tokens = ByteBuffer.allocate(PEER_BATCHES * steps[0].length * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        List<SequenceStream> streams = streams(batches, 0, 1);
        for (int step = 0; step < PEER_BATCHES; step++) {
            fill(batches, streams, sequences, steps[step]);
            Arrays.stream(steps[step]).forEach(tokens::putInt);
        }
        Files.write(folder.resolve("tokens.i32"), tokens.array());
        try (Llama llama = Llama.initialise(model, new long[] {SEED}, devices, Compute.FLOAT32)) {
            ByteBuffer parameters = ByteBuffer.allocate(Math.toIntExact(model.parameters() * Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (TensorFile.Tensor tensor : llama.tensors()) {
                if (tensor.name().startsWith("parameters.")) {
                    for (float value : tensor.data()) {
                        parameters.putFloat(value);
                    }
                }
            }
            Files.write(folder.resolve("parameters.f32"), parameters.array());
            return IntStream.range(0, COMPARED_STEPS)
                    .mapToDouble(step -> llama.train(
                                    steps[step], sequences, batches.context(), step + 1, LEARNING_RATE, WEIGHT_DECAY)
                            .getFirst()
                            .loss())
                    .toArray();
        }
    }

    /// Prints a line of JSON that says what is measured, then one a round; a round begins when a line comes in
    /// from standard input, so that the caller may let a peer have its turn between two.
    ///
    /// @param args manifest, folder of the corpora, folder for what a peer needs
    public static void main(String[] args) throws IOException, InterruptedException {
        Progress progress = (step, fraction, message) -> {
            if (fraction == 1) {
                System.err.println(step + ": " + message);
            }
        };
        Corpus corpus = Corpus.prepare(Path.of(args[0]), Path.of(args[1]), progress);
        List<ComputeDevice> devices = ComputeDevice.attached();
        Batches batches = Batches.of(corpus, CONTEXT);
        double[] losses = exportForPeer(batches, LlamaConfig.demoProxy(), SEQUENCES, devices, Path.of(args[2]));
        try (EngineBenchmark benchmark =
                new EngineBenchmark(batches, SEQUENCES, MATRIX, SECONDS_A_TURN, GROUPS, devices)) {
            print(json(batches.context(), SEQUENCES, devices, losses));
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (in.readLine() != null) {
                print(json(benchmark.round()));
            }
        }
    }

    private static String json(int context, int sequences, List<ComputeDevice> devices, double[] losses) {
        LlamaConfig peer = LlamaConfig.demoProxy();
        String groups = GROUPS.stream()
                .map(group -> String.format(
                        Locale.ROOT,
                        "{\"name\": \"%s\", \"models\": %d, \"precision\": \"%s\", \"tokens\": %d, \"flops\": %s}",
                        group.name(),
                        group.models(),
                        group.precision().torchName(),
                        group.tokens(context, sequences),
                        group.flops(context, sequences)))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "{\"device\": \"%s\", \"threads\": %d, \"context\": %d, \"sequences\": %d, \"matrix\": %d, \"groups\": [%s], "
                        + "\"peer\": {\"layers\": %d, \"heads\": %d, \"width\": %d, \"hidden\": %d, \"vocabulary\": %d, "
                        + "\"learning_rate\": %s, \"weight_decay\": %s}, \"losses\": %s}",
                devices.stream().map(ComputeDevice::toString).collect(Collectors.joining("; ")),
                Runtime.getRuntime().availableProcessors(),
                context,
                sequences,
                MATRIX,
                groups,
                peer.layers(),
                peer.heads(),
                peer.width(),
                peer.hidden(),
                peer.vocabulary(),
                LEARNING_RATE,
                WEIGHT_DECAY,
                Arrays.toString(losses));
    }

    private static String json(Round round) {
        return String.format(
                Locale.ROOT,
                "{\"product_seconds\": %s, \"float32_rate\": %s, \"bfloat16_rate\": %s, \"turns\": [%s]}",
                round.matmulSeconds(),
                round.float32Rate(),
                round.bfloat16Rate(),
                round.turns().stream()
                        .map(turn -> "[" + turn.batchSeconds() + ", " + turn.seconds() + "]")
                        .collect(Collectors.joining(", ")));
    }

    private static void print(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
