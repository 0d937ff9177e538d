package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.data.Batches;
import io.regmixd.data.SmallCorpus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineBenchmarkTest {

    private static final LlamaConfig TINY = new LlamaConfig(1, 1, 2, 3, 256);
    private static final int CONTEXT = 4;
    private static final int SEQUENCES = 2;

    @TempDir
    Path folder;

    @Test
    void aRoundGivesEachGroupATurnInItsPrecision() throws Exception {
        List<EngineBenchmark.Group> groups = List.of(
                new EngineBenchmark.Group("tiny", TINY, 1, Precision.FLOAT32),
                new EngineBenchmark.Group("tiny", TINY, 3, Precision.BFLOAT16));
        try (EngineBenchmark benchmark =
                new EngineBenchmark(batches(), SEQUENCES, 16, 0.01, groups, ComputeDevice.cpu(2))) {
            EngineBenchmark.Round round = benchmark.round();

            assertThat(round.turns()).hasSize(2);
        }
    }

    /// By hand, weights of the matrices of one model of width 2, hidden 3, vocabulary 256: query, key and
    /// value 2 x 6, attention's output 2 x 2, gate and up 2 x 6, down 3 x 2, output 2 x 256, in all 546; six
    /// operations each. Attention: at position t of 4, scores and values are two products of t x 2 with two
    /// operations each, forward, and twice that backward: 24 t, with t on average half of the context
    /// 24 x 2 = 48.
    @Test
    void operationsOfAStepAreThoseCountedByHand() {
        EngineBenchmark.Group group = new EngineBenchmark.Group("tiny", TINY, 3, Precision.FLOAT32);

        assertThat(group.tokens(CONTEXT, SEQUENCES)).isEqualTo(24);
        assertThat(group.flops(CONTEXT, SEQUENCES)).isCloseTo(24 * (6 * 546 + 48), within(1e-6));
    }

    @Test
    void thePeerGetsTheParametersAndTokensThatGaveTheLosses() throws Exception {
        Batches batches = batches();

        double[] losses = EngineBenchmark.exportForPeer(batches, TINY, SEQUENCES, ComputeDevice.cpu(1), folder);

        ByteBuffer tokens = read("tokens.i32");
        int[] first = new int[SEQUENCES * (CONTEXT + 1)];
        tokens.asIntBuffer().get(first);
        assertThat(read("parameters.f32").remaining()).isEqualTo((int) TINY.parameters() * Float.BYTES);
        try (Llama llama = Llama.initialise(TINY, new long[] {1}, ComputeDevice.cpu(1), Compute.FLOAT32)) {
            float[] embedding = llama.parameter("embedding").toFloatArray();
            float[] exported = new float[embedding.length];
            read("parameters.f32").asFloatBuffer().get(exported);
            assertThat(exported).containsExactly(embedding);
            ReferenceLlama reference = new ReferenceLlama(llama, 0);
            double expected = 0;
            for (int s = 0; s < SEQUENCES; s++) {
                int[] sequence = Arrays.copyOfRange(first, s * (CONTEXT + 1), (s + 1) * (CONTEXT + 1));
                expected += reference.loss(sequence) / SEQUENCES;
            }
            assertThat(losses[0]).isCloseTo(expected, within(1e-4));
        }
    }

    private Batches batches() throws Exception {
        return Batches.of(SmallCorpus.in(folder), CONTEXT);
    }

    private ByteBuffer read(String name) throws Exception {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
    }
}
