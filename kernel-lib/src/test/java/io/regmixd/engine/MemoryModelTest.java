package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the written model of a device's memory says, and what is decided by it.
class MemoryModelTest {

    private static final LlamaConfig TINY = new LlamaConfig(1, 1, 2, 3, 5);
    private static final int CONTEXT = 7;
    private static final long GB = 1_000_000_000;

    private static Memory memory(String size, int models, Compute compute, int devices) {
        return new Memory(LlamaConfig.preset(size), models, 2048, compute, devices);
    }

    @Test
    void partsOfATinyModelAreThoseCountedByHand() {
        // embedding 5 x 2, gain 2, query-key-value 2 x 6, output 2 x 2, gain 2, gate-and-up 2 x 6, down 3 x 2, gain 2,
        // output 2 x 5: 60 parameters
        Memory three = new Memory(TINY, 3, CONTEXT, Compute.FLOAT32, 1);
        assertThat(three.parameters()).isEqualTo(3 * 4 * 60);
        assertThat(three.gradients()).isEqualTo(3 * 4 * 60);
        assertThat(three.moments()).isEqualTo(3 * 8 * 60);
        assertThat(three.products()).isEqualTo(3 * 4 * (12 + 12 + 10));
        assertThat(new Memory(TINY, 3, CONTEXT, Compute.BFLOAT16, 1).products())
                .isEqualTo(3 * 2 * (12 + 4 + 12 + 6 + 10));
        assertThat(three.temporary()).isEqualTo(3 * 4 * 5 * 2);
        assertThat(three.logits(4)).isEqualTo(3 * 4 * 5 * 8);
        // a token keeps 6 widths and 4 hiddens; meanwhile there are 8 and 6
        assertThat(three.activations(CONTEXT)).isEqualTo(3 * 7 * 4 * (6 * 2 + 4 * 3 + 8 * 2 + 6 * 3));
    }

    @Test
    void momentsAreSharedByTheDevicesAndAllElseIsOnEach() {
        Memory one = memory("1B", 1, Compute.BFLOAT16, 1);
        Memory eight = memory("1B", 1, Compute.BFLOAT16, 8);
        assertThat(eight.moments()).isEqualTo(one.moments() / 8);
        assertThat(one.state() - eight.state()).isEqualTo(one.moments() - eight.moments());
    }

    @Test
    void asManyModelsTrainTogetherAsFitByTheModel() {
        for (int fit : new int[] {2, 3}) {
            long enough = (long) Math.ceil(new Memory(TINY, fit, CONTEXT, Compute.FLOAT32, 1).least() / Memory.SHARE);
            assertThat(modelsThatFit(enough, 16)).isEqualTo(fit);
            assertThat(modelsThatFit(enough - 2, 16)).isEqualTo(fit - 1);
            assertThat(modelsThatFit(enough, 1)).isEqualTo(1);
        }
        assertThat(modelsThatFit(0, 16)).isEqualTo(1);
        assertThat(Llama.modelsThatFit(TINY, CONTEXT, Compute.FLOAT32, ComputeDevice.cpu(2), 16))
                .isEqualTo(16);
    }

    private static int modelsThatFit(long free, int most) {
        ComputeDevice gpu = ComputeDevice.gpu(0, new FakeGpus(1, free));
        return Llama.modelsThatFit(TINY, CONTEXT, Compute.FLOAT32, List.of(gpu), most);
    }

    @ParameterizedTest
    @CsvSource({"1M, 16", "60M, 4", "1B, 1"})
    void logitsAreOfAtLeast1024TokensOfEachModelWhereAnotherSequenceFitsBesides(String size, int models) {
        Memory memory = memory(size, models, Compute.BFLOAT16, 8);
        double room = memory.logits(1024) + memory.activations(2048);
        assertThat(memory.chunk(room)).isEqualTo(1024);
        assertThat(memory.chunk(100 * room)).isEqualTo(4096);
        assertThat(memory.chunk(0.99 * room)).isEqualTo(512);
        assertThat(memory.chunk(0)).isEqualTo(1);
    }

    @Test
    void whatIsLeftHoldsTheSequencesAtATime() {
        Memory memory = memory("1M", 4, Compute.BFLOAT16, 1);
        double left = memory.logits(1024) + 5.5 * memory.activations(2048);
        assertThat(memory.sequences(left, 1024)).isEqualTo(5);
        assertThat(memory.sequences(0, 1024)).isEqualTo(1);
    }

    /// The table in docs/gpu.md; where it differs, the page is to be mended.
    @Test
    void documentationTellsWhatTheModelSays() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int gigabytes : new int[] {24, 80, 141}) {
            for (String size : new String[] {"1M", "60M", "1B"}) {
                rows.add(row(gigabytes, size));
            }
        }
        assertThat(Files.readAllLines(Path.of("../docs/gpu.md"))).containsSubsequence(rows);
    }

    /// A gigabyte is left to CUDA itself.
    private static String row(int gigabytes, String size) {
        long free = (gigabytes - 1) * GB;
        int models = 64;
        while (models > 0 && !memory(size, models, Compute.BFLOAT16, 1).fits(free)) {
            models--;
        }
        int targets = 64;
        while (targets > 0 && !memory(size, targets, Compute.BFLOAT16, 8).fits(free)) {
            targets--;
        }
        Memory one = memory(size, 1, Compute.BFLOAT16, 1);
        double left = Memory.SHARE * free - one.state();
        int chunk = one.chunk(left);
        return String.format(
                Locale.ROOT,
                "| %d GB | %s | %.2f | %s | %s | %s |",
                gigabytes,
                size,
                one.state() / 1e9,
                models == 0 ? "none" : models == 64 ? "64 or more" : String.valueOf(models),
                models == 0 ? "" : one.sequences(left, chunk) + " sequences, logits of " + chunk + " tokens",
                targets == 0 ? "none" : targets == 64 ? "64 or more" : String.valueOf(targets));
    }
}
