package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.store.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {

    private static final LlamaConfig TINY = new LlamaConfig(2, 2, 8, 6, 11);
    private static final int SEQUENCES = 2;
    private static final int CONTEXT = 5;
    private static final double LEARNING_RATE = 1e-2;
    private static final double DECAY = 0.1;

    @Test
    void lossesEqualTheReferenceInFloat64() {
        int[] tokens = tokens(SEQUENCES, 1);
        try (Llama llama = models(3, 5)) {
            float[][] losses = llama.losses(tokens, SEQUENCES, CONTEXT);

            for (int k = 0; k < 2; k++) {
                ReferenceLlama reference = new ReferenceLlama(llama, k);
                for (int s = 0; s < SEQUENCES; s++) {
                    assertThat((double) losses[k][s])
                            .isCloseTo(reference.loss(sequence(tokens, s)), Percentage.withPercentage(1e-4));
                }
            }
        }
    }

    /// Sequences of different lengths in one batch, on one device and dealt out to two; the models see the
    /// same.
    @Test
    void likelihoodsOfContinuationsEqualTheReferenceInFloat64() {
        List<Continuation> batch = new ArrayList<>();
        Random random = new Random(7);
        for (int length : new int[] {2, 5, 9, 3, 9}) {
            int[] tokens = random.ints(length, 0, TINY.vocabulary()).toArray();
            batch.add(new Continuation(tokens, Math.max(1, length - 3)));
        }
        for (int devices = 1; devices <= 2; devices++) {
            try (Llama llama = Llama.initialise(TINY, new long[] {3, 5}, ComputeDevice.cpu(devices), Compute.FLOAT32)) {
                batch.add(greedy(new ReferenceLlama(llama, 1)));

                List<List<Likelihood>> likelihoods = llama.likelihoods(batch);

                for (int k = 0; k < 2; k++) {
                    ReferenceLlama reference = new ReferenceLlama(llama, k);
                    assertThat(likelihoods.get(k)).hasSameSizeAs(batch);
                    for (int b = 0; b < batch.size(); b++) {
                        int[] tokens = new int[batch.get(b).length()];
                        batch.get(b).copyTo(tokens, 0, TINY.vocabulary());
                        double[][] logits = reference.logits(tokens);
                        double sum = 0;
                        boolean greedy = true;
                        for (int t = batch.get(b).from(); t < tokens.length; t++) {
                            sum += ReferenceLlama.logProbability(logits[t - 1], tokens[t]);
                            greedy &= best(logits[t - 1]) == tokens[t];
                        }
                        assertThat(likelihoods.get(k).get(b).logProbability()).isCloseTo(sum, within(1e-5));
                        assertThat(likelihoods.get(k).get(b).greedy()).isEqualTo(greedy);
                    }
                }
                assertThat(likelihoods.get(1).getLast().greedy()).isTrue();
                batch.removeLast();
            }
        }
    }

    @Test
    void likelihoodsAreRefusedForTokensOutsideTheVocabularyAndForNothingToJudge() {
        try (Llama llama = models(1)) {
            Continuation foreign = new Continuation(new int[] {1, TINY.vocabulary()}, 1);
            assertThatThrownBy(() -> llama.likelihoods(List.of(foreign)))
                    .hasMessageContaining("token 11 is none of the vocabulary, 0 to 10");
        }
        assertThatThrownBy(() -> new Continuation(new int[] {1, 2}, 2)).hasMessageContaining("give 1 to 1");
        assertThatThrownBy(() -> new Continuation(new int[] {1, 2}, 0)).hasMessageContaining("give 1 to 1");
    }

    /// What the model itself would say after a token.
    private static Continuation greedy(ReferenceLlama reference) {
        int[] tokens = {4, 0, 0, 0};
        for (int t = 1; t < tokens.length; t++) {
            tokens[t] = best(reference.logits(tokens)[t - 1]);
        }
        return new Continuation(tokens, 1);
    }

    private static int best(double[] logits) {
        return IntStream.range(0, logits.length)
                .boxed()
                .max(Comparator.comparingDouble(i -> logits[i]))
                .orElseThrow();
    }

    /// Gradients of the reference by central differences; AdamW after Loshchilov and Hutter 2019 (arXiv
    /// 1711.05101, algorithm 2) in float64. Two steps, so that the moments and their bias correction count; the
    /// second clips.
    @Test
    void twoStepsOfAdamWEqualTheReferenceInFloat64() {
        try (Llama llama = models(3)) {
            ReferenceLlama reference = new ReferenceLlama(llama, 0);
            Map<String, double[][]> first = zeros(reference);
            Map<String, double[][]> second = zeros(reference);
            for (int step = 1; step <= 2; step++) {
                int[] tokens = tokens(SEQUENCES, step);
                Map<String, double[][]> gradient = gradient(reference, tokens);
                double norm = norm(gradient);
                double loss = meanLoss(reference, tokens);

                Llama.Step shown = llama.train(tokens, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY)
                        .getFirst();

                assertThat(shown.loss()).isCloseTo(loss, Percentage.withPercentage(1e-4));
                assertThat(shown.gradientNorm()).isCloseTo(norm, Percentage.withPercentage(1e-2));
                assertThat(norm).as("the clipping is exercised").isGreaterThan(1);
                adamW(reference, gradient, first, second, Math.min(1, 1 / norm), step);
                ReferenceLlama after = new ReferenceLlama(llama, 0);
                reference.parameters.forEach((name, expected) -> {
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(after.parameters.get(name)[i]).as(name).containsExactly(expected[i], within(2e-5));
                    }
                });
            }
        }
    }

    /// The reference trains by itself from the same start, and is never set to what the program came to.
    @Test
    void lossCurvesOfTwoModelsEqualTheReferencesInFloat64() {
        long[] seeds = {3, 5};
        int size = SEQUENCES * (CONTEXT + 1);
        try (Llama llama = models(seeds)) {
            List<ReferenceLlama> references = List.of(new ReferenceLlama(llama, 0), new ReferenceLlama(llama, 1));
            List<Map<String, double[][]>> first =
                    references.stream().map(LlamaTest::zeros).toList();
            List<Map<String, double[][]>> second =
                    references.stream().map(LlamaTest::zeros).toList();
            for (int step = 1; step <= 10; step++) {
                int[] tokens = tokens(seeds.length * SEQUENCES, step % 3);
                List<Llama.Step> shown = llama.train(tokens, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY);
                for (int k = 0; k < seeds.length; k++) {
                    int[] own = Arrays.copyOfRange(tokens, k * size, (k + 1) * size);
                    assertThat(shown.get(k).loss())
                            .as("model %d, step %d", k, step)
                            .isCloseTo(meanLoss(references.get(k), own), within(1e-4));
                    Map<String, double[][]> gradient = gradient(references.get(k), own);
                    double scale = Math.min(1, 1 / norm(gradient));
                    adamW(references.get(k), gradient, first.get(k), second.get(k), scale, step);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void modelsTrainedTogetherEqualModelsTrainedAlone(int models) {
        long[] seeds = IntStream.range(0, models).mapToLong(k -> 100 + k).toArray();
        List<List<Llama.Step>> together;
        try (Llama llama = models(seeds)) {
            together = IntStream.rangeClosed(1, 5)
                    .mapToObj(step -> llama.train(
                            tokens(models * SEQUENCES, step), SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY))
                    .toList();
        }
        int size = SEQUENCES * (CONTEXT + 1);
        for (int k = 0; k < models; k++) {
            try (Llama alone = models(seeds[k])) {
                for (int step = 1; step <= 5; step++) {
                    int[] own = Arrays.copyOfRange(tokens(models * SEQUENCES, step), k * size, (k + 1) * size);
                    double loss = alone.train(own, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY)
                            .getFirst()
                            .loss();
                    assertThat(together.get(step - 1).get(k).loss()).isCloseTo(loss, within(1e-4));
                }
            }
        }
    }

    /// The models are tiny and their gradients of order 1, so that a relative error of the norm speaks for all.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void lossesInBfloat16LieWithinAThousandthAndGradientsWithinTwoHundredthsOfFloat64(long seed) {
        int[] tokens = tokens(SEQUENCES, seed);
        try (Llama llama = Llama.initialise(TINY, new long[] {seed}, ComputeDevice.cpu(1), Compute.BFLOAT16)) {
            ReferenceLlama reference = new ReferenceLlama(llama, 0);
            double norm = norm(gradient(reference, tokens));
            double loss = meanLoss(reference, tokens);

            float[] shown = llama.losses(tokens, SEQUENCES, CONTEXT)[0];
            Llama.Step step = llama.train(tokens, SEQUENCES, CONTEXT, 1, LEARNING_RATE, DECAY)
                    .getFirst();

            assertThat((shown[0] + shown[1]) / 2.0).isCloseTo(loss, Percentage.withPercentage(0.1));
            assertThat(step.loss()).isCloseTo(loss, Percentage.withPercentage(0.1));
            assertThat(step.gradientNorm()).isCloseTo(norm, Percentage.withPercentage(2));
        }
    }

    /// T times the mean loss of T tokens is minus the logarithm of their probability. If no position sees a
    /// later one, the probabilities of all continuations by one token add up to that of what they continue.
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64, 70})
    void noPositionSeesALaterOne(int length) {
        int[] start = new Random(length).ints(length + 1L, 0, TINY.vocabulary()).toArray();
        try (Llama llama = models(3)) {
            double before = length * (double) llama.losses(start, 1, length)[0][0];
            double sum = IntStream.range(0, TINY.vocabulary())
                    .mapToDouble(next -> {
                        int[] longer = Arrays.copyOf(start, length + 2);
                        longer[length + 1] = next;
                        return Math.exp(before - (length + 1) * (double) llama.losses(longer, 1, length + 1)[0][0]);
                    })
                    .sum();
            assertThat(sum).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void modelThatDivergesIsFrozenAndItsNeighbourGoesOn() {
        try (Llama pair = models(1, 2);
                Llama alone = models(2)) {
            int[] tokens = tokens(2 * SEQUENCES, 1);
            int[] own = Arrays.copyOfRange(tokens, tokens.length / 2, tokens.length);
            pair.parameter("last_gain").set(new ai.djl.ndarray.index.NDIndex(0), Float.NaN);
            float[] before = pair.parameter("output").get(0).toFloatArray();
            for (int step = 1; step <= 3; step++) {
                List<Llama.Step> shown = pair.train(tokens, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY);
                double loss = alone.train(own, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY)
                        .getFirst()
                        .loss();

                assertThat(shown.get(0).finite()).isFalse();
                assertThat(shown.get(1).finite()).isTrue();
                assertThat(shown.get(1).loss()).isCloseTo(loss, within(1e-4));
            }
            assertThat(pair.parameter("output").get(0).toFloatArray()).containsExactly(before);
            try (Llama untrained = models(2)) {
                assertThat(pair.parameter("output").get(1).toFloatArray())
                        .isNotEqualTo(untrained.parameter("output").get(0).toFloatArray());
            }
        }
    }

    @Test
    void restoredModelsGoOnToTheBit(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("models.arrow");
        try (Llama llama = models(1, 2)) {
            int[] tokens = tokens(2 * SEQUENCES, 1);
            llama.train(tokens, SEQUENCES, CONTEXT, 1, LEARNING_RATE, DECAY);
            TensorFile.write(file, Map.of(), llama.tensors());
            try (TensorFile saved = TensorFile.open(file);
                    Llama restored = Llama.restore(TINY, 2, saved, ComputeDevice.cpu(1), Compute.FLOAT32)) {
                for (int step = 2; step <= 4; step++) {
                    assertThat(restored.train(tokens, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY))
                            .isEqualTo(llama.train(tokens, SEQUENCES, CONTEXT, step, LEARNING_RATE, DECAY));
                }
            }
            try (TensorFile saved = TensorFile.open(file)) {
                assertThatThrownBy(() -> Llama.restore(TINY, 3, saved, ComputeDevice.cpu(1), Compute.FLOAT32))
                        .hasMessageContaining("expected parameters.embedding");
            }
        }
    }

    @Test
    void presetsAreFoundByNameAndAWrongNameListsThem() {
        assertThat(LlamaConfig.preset("1B")).isEqualTo(LlamaConfig.regmix1B());
        assertThat(LlamaConfig.preset("60M")).isEqualTo(LlamaConfig.regmix60M());
        assertThat(LlamaConfig.preset("1M")).isEqualTo(LlamaConfig.regmix1M());
        assertThat(LlamaConfig.preset("demo")).isEqualTo(LlamaConfig.demoProxy());
        assertThatThrownBy(() -> LlamaConfig.preset("7B"))
                .hasMessageContaining("no model size 7B")
                .hasMessageContaining("60M");
    }

    @Test
    void sizesOfTheRegMixPresetsAreThePublishedOnes() {
        assertThat(LlamaConfig.regmix1M().parameters()).isCloseTo(27_130_000L, Percentage.withPercentage(0.1));
        assertThat(LlamaConfig.regmix1M().nonEmbeddingParameters())
                .isCloseTo(1_310_000L, Percentage.withPercentage(0.3));
        assertThat(LlamaConfig.regmix60M().parameters()).isCloseTo(136_500_000L, Percentage.withPercentage(0.1));
        assertThat(LlamaConfig.regmix1B().parameters()).isCloseTo(1_337_000_000L, Percentage.withPercentage(0.1));
    }

    @Test
    void sizeThatDoesNotFitIsRefusedByField() {
        assertThatThrownBy(() -> new LlamaConfig(2, 3, 64, 128, 256))
                .hasMessageContaining("width 64 is not a multiple");
        assertThatThrownBy(() -> new LlamaConfig(0, 4, 64, 128, 256)).hasMessageContaining("layers 0");
    }

    private static Llama models(long... seeds) {
        return Llama.initialise(TINY, seeds, ComputeDevice.cpu(1), Compute.FLOAT32);
    }

    private static int[] tokens(int sequences, long seed) {
        return new Random(seed)
                .ints(sequences * (CONTEXT + 1L), 0, TINY.vocabulary())
                .toArray();
    }

    private static int[] sequence(int[] tokens, int s) {
        return Arrays.copyOfRange(tokens, s * (CONTEXT + 1), (s + 1) * (CONTEXT + 1));
    }

    private static double meanLoss(ReferenceLlama reference, int[] tokens) {
        return IntStream.range(0, SEQUENCES)
                .mapToDouble(s -> reference.loss(sequence(tokens, s)))
                .average()
                .orElseThrow();
    }

    private static Map<String, double[][]> zeros(ReferenceLlama reference) {
        Map<String, double[][]> zeros = new LinkedHashMap<>();
        reference.parameters.forEach((name, matrix) -> zeros.put(name, new double[matrix.length][matrix[0].length]));
        return zeros;
    }

    private static double norm(Map<String, double[][]> gradient) {
        return Math.sqrt(gradient.values().stream()
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .map(g -> g * g)
                .sum());
    }

    private static Map<String, double[][]> gradient(ReferenceLlama reference, int[] tokens) {
        Map<String, double[][]> gradient = zeros(reference);
        double h = 1e-5;
        reference.parameters.forEach((name, matrix) -> {
            for (double[] row : matrix) {
                int i = Arrays.asList(matrix).indexOf(row);
                for (int j = 0; j < row.length; j++) {
                    double value = row[j];
                    row[j] = value + h;
                    double above = meanLoss(reference, tokens);
                    row[j] = value - h;
                    double below = meanLoss(reference, tokens);
                    row[j] = value;
                    gradient.get(name)[i][j] = (above - below) / (2 * h);
                }
            }
        });
        return gradient;
    }

    private static void adamW(
            ReferenceLlama reference,
            Map<String, double[][]> gradient,
            Map<String, double[][]> first,
            Map<String, double[][]> second,
            double scale,
            int step) {
        reference.parameters.forEach((name, matrix) -> {
            for (int i = 0; i < matrix.length; i++) {
                for (int j = 0; j < matrix[i].length; j++) {
                    double g = scale * gradient.get(name)[i][j];
                    double m = 0.9 * first.get(name)[i][j] + 0.1 * g;
                    double v = 0.95 * second.get(name)[i][j] + 0.05 * g * g;
                    first.get(name)[i][j] = m;
                    second.get(name)[i][j] = v;
                    double move = m / (1 - Math.pow(0.9, step)) / (Math.sqrt(v / (1 - Math.pow(0.95, step))) + 1e-8);
                    matrix[i][j] -= LEARNING_RATE * (DECAY * matrix[i][j] + move);
                }
            }
        });
    }
}
