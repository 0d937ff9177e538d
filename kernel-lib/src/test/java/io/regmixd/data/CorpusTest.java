package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.source.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.Table;

class CorpusTest {

    @TempDir
    private Path temporary;

    private Path corpora;
    private LocalRepository repository;

    @BeforeEach
    void makeFolders() {
        corpora = temporary.resolve("corpora");
        repository = new LocalRepository(temporary.resolve("repository"));
    }

    private Corpus prepare(Manifest manifest) throws IOException, InterruptedException {
        return Corpus.prepare(manifest, temporary, corpora, repository.source(), Progress.SILENT);
    }

    private static List<String> documents(Path file) throws IOException {
        String text = Files.readString(file);
        assertThat(text).endsWith("\0");
        return Arrays.asList(text.substring(0, text.length() - 1).split("\0", -1));
    }

    private static List<String> trained(Corpus corpus, String domain) throws IOException {
        return documents(corpus.folder().resolve(domain + ".train.tokens"));
    }

    private static List<String> heldOut(Corpus corpus, String domain) throws IOException {
        return documents(corpus.folder().resolve(domain + ".validation.tokens"));
    }

    private static List<String> all(Corpus corpus, String domain) throws IOException {
        List<String> all = new ArrayList<>(trained(corpus, domain));
        all.addAll(heldOut(corpus, domain));
        return all;
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void documentsAreNormalisedAndEndWithZero() throws Exception {
        Source source = repository.install(
                "org.example:alpha:1",
                Map.of("1", "windows\r\nold mac\runix\n", "2", "a\0byte zero", "3", " \n\t\r\n", "4", "äöü ∑"));
        Corpus corpus = prepare(LocalRepository.manifest(
                64, LocalRepository.domain("alpha", source), LocalRepository.domain("beta", source)));
        assertThat(all(corpus, "alpha")).containsExactlyInAnyOrder("windows\nold mac\nunix\n", "abyte zero", "äöü ∑");
        assertThat(corpus.trainTokens(0) + corpus.validationTokens(0)).isEqualTo((21 + 1) + (10 + 1) + (10 + 1));
    }

    @Test
    void sameTextIsKeptOnce() throws Exception {
        Map<String, String> texts = LocalRepository.texts(5, 10, 20);
        texts.put("copy/of/3.txt", texts.get("text/3.txt"));
        texts.put("windows/copy/of/4.txt", texts.get("text/4.txt").replace("\n", "\r\n"));
        Source source = repository.install("org.example:alpha:1", texts);
        Corpus corpus = prepare(LocalRepository.manifest(
                800, LocalRepository.domain("alpha", source), LocalRepository.domain("beta", source)));
        assertThat(all(corpus, "alpha")).hasSize(10).doesNotHaveDuplicates();
        assertThat(Index.read(corpus.folder()).domains().getFirst().duplicates())
                .isEqualTo(2);
    }

    @Test
    void filesAndLinesThatAreNoUtf8AreLeftOutAndCounted() throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        LocalRepository.texts(6, 8, 20)
                .forEach((name, text) -> entries.put(name, text.getBytes(StandardCharsets.UTF_8)));
        entries.put("latin.txt", "na\u00efve\nsecond line".getBytes(StandardCharsets.ISO_8859_1));
        Source source = repository.installBytes("org.example:alpha:1", entries);
        Corpus corpus = prepare(LocalRepository.manifest(
                800, LocalRepository.domain("alpha", source), LocalRepository.lines("beta", source, "(.*)")));
        assertThat(all(corpus, "alpha")).hasSize(8);
        assertThat(all(corpus, "beta")).contains("second line");
        assertThat(Index.read(corpus.folder()).domains())
                .extracting(Index.Domain::rejected)
                .containsExactly(1, 1);
    }

    @Test
    void extractTakesGroupOneOfLinesThatMatch() throws Exception {
        StringBuilder data = new StringBuilder("a heading without the mark\r\n");
        for (int i = 0; i < 20; i++) {
            data.append("0000").append(i).append(" n | gloss ").append(i).append("  \n");
        }
        Source source = repository.install("org.example:alpha:1", Map.of("data.noun", data.toString()));
        Corpus corpus = prepare(LocalRepository.manifest(
                64,
                LocalRepository.lines("alpha", source, "\\| (.*\\S)"),
                LocalRepository.lines("beta", source, "\\| (.*\\S)")));
        assertThat(all(corpus, "alpha"))
                .hasSize(20)
                .contains("gloss 0", "gloss 19")
                .allMatch(d -> d.matches("gloss \\d+"));
    }

    @Test
    void documentsWithTheLowestHashesAreHeldOut() throws Exception {
        Map<String, String> texts = LocalRepository.texts(7, 40, 20);
        texts.put("long.txt", "long ".repeat(100)); // 501 tokens, more than a quarter of 800
        Source source = repository.install("org.example:alpha:1", texts);
        Corpus corpus = prepare(LocalRepository.manifest(
                800, LocalRepository.domain("alpha", source), LocalRepository.domain("beta", source)));

        Map<String, String> byHash = new TreeMap<>();
        for (String text : texts.values()) {
            byHash.put(sha256(text), text);
        }
        List<String> expected = new ArrayList<>();
        int tokens = 0;
        for (String text : byHash.values()) {
            int length = text.getBytes(StandardCharsets.UTF_8).length + 1;
            if (length <= 200) {
                tokens += length;
                if (tokens > 800) {
                    break;
                }
                expected.add(text);
            }
        }
        assertThat(heldOut(corpus, "alpha")).containsExactlyElementsOf(expected).hasSizeGreaterThan(3);
        assertThat(corpus.validationTokens(0)).isBetween(600L, 800L);
        assertThat(trained(corpus, "alpha")).contains("long ".repeat(100)).hasSize(41 - expected.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void documentsAddedLaterHoldOutNoneThatWasTrainedOn(long seed) throws Exception {
        Map<String, String> texts = LocalRepository.texts(seed, 40, 20);
        Manifest.Domain before = LocalRepository.domain("alpha", repository.install("org.example:alpha:1", texts));
        LocalRepository.texts(100 + seed, 20, 25).forEach((name, text) -> texts.put("new/" + name, text));
        Manifest.Domain after = LocalRepository.domain("alpha", repository.install("org.example:alpha:2", texts));
        Manifest.Domain other = LocalRepository.domain("beta", after.source());
        Corpus old = prepare(LocalRepository.manifest(800, before, other));
        Corpus larger = prepare(LocalRepository.manifest(800, after, other));
        assertThat(heldOut(larger, "alpha")).doesNotContainAnyElementsOf(trained(old, "alpha"));
        assertThat(heldOut(larger, "alpha")).containsAnyElementsOf(heldOut(old, "alpha"));
    }

    @Test
    void maxBytesKeepsTheLowestHashes() throws Exception {
        Map<String, String> texts = LocalRepository.texts(8, 40, 20);
        Source source = repository.install("org.example:alpha:1", texts);
        Manifest.Domain whole = LocalRepository.domain("whole", source);
        Manifest.Domain capped = new Manifest.Domain(
                "capped",
                "",
                "",
                source,
                whole.document(),
                whole.extract(),
                OptionalLong.of(2000),
                OptionalLong.empty(),
                OptionalDouble.empty());
        Corpus corpus = prepare(LocalRepository.manifest(800, whole, capped));
        assertThat(corpus.trainTokens(1) + corpus.validationTokens(1)).isBetween(1850L, 2000L);
        assertThat(heldOut(corpus, "capped")).isEqualTo(heldOut(corpus, "whole"));
        String highestKept = "";
        for (String text : all(corpus, "capped")) {
            String hash = sha256(text);
            highestKept = hash.compareTo(highestKept) > 0 ? hash : highestKept;
        }
        for (String text : all(corpus, "whole")) {
            assertThat(all(corpus, "capped").contains(text))
                    .isEqualTo(sha256(text).compareTo(highestKept) <= 0);
        }
    }

    @Test
    void sharesAndTableAreOfTheTokens() throws Exception {
        Corpus corpus = prepare(repository.threeDomains());
        assertThat(corpus.domains()).containsExactly("alpha", "beta", "gamma");
        assertThat(corpus.objective()).isEqualTo("alpha");
        assertThat(corpus.objectiveIndex()).isZero();
        assertThat(corpus.vocabulary()).isEqualTo(256);
        long[] train = {corpus.trainTokens(0), corpus.trainTokens(1), corpus.trainTokens(2)};
        double sum = Arrays.stream(train).sum();
        Table table = corpus.table();
        assertThat(table.columnNames())
                .containsExactly(
                        "domain",
                        "objective",
                        "licence",
                        "documents",
                        "train_tokens",
                        "validation_tokens",
                        "natural_share",
                        "megabytes",
                        "description");
        for (int d = 0; d < 3; d++) {
            assertThat(Files.size(corpus.folder().resolve(corpus.domains().get(d) + ".train.tokens")))
                    .isEqualTo(train[d])
                    .isEqualTo(table.longColumn("train_tokens").getLong(d));
            assertThat(corpus.natural().weight(d)).isCloseTo(train[d] / sum, within(1e-12));
            assertThat(table.booleanColumn("objective").get(d)).isEqualTo(d == 0);
        }
        assertThat(table.longColumn("documents").asList()).containsExactly(40L, 20L, 10L);
    }
}
