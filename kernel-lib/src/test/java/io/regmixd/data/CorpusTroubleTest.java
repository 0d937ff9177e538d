package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import io.regmixd.data.source.Fetcher;
import io.regmixd.data.source.Source;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong with sources, folders and files, and what the user is told.
class CorpusTroubleTest {

    @TempDir
    private Path temporary;

    private Path corpora;
    private LocalRepository repository;
    private Manifest manifest;

    @BeforeEach
    void makeManifest() throws IOException {
        corpora = temporary.resolve("corpora");
        repository = new LocalRepository(temporary.resolve("repository"));
        manifest = repository.threeDomains();
    }

    private Corpus prepare(Manifest of) throws IOException, InterruptedException {
        return Corpus.prepare(of, temporary, corpora, repository.source(), Progress.SILENT);
    }

    private AbstractThrowableAssert<?, ?> assertTrouble(Manifest.Domain domain) {
        Manifest.Domain other = manifest.domains().getLast();
        return assertThatThrownBy(() -> prepare(LocalRepository.manifest(800, domain, other)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("domain " + domain.name());
    }

    @Test
    void artifactThatCannotBeHadIsNamedWithItsDomain() {
        Source missing = new Source.Artifact("org.example:nowhere:9:sources", "0".repeat(64), List.of("**"), List.of());
        assertTrouble(LocalRepository.domain("alpha", missing))
                .hasMessageContaining("org.example:nowhere:9:sources cannot be had")
                .hasMessageContaining("settings.xml")
                .hasMessageContaining(repository.folder().toString());
    }

    @Test
    void wrongChecksumIsNamedWithFileAndRemedy() {
        Source.Artifact source = (Source.Artifact) manifest.domains().getFirst().source();
        Source wrong = new Source.Artifact(source.artifact(), "0".repeat(64), source.include(), source.exclude());
        assertTrouble(LocalRepository.domain("alpha", wrong))
                .hasMessageContaining(source.sha256())
                .hasMessageContaining("expected " + "0".repeat(64))
                .hasMessageContaining(repository.path(source.artifact()).toString())
                .hasMessageContaining("delete it");
    }

    @Test
    void includePatternWithoutMatchIsNamed() {
        Source.Artifact source = (Source.Artifact) manifest.domains().getFirst().source();
        Source narrow =
                new Source.Artifact(source.artifact(), source.sha256(), List.of("**/*.txt", "**/*.text"), List.of());
        assertTrouble(LocalRepository.domain("alpha", narrow))
                .hasMessageContaining("include pattern **/*.text matches nothing");
    }

    @Test
    void fileThatIsNoJarIsNamed() throws IOException {
        Path jar = repository.path("org.example:page:1");
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "<html>404</html>");
        Source page = new Source.Artifact("org.example:page:1", Sha256.of(jar), List.of("**"), List.of());
        assertTrouble(LocalRepository.domain("alpha", page)).hasMessageContaining(jar + " is no readable jar");
    }

    @Test
    void domainWithNothingShortEnoughToHoldOutIsRefused() throws IOException {
        Source source = repository.install("org.example:long:1", LocalRepository.texts(1, 5, 100));
        assertTrouble(LocalRepository.domain("alpha", source))
                .hasMessageContaining("nothing can be held out")
                .hasMessageContaining("at most 200, a quarter");
    }

    @Test
    void domainThatIsHeldOutWholeIsRefused() throws IOException {
        Source source = repository.install("org.example:short:1", LocalRepository.texts(1, 2, 20));
        assertTrouble(LocalRepository.domain("alpha", source)).hasMessageContaining("none is left to train on");
    }

    @Test
    void namesThatLeadOutOfTheFolderDoNoHarm() throws Exception {
        Map<String, String> texts = LocalRepository.texts(9, 10, 20);
        texts.put("../../../escaped.txt", "climbing out of the folder");
        texts.put(temporary.resolve("escaped-too.txt").toString(), "an absolute name");
        texts.put("..\\..\\escaped.txt", "climbing out on another system");
        Source source = repository.install("org.example:hostile:1", texts);
        Corpus corpus = prepare(LocalRepository.manifest(
                800, LocalRepository.domain("alpha", source), manifest.domains().get(1)));
        assertThat(corpus.table().longColumn("documents").get(0)).isEqualTo(13);
        try (var tree = Files.walk(temporary)) {
            assertThat(tree.map(Path::toString)).noneMatch(name -> name.contains("escaped"));
        }
    }

    @Test
    void hugeEntryIsRefusedWithoutBeingReadWhole() throws Exception {
        Path jar = repository.path("org.example:bomb:1");
        Files.createDirectories(jar.getParent());
        byte[] zeros = new byte[1 << 20];
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("bomb.txt"));
            for (int i = 0; i <= 64; i++) {
                zip.write(zeros);
            }
            zip.closeEntry();
        }
        Source source = new Source.Artifact("org.example:bomb:1", Sha256.of(jar), List.of("**"), List.of());
        assertTrouble(LocalRepository.domain("alpha", source))
                .hasMessageContaining("bomb.txt")
                .hasMessageContaining("larger than 64 MiB")
                .hasMessageContaining("exclude");
    }

    @Test
    void folderThatCannotBeWrittenIsNamed() throws IOException {
        Files.writeString(corpora, "a file where the folder should be");
        assertThatThrownBy(() -> prepare(manifest))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no corpus can be written to " + corpora)
                .hasMessageContaining("give another folder");
    }

    @Test
    void truncatedChangedOrMissingFilesAreRefused() throws Exception {
        Path home = prepare(manifest).folder();
        Path tokens = home.resolve("beta.train.tokens");
        byte[] good = Files.readAllBytes(tokens);

        Files.write(tokens, Arrays.copyOf(good, good.length - 1));
        assertRefused(home, tokens + " has " + (good.length - 1) + " bytes, expected " + good.length);
        byte[] flipped = good.clone();
        flipped[good.length / 2] ^= 1;
        Files.write(tokens, flipped);
        assertRefused(home, tokens + " is not what was prepared");
        Files.delete(tokens);
        assertRefused(home, tokens + " is missing");
        Files.write(tokens, good);
        assertThat(Corpus.open(home).domains()).hasSize(3);
    }

    @Test
    void indexThatIsMissingOrForeignIsRefused() throws Exception {
        Path home = prepare(manifest).folder();
        Path index = home.resolve("index.json");
        String good = Files.readString(index);
        Files.writeString(index, good.substring(0, good.length() / 2));
        assertRefused(home, "index.json");
        Files.writeString(index, "{}");
        assertRefused(home, "is no index of a corpus");
        Files.writeString(index, good.replace("alpha.train.tokens", "../alpha.train.tokens"));
        assertRefused(home, "is no token file");
        Files.writeString(
                index, good.replace(home.getFileName().toString().substring("small-".length()), "0123456789abcdef"));
        assertThatThrownBy(() -> prepare(manifest))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("of another manifest");
        Files.delete(index);
        assertThatThrownBy(() -> Corpus.open(home))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no prepared corpus");
    }

    private static void assertRefused(Path home, String problem) {
        assertThatThrownBy(() -> Corpus.open(home))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("delete " + home + " and prepare the corpus again");
    }

    @Test
    void preparationsAtOnceTakeTurns() throws Exception {
        AtomicInteger fetched = new AtomicInteger();
        Fetcher counting = (file, into, state) -> {
            fetched.incrementAndGet();
            return repository.source().fetch(file, into, state);
        };
        Callable<Corpus> preparation = () -> Corpus.prepare(manifest, temporary, corpora, counting, Progress.SILENT);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (Future<Corpus> corpus : threads.invokeAll(Collections.nCopies(3, preparation))) {
                assertThat(corpus.get().domains()).hasSize(3);
            }
        }
        assertThat(fetched).hasValue(3);
    }

    @Test
    void preparationWaitsForAnotherProcess() throws Exception {
        Path home = Files.createDirectories(corpora.resolve(LocalRepository.folder(manifest)));
        try (OtherJvm other = new OtherJvm("", LockHolder.class, home.toString())) {
            assertThat(other.line()).isEqualTo("locked");
            List<String> waits = new ArrayList<>();
            Progress ending = (step, fraction, message) -> {
                if (message.startsWith("waiting")) {
                    waits.add(message);
                    if (waits.size() == 2) {
                        other.kill();
                    }
                }
            };
            Corpus corpus = Corpus.prepare(manifest, temporary, corpora, repository.source(), ending);
            assertThat(corpus.domains()).hasSize(3);
            assertThat(waits).hasSizeGreaterThanOrEqualTo(2);
            assertThat(waits.getFirst()).contains(home.toString(), "process " + other.pid());
        }
    }
}
