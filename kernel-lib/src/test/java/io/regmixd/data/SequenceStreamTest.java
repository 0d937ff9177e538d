package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.mixture.Mixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceStreamTest {

    private static final int CONTEXT = 32;
    private static final int ROW = CONTEXT + 1;

    @TempDir
    private static Path temporary;

    private static Corpus corpus;
    private static Batches batches;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        corpus = SmallCorpus.in(temporary);
        batches = Batches.of(corpus, CONTEXT);
    }

    private static Mixture mixture(double... weights) {
        return Mixture.of(corpus.domains(), weights);
    }

    private static List<List<Integer>> windows(SequenceStream stream, Mixture mixture, int sequences) {
        int[] tokens = new int[sequences * ROW];
        stream.fill(mixture, sequences, tokens, 0);
        List<List<Integer>> windows = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            windows.add(window(tokens, i * ROW));
        }
        return windows;
    }

    private static List<Integer> window(int[] tokens, int start) {
        return Arrays.stream(tokens, start, start + ROW).boxed().toList();
    }

    @Test
    void anEpochPredictsEveryTokenOfTheDomainOnce() throws Exception {
        byte[] bytes = Files.readAllBytes(corpus.folder().resolve("beta.train.tokens"));
        int[] tokens = new int[bytes.length];
        Arrays.setAll(tokens, i -> bytes[i] & 0xFF);
        int count = (int) batches.windows(1);
        List<List<Integer>> expected = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            expected.add(window(tokens, w * CONTEXT));
        }
        List<List<Integer>> first = windows(batches.stream(3), mixture(0, 1, 0), count);
        assertThat(first).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(first).as("in an order of its own").isNotEqualTo(expected);
    }

    @Test
    void mixturesOfOneSeedSeeTheSameWindowsOfADomainInTheSameOrder() {
        List<List<Integer>> alone = windows(batches.stream(3), mixture(0, 1, 0), 60);
        SequenceStream mixed = batches.stream(3);
        List<List<Integer>> among = new ArrayList<>();
        while (among.size() < 60) {
            long before = mixed.drawn(1);
            List<Integer> window = windows(mixed, mixture(0.5, 0.3, 0.2), 1).getFirst();
            if (mixed.drawn(1) > before) {
                among.add(window);
            }
        }
        assertThat(among).containsExactlyElementsOf(alone);
        assertThat(windows(batches.stream(4), mixture(0, 1, 0), 60))
                .as("another seed")
                .isNotEqualTo(alone);
    }

    @Test
    void skippingLeavesTheStreamWhereReadingLeavesIt() {
        SequenceStream read = batches.stream(5);
        SequenceStream skipped = batches.stream(5);
        for (Mixture mixture : List.of(mixture(0.2, 0.5, 0.3), mixture(0.6, 0, 0.4), mixture(0, 0, 1))) {
            windows(read, mixture, 37);
            skipped.skip(mixture, 37);
        }
        Mixture then = mixture(0.3, 0.3, 0.4);
        List<List<Integer>> next = windows(read, then, 50);
        assertThat(windows(skipped, then, 50)).containsExactlyElementsOf(next);
        for (int d = 0; d < 3; d++) {
            assertThat(skipped.drawn(d)).isEqualTo(read.drawn(d));
        }
    }

    @Test
    void sequencesAreCountedByDomain() {
        SequenceStream stream = batches.stream(1);
        stream.skip(mixture(0.25, 0.75, 0), 400);
        assertThat(List.of(stream.drawn(0), stream.drawn(1), stream.drawn(2))).containsExactly(100L, 300L, 0L);
    }

    @Test
    void windowsAreWrittenWhereTheyShould() {
        int[] into = new int[3 + ROW + 2];
        Arrays.fill(into, -1);
        batches.stream(1).fill(corpus.natural(), 1, into, 3);
        assertThat(into).startsWith(-1, -1, -1).endsWith(-1, -1);
        assertThat(window(into, 3)).allMatch(token -> token >= 0 && token <= 255);
    }

    @Test
    void callsOutOfRangeAreRefused() {
        SequenceStream stream = batches.stream(1);
        int[] into = new int[ROW];
        Mixture others = Mixture.uniform(List.of("alpha", "beta"));
        assertThatThrownBy(() -> stream.fill(others, 1, into, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[alpha, beta, gamma]");
        assertThatThrownBy(() -> stream.skip(others, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stream.fill(corpus.natural(), 1, into, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
