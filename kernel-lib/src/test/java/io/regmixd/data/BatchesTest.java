package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {

    private static final int CONTEXT = 32;

    @TempDir
    private static Path temporary;

    private static Corpus corpus;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        LocalRepository repository = new LocalRepository(temporary.resolve("repository"));
        corpus = Corpus.prepare(
                repository.threeDomains(),
                temporary,
                temporary.resolve("corpora"),
                repository.source(),
                Progress.SILENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 32, 100})
    void trainingWindowsAreAllThatFit(int context) {
        Batches batches = Batches.of(corpus, context);
        for (int d = 0; d < 3; d++) {
            long windows = batches.windows(d);
            assertThat(windows * context + 1).isLessThanOrEqualTo(corpus.trainTokens(d));
            assertThat((windows + 1) * context + 1).isGreaterThan(corpus.trainTokens(d));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 32, 100})
    void validationWindowsPredictEveryTokenOnce(int context) throws Exception {
        Batches batches = Batches.of(corpus, context);
        byte[] tokens = Files.readAllBytes(corpus.folder().resolve("beta.validation.tokens"));
        int sequences = batches.validationSequences(1, Integer.MAX_VALUE);
        assertThat(sequences).isEqualTo((tokens.length - 1) / context);
        for (int sequence = 0; sequence < sequences; sequence++) {
            int[] window = new int[context + 1];
            batches.validation(1, sequence, window, 0);
            for (int i = 0; i <= context; i++) {
                assertThat(window[i]).isEqualTo(tokens[sequence * context + i] & 0xFF);
            }
        }
    }

    @Test
    void validationStopsAtTheTokensAskedFor() {
        Batches batches = Batches.of(corpus, CONTEXT);
        assertThat(batches.validationSequences(0, 32)).isEqualTo(1);
        assertThat(batches.validationSequences(0, 63)).isEqualTo(1);
        assertThat(batches.validationSequences(0, 320)).isEqualTo(10);
        assertThatThrownBy(() -> batches.validationSequences(0, 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31 tokens");
    }

    @Test
    void contextLongerThanADomainIsRefused() {
        int heldOut = Math.toIntExact(corpus.validationTokens(0));
        assertThat(Batches.of(corpus, 100).context()).isEqualTo(100);
        assertThatThrownBy(() -> Batches.of(corpus, heldOut))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("domain alpha has " + heldOut + " held-out tokens")
                .hasMessageContaining("choose a shorter context");
        assertThatThrownBy(() -> Batches.of(corpus, 100_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("domain alpha has")
                .hasMessageContaining("tokens to train on");
        assertThatThrownBy(() -> Batches.of(corpus, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void validationWindowsOutOfRangeAreRefused() {
        Batches batches = Batches.of(corpus, CONTEXT);
        int[] into = new int[CONTEXT + 1];
        assertThatThrownBy(() -> batches.validation(0, 1000, into, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batches.validation(0, -1, into, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
