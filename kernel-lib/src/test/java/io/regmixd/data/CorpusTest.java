package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
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
        return Corpus.prepare(manifest, corpora, repository.source(), Progress.SILENT);
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

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (var listing = Files.list(folder)) {
            for (Path file : listing.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    @Test
    void documentsAreNormalisedAndEndWithZero() throws Exception {
        Manifest.Source source = repository.install(
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
        Manifest.Source source = repository.install("org.example:alpha:1", texts);
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
        Manifest.Source source = repository.installBytes("org.example:alpha:1", entries);
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
        Manifest.Source source = repository.install("org.example:alpha:1", Map.of("data.noun", data.toString()));
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
        Manifest.Source source = repository.install("org.example:alpha:1", texts);
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
        Manifest.Source source = repository.install("org.example:alpha:1", texts);
        Manifest.Domain whole = LocalRepository.domain("whole", source);
        Manifest.Domain capped =
                new Manifest.Domain("capped", "", "", source, whole.document(), whole.extract(), OptionalLong.of(2000));
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
        assertThat(table.intColumn("documents").asList()).containsExactly(40, 20, 10);
    }

    @Test
    void resumedPreparationEqualsUninterruptedPreparation() throws Exception {
        Manifest manifest = repository.threeDomains();
        List<String> fetched = new ArrayList<>();
        ArtifactSource breaking = (domain, state) -> {
            fetched.add(domain.name());
            if (domain.name().equals("gamma") && fetched.size() == 3) {
                throw new IOException("the network is gone");
            }
            return repository.source().fetch(domain, state);
        };
        assertThatThrownBy(() -> Corpus.prepare(manifest, corpora, breaking, Progress.SILENT))
                .hasMessage("the network is gone");
        Path home = corpora.resolve("small-" + manifest.fingerprint());
        assertThatThrownBy(() -> Corpus.open(home))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("prepare it");

        Corpus resumed = Corpus.prepare(manifest, corpora, breaking, Progress.SILENT);
        assertThat(fetched).containsExactly("alpha", "beta", "gamma", "gamma");
        Corpus whole = Corpus.prepare(manifest, temporary.resolve("elsewhere"), repository.source(), Progress.SILENT);
        assertThat(files(resumed.folder())).usingRecursiveComparison().isEqualTo(files(whole.folder()));
    }

    @Test
    void domainThatWasDamagedMeanwhileIsMadeAgain() throws Exception {
        Manifest manifest = repository.threeDomains();
        Path home = corpora.resolve("small-" + manifest.fingerprint());
        ArtifactSource breaking = (domain, state) -> {
            if (domain.name().equals("gamma")) {
                throw new IOException("the network is gone");
            }
            return repository.source().fetch(domain, state);
        };
        assertThatThrownBy(() -> Corpus.prepare(manifest, corpora, breaking, Progress.SILENT))
                .hasMessage("the network is gone");
        Files.writeString(home.resolve("alpha.train.tokens"), "short");
        Files.writeString(home.resolve("beta.json"), "{");
        Corpus whole = Corpus.prepare(manifest, temporary.resolve("elsewhere"), repository.source(), Progress.SILENT);
        assertThat(files(prepare(manifest).folder())).usingRecursiveComparison().isEqualTo(files(whole.folder()));
    }

    @Test
    void interruptedPreparationSaysSoAndGoesOnLater() throws Exception {
        Manifest manifest = repository.threeDomains();
        Progress interrupting = (step, fraction, message) -> {
            if (message.startsWith("beta: writing")) {
                Thread.currentThread().interrupt();
            }
        };
        assertThatThrownBy(() -> Corpus.prepare(manifest, corpora, repository.source(), interrupting))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(files(corpora.resolve("small-" + manifest.fingerprint())))
                .containsOnlyKeys(".lock", "alpha.json", "alpha.train.tokens", "alpha.validation.tokens");
        assertThat(prepare(manifest).domains()).hasSize(3);
    }

    @Test
    void completeCorpusIsOpenedWithoutItsJars() throws Exception {
        Manifest manifest = repository.threeDomains();
        Corpus first = prepare(manifest);
        ArtifactSource none = (domain, state) -> {
            throw new AssertionError("nothing to fetch");
        };
        Corpus second = Corpus.prepare(manifest, corpora, none, Progress.SILENT);
        assertThat(second.folder()).isEqualTo(first.folder());
        assertThat(second.natural()).isEqualTo(first.natural());
    }

    @Test
    void progressEndsWithOneOnce() throws Exception {
        Manifest manifest = repository.threeDomains();
        for (int time = 0; time < 2; time++) {
            List<Double> fractions = new ArrayList<>();
            Corpus.prepare(
                    manifest, corpora, repository.source(), (step, fraction, message) -> fractions.add(fraction));
            assertThat(fractions).isSorted().endsWith(1.0).containsOnlyOnce(1.0);
        }
    }

    @Test
    void changedManifestNeverMeetsTheOldTokens() throws Exception {
        Manifest manifest = repository.threeDomains();
        Manifest changed = LocalRepository.manifest(801, manifest.domains().toArray(Manifest.Domain[]::new));
        Corpus old = prepare(manifest);
        Corpus fresh = prepare(changed);
        assertThat(fresh.folder()).isNotEqualTo(old.folder());
        assertThat(fresh.fingerprint()).isNotEqualTo(old.fingerprint());
    }

    @Test
    void betterDescriptionIsTakenOverWithoutNewTokens() throws Exception {
        Manifest manifest = repository.threeDomains();
        Path home = prepare(manifest).folder();
        var written = Files.getLastModifiedTime(home.resolve("alpha.train.tokens"));
        List<Manifest.Domain> domains = new ArrayList<>(manifest.domains());
        Manifest.Domain alpha = domains.getFirst();
        domains.set(
                0,
                new Manifest.Domain(
                        alpha.name(),
                        "what alpha really is",
                        "MIT",
                        alpha.source(),
                        alpha.document(),
                        alpha.extract(),
                        alpha.maxBytes()));
        Corpus again = prepare(LocalRepository.manifest(800, domains.toArray(Manifest.Domain[]::new)));
        assertThat(again.folder()).isEqualTo(home);
        assertThat(again.table().stringColumn("description").get(0)).isEqualTo("what alpha really is");
        assertThat(Corpus.open(home).table().stringColumn("licence").get(0)).isEqualTo("MIT");
        assertThat(Files.getLastModifiedTime(home.resolve("alpha.train.tokens")))
                .isEqualTo(written);
    }
}
