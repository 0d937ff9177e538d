package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.store.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// All ways of computing a step give the same step: over one device or several, all sequences at once or some
/// at a time, activations kept or not, by the parts meant for a CPU or for a GPU.
class ReplicasTest {

    private static final LlamaConfig TINY = new LlamaConfig(2, 2, 8, 6, 11);
    private static final int SEQUENCES = 6;
    private static final int CONTEXT = 70; // more than attention handles at a time
    private static final long[] SEEDS = {1, 2};

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void severalDevicesEqualOneThatTakesAllTheirSequences(int devices) {
        assertSameTraining(
                Llama.initialise(TINY, SEEDS, ComputeDevice.cpu(1), Compute.FLOAT32),
                Llama.initialise(TINY, SEEDS, ComputeDevice.cpu(devices), Compute.FLOAT32));
    }

    static List<Map<String, Integer>> otherWays() {
        return List.of(
                Map.of("gpu", 1, "models", 2),
                Map.of("gpu", 1, "models", 2, "deterministic", 1),
                Map.of("models", 2),
                Map.of("recompute", 1),
                Map.of("gpu", 1, "models", 2, "recompute", 1));
    }

    @ParameterizedTest
    @MethodSource("otherWays")
    void everyWayOfComputingAStepGivesTheSameStep(Map<String, Integer> attributes) {
        assertSameTraining(Llama.initialise(TINY, SEEDS, ComputeDevice.cpu(1), Compute.FLOAT32), with(attributes));
    }

    /// A CPU handles 1,024 tokens at a time: one of these sequences, or both of the shorter.
    @Test
    void sequencesOneAfterTheOtherEqualSequencesTogether() {
        int context = 600;
        int[] tokens = tokens(2 * 2, context, 1);
        try (Llama oneAtATime = Llama.initialise(TINY, SEEDS, ComputeDevice.cpu(1), Compute.FLOAT32);
                Llama together = with(Map.of("gpu", 1, "models", 2))) {
            for (int step = 1; step <= 3; step++) {
                assertClose(
                        oneAtATime.train(tokens, 2, context, step, 1e-2, 0.1),
                        together.train(tokens, 2, context, step, 1e-2, 0.1));
            }
        }
    }

    @Test
    void modelsSavedFromOneNumberOfDevicesGoOnWithAnother(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("models.arrow");
        int[] tokens = tokens(SEEDS.length * SEQUENCES, CONTEXT, 1);
        try (Llama two = Llama.initialise(TINY, SEEDS, ComputeDevice.cpu(2), Compute.FLOAT32)) {
            two.train(tokens, SEQUENCES, CONTEXT, 1, 1e-2, 0.1);
            TensorFile.write(file, Map.of(), two.tensors());
            for (int devices : new int[] {1, 2, 3}) {
                try (TensorFile saved = TensorFile.open(file);
                        Llama restored = Llama.restore(TINY, 2, saved, ComputeDevice.cpu(devices), Compute.FLOAT32)) {
                    assertThat(all(restored)).isEqualTo(all(two));
                }
            }
        }
    }

    @Test
    void fewerSequencesThanDevicesAreEvaluatedButNotTrained() {
        int[] tokens = tokens(1, CONTEXT, 1);
        try (Llama one = Llama.initialise(TINY, new long[] {1}, ComputeDevice.cpu(1), Compute.FLOAT32);
                Llama three = Llama.initialise(TINY, new long[] {1}, ComputeDevice.cpu(3), Compute.FLOAT32)) {
            assertThat(three.losses(tokens, 1, CONTEXT)[0][0])
                    .isCloseTo(one.losses(tokens, 1, CONTEXT)[0][0], within(1e-6f));
            assertThatThrownBy(() -> three.train(tokens, 1, CONTEXT, 1, 1e-2, 0.1))
                    .hasMessage("1 sequences a step are fewer than the 3 devices");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64})
    void logitsOfSomeTokensAtATimeGiveTheSameStep(int tokens) {
        assertSameTraining(
                Llama.initialise(TINY, SEEDS, ComputeDevice.cpu(1), Compute.FLOAT32),
                with(Map.of("gpu", 1, "models", 2), tokens));
    }

    private static Llama with(Map<String, Integer> given) {
        return with(given, 1024);
    }

    /// @param logits tokens of each model whose logits exist at a time
    private static Llama with(Map<String, Integer> given, int logits) {
        ComputeDevice device = ComputeDevice.cpu();
        Map<String, Integer> attributes =
                new LinkedHashMap<>(Replica.attributes(TINY, SEEDS.length, device, Compute.FLOAT32));
        attributes.putAll(given);
        Replica replica = new Replica(TINY, SEEDS.length, device, Compute.FLOAT32, attributes);
        replica.divideLogits(logits);
        Llama llama = new Llama(TINY, SEEDS.length, List.of(replica), Pieces.USUAL);
        llama.initialise(SEEDS);
        return llama;
    }

    private static void assertSameTraining(Llama a, Llama b) {
        try (a;
                b) {
            for (int step = 1; step <= 3; step++) {
                int[] tokens = tokens(SEEDS.length * SEQUENCES, CONTEXT, step);
                assertClose(
                        a.train(tokens, SEQUENCES, CONTEXT, step, 1e-2, 0.1),
                        b.train(tokens, SEQUENCES, CONTEXT, step, 1e-2, 0.1));
            }
            Map<String, List<Float>> expected = all(a);
            all(b).forEach((name, values) -> {
                for (int i = 0; i < values.size(); i++) {
                    assertThat(values.get(i))
                            .as(name)
                            .isCloseTo(expected.get(name).get(i), within(2e-4f));
                }
            });
            int[] tokens = tokens(SEQUENCES, CONTEXT, 9);
            float[][] losses = a.losses(tokens, SEQUENCES, CONTEXT);
            float[][] same = b.losses(tokens, SEQUENCES, CONTEXT);
            List<List<Likelihood>> likelihoods = b.likelihoods(wholeSequences(tokens));
            for (int k = 0; k < SEEDS.length; k++) {
                assertThat(same[k]).containsExactly(losses[k], within(1e-4f));
                for (int s = 0; s < SEQUENCES; s++) {
                    assertThat(likelihoods.get(k).get(s).logProbability())
                            .isCloseTo(-CONTEXT * losses[k][s], within(1e-2));
                }
            }
        }
    }

    private static List<Continuation> wholeSequences(int[] tokens) {
        int row = CONTEXT + 1;
        return IntStream.range(0, SEQUENCES)
                .mapToObj(s -> new Continuation(Arrays.copyOfRange(tokens, s * row, (s + 1) * row), 1))
                .toList();
    }

    private static void assertClose(List<Llama.Step> expected, List<Llama.Step> shown) {
        for (int k = 0; k < expected.size(); k++) {
            assertThat(shown.get(k).loss()).isCloseTo(expected.get(k).loss(), within(1e-5));
            assertThat(shown.get(k).gradientNorm()).isCloseTo(expected.get(k).gradientNorm(), within(1e-4));
        }
    }

    /// Parameters and moments.
    private static Map<String, List<Float>> all(Llama llama) {
        Map<String, List<Float>> all = new LinkedHashMap<>();
        for (TensorFile.Tensor tensor : llama.tensors()) {
            List<Float> values = new ArrayList<>();
            for (float value : tensor.data()) {
                values.add(value);
            }
            all.put(tensor.name(), values);
        }
        return all;
    }

    private static int[] tokens(int sequences, int context, long seed) {
        return new Random(seed)
                .ints(sequences * (context + 1L), 0, TINY.vocabulary())
                .toArray();
    }
}
