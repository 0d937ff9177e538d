package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
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

    private static int[] window(Batches batches, Mixture mixture, long seed, int step, int row) {
        int[] window = new int[batches.context() + 1];
        batches.fill(mixture, seed, step, row, window, 0);
        return window;
    }

    private static Mixture mixture(double... weights) {
        return Mixture.of(corpus.domains(), weights);
    }

    /// The stream written down a second time, with the JDK's generator and the plain files.
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -7, 1L << 40})
    void windowsAreTheDocumentedFunctionOfSeedStepAndRow(long seed) throws Exception {
        double[] weights = {0.2, 0.5, 0.3};
        SplittableRandom steps = new SplittableRandom(seed);
        Batches batches = Batches.of(corpus, CONTEXT);
        for (int step = 0; step < 20; step++) {
            SplittableRandom rows = new SplittableRandom(steps.nextLong());
            for (int row = 0; row < 20; row++) {
                double uniform = (rows.nextLong() >>> 11) * 0x1p-53;
                int domain = uniform < 0.2 ? 0 : uniform < 0.7 ? 1 : 2;
                byte[] tokens = Files.readAllBytes(
                        corpus.folder().resolve(corpus.domains().get(domain) + ".train.tokens"));
                int windows = tokens.length - CONTEXT;
                int start = (int) Math.unsignedMultiplyHigh(rows.nextLong(), windows);
                int[] expected = new int[CONTEXT + 1];
                for (int i = 0; i <= CONTEXT; i++) {
                    expected[i] = tokens[start + i] & 0xFF;
                }
                assertThat(batches.domain(mixture(weights), seed, step, row)).isEqualTo(domain);
                assertThat(window(batches, mixture(weights), seed, step, row)).isEqualTo(expected);
            }
        }
    }

    @Test
    void streamDoesNotDependOnTheOrderOfCalls() {
        Batches batches = Batches.of(corpus, CONTEXT);
        Mixture mixture = mixture(0.2, 0.5, 0.3);
        List<Integer> order = new ArrayList<>();
        List<int[]> inOrder = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            order.add(i);
            inOrder.add(window(batches, mixture, 3, i / 10, i % 10));
        }
        Collections.shuffle(order, new Random(1));
        Batches others = Batches.of(corpus, CONTEXT);
        for (int i : order) {
            window(others, mixture, 99, i, i); // what another run asks for in between
            assertThat(window(others, mixture, 3, i / 10, i % 10)).isEqualTo(inOrder.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void domainsComeAsOftenAsTheMixtureSays(long seed) {
        double[] weights = {0.05, 0.7, 0.25};
        int draws = 20_000;
        int[] counts = new int[3];
        Batches batches = Batches.of(corpus, CONTEXT);
        for (int i = 0; i < draws; i++) {
            counts[batches.domain(mixture(weights), seed, i / 100, i % 100)]++;
        }
        double chiSquare = 0;
        for (int d = 0; d < 3; d++) {
            double expected = weights[d] * draws;
            chiSquare += (counts[d] - expected) * (counts[d] - expected) / expected;
        }
        assertThat(chiSquare).isLessThan(18.4); // 2 degrees of freedom, 1 in 10,000
    }

    /// A domain of one long text whose lines are numbers, so that a window tells where it starts.
    @Test
    void everyWindowIsAsLikely() throws Exception {
        LocalRepository repository = new LocalRepository(temporary.resolve("numbers"));
        Map<String, String> texts = LocalRepository.texts(1, 8, 8); // short: all held out
        StringBuilder numbers = new StringBuilder();
        for (int n = 0; n < 500; n++) {
            numbers.append(String.format(Locale.ROOT, "%07d\n", n));
        }
        texts.put("numbers", numbers.toString());
        Source source = repository.install("org.example:numbers:1", texts);
        Corpus numbered = Corpus.prepare(
                LocalRepository.manifest(
                        800, LocalRepository.domain("numbers", source), LocalRepository.domain("same", source)),
                temporary,
                temporary.resolve("corpora"),
                repository.source(),
                Progress.SILENT);
        assertThat(numbered.trainTokens(0)).isEqualTo(500 * 8 + 1);
        Batches batches = Batches.of(numbered, CONTEXT);

        int draws = 50_000;
        int starts = 500 * 8 + 1 - CONTEXT;
        int[] counts = new int[10];
        for (int i = 0; i < draws; i++) {
            int start = start(window(batches, Mixture.of(numbered.domains(), 1, 0), 5, i, 3));
            counts[start * counts.length / starts]++;
        }
        double chiSquare = 0;
        for (int count : counts) {
            double expected = (double) draws / counts.length;
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquare).isLessThan(33.7); // 9 degrees of freedom, 1 in 10,000
    }

    private static int start(int[] window) {
        int lineEnd = 0;
        while (window[lineEnd] != '\n') {
            lineEnd++;
        }
        int number = 0;
        for (int i = lineEnd + 1; i <= lineEnd + 7; i++) {
            number = 10 * number + window[i] - '0';
        }
        return 8 * number - lineEnd - 1;
    }

    @Test
    void runsWithTheSameSeedShareTheirWindows() {
        Batches batches = Batches.of(corpus, CONTEXT);
        Mixture one = mixture(0.2, 0.5, 0.3);
        Mixture other = mixture(0.3, 0.5, 0.2);
        int same = 0;
        for (int row = 0; row < 1000; row++) {
            if (batches.domain(one, 1, 0, row) == batches.domain(other, 1, 0, row)) {
                same++;
                assertThat(window(batches, one, 1, 0, row)).isEqualTo(window(batches, other, 1, 0, row));
            }
        }
        assertThat(same).isBetween(750, 850); // cumulative weights 0.2, 0.7 and 0.3, 0.8 agree on 0.8
    }

    @Test
    void otherSeedsStepsAndRowsGiveOtherWindows() {
        Batches batches = Batches.of(corpus, CONTEXT);
        Mixture natural = corpus.natural();
        int[] window = window(batches, natural, 1, 2, 3);
        assertThat(window(batches, natural, 2, 2, 3)).isNotEqualTo(window);
        assertThat(window(batches, natural, 1, 3, 3)).isNotEqualTo(window);
        assertThat(window(batches, natural, 1, 2, 4)).isNotEqualTo(window);
        assertThat(window(batches, natural, 1, 3, 2)).isNotEqualTo(window);
    }

    @Test
    void domainWithoutWeightNeverComes() {
        Batches batches = Batches.of(corpus, CONTEXT);
        for (int row = 0; row < 5000; row++) {
            assertThat(batches.domain(mixture(0, 1, 0), 1, 0, row)).isEqualTo(1);
            assertThat(batches.domain(mixture(0.5, 0, 0.5), 1, 0, row)).isNotEqualTo(1);
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
    void windowsAreWrittenWhereTheyShould() {
        Batches batches = Batches.of(corpus, CONTEXT);
        int[] into = new int[3 + CONTEXT + 1 + 2];
        Arrays.fill(into, -1);
        batches.fill(corpus.natural(), 1, 0, 0, into, 3);
        assertThat(into).startsWith(-1, -1, -1).endsWith(-1, -1);
        for (int i = 0; i <= CONTEXT; i++) {
            assertThat(into[3 + i]).isBetween(0, 255);
        }
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
    void callsOutOfRangeAreRefused() {
        Batches batches = Batches.of(corpus, CONTEXT);
        int[] into = new int[CONTEXT + 1];
        Mixture natural = corpus.natural();
        assertThatThrownBy(() -> batches.fill(Mixture.uniform(List.of("alpha", "beta")), 1, 0, 0, into, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[alpha, beta, gamma]");
        assertThatThrownBy(() -> batches.fill(natural, 1, -1, 0, into, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("step -1");
        assertThatThrownBy(() -> batches.fill(natural, 1, 0, 0, into, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batches.validation(0, 1000, into, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batches.validation(0, -1, into, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
