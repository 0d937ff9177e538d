package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.data.source.Fetcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Preparing again, after an interruption, after a change.
class PreparationTest {

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
    void resumedPreparationEqualsUninterruptedPreparation() throws Exception {
        Manifest manifest = repository.threeDomains();
        List<String> fetched = new ArrayList<>();
        Fetcher breaking = (file, into, state) -> {
            fetched.add(file.name());
            if (file.name().contains("gamma") && fetched.size() == 3) {
                throw new IOException("the network is gone");
            }
            return repository.source().fetch(file, into, state);
        };
        assertThatThrownBy(() -> Corpus.prepare(manifest, temporary, corpora, breaking, Progress.SILENT))
                .hasMessageContaining("the network is gone")
                .hasMessageContaining("gamma");
        Path home = corpora.resolve(LocalRepository.folder(manifest));
        assertThatThrownBy(() -> Corpus.open(home))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("prepare it");

        Corpus resumed = Corpus.prepare(manifest, temporary, corpora, breaking, Progress.SILENT);
        assertThat(fetched)
                .containsExactly(
                        "org.example:alpha:1",
                        "org.example:beta:1.0:sources",
                        "org.example:gamma:2",
                        "org.example:gamma:2");
        Corpus whole = Corpus.prepare(
                manifest, temporary, temporary.resolve("elsewhere"), repository.source(), Progress.SILENT);
        assertThat(files(resumed.folder())).usingRecursiveComparison().isEqualTo(files(whole.folder()));
    }

    @Test
    void domainThatWasDamagedMeanwhileIsMadeAgain() throws Exception {
        Manifest manifest = repository.threeDomains();
        Path home = corpora.resolve(LocalRepository.folder(manifest));
        Fetcher breaking = (file, into, state) -> {
            if (file.name().contains("gamma")) {
                throw new IOException("the network is gone");
            }
            return repository.source().fetch(file, into, state);
        };
        assertThatThrownBy(() -> Corpus.prepare(manifest, temporary, corpora, breaking, Progress.SILENT))
                .hasMessageContaining("the network is gone")
                .hasMessageContaining("gamma");
        Files.writeString(home.resolve("alpha.train.tokens"), "short");
        Files.delete(home.resolve("beta.hashes"));
        Corpus whole = Corpus.prepare(
                manifest, temporary, temporary.resolve("elsewhere"), repository.source(), Progress.SILENT);
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
        assertThatThrownBy(() -> Corpus.prepare(manifest, temporary, corpora, repository.source(), interrupting))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(files(corpora.resolve(LocalRepository.folder(manifest))))
                .containsKeys("journal.json", "alpha.train.tokens")
                .doesNotContainKey("index.json");
        Corpus whole = Corpus.prepare(
                manifest, temporary, temporary.resolve("elsewhere"), repository.source(), Progress.SILENT);
        assertThat(files(prepare(manifest).folder())).usingRecursiveComparison().isEqualTo(files(whole.folder()));
    }

    @Test
    void completeCorpusIsOpenedWithoutItsJars() throws Exception {
        Manifest manifest = repository.threeDomains();
        Corpus first = prepare(manifest);
        Fetcher none = (file, into, state) -> {
            throw new AssertionError("nothing to fetch");
        };
        Corpus second = Corpus.prepare(manifest, temporary, corpora, none, Progress.SILENT);
        assertThat(second.folder()).isEqualTo(first.folder());
        assertThat(second.natural()).isEqualTo(first.natural());
    }

    @Test
    void progressEndsWithOneOnce() throws Exception {
        Manifest manifest = repository.threeDomains();
        for (int time = 0; time < 2; time++) {
            List<Double> fractions = new ArrayList<>();
            Corpus.prepare(
                    manifest,
                    temporary,
                    corpora,
                    repository.source(),
                    (step, fraction, message) -> fractions.add(fraction));
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
                        alpha.maxBytes(),
                        alpha.maxTokens(),
                        alpha.naturalShare()));
        Corpus again = prepare(LocalRepository.manifest(800, domains.toArray(Manifest.Domain[]::new)));
        assertThat(again.folder()).isEqualTo(home);
        assertThat(again.table().stringColumn("description").get(0)).isEqualTo("what alpha really is");
        assertThat(Corpus.open(home).table().stringColumn("licence").get(0)).isEqualTo("MIT");
        assertThat(Files.getLastModifiedTime(home.resolve("alpha.train.tokens")))
                .isEqualTo(written);
    }
}
