package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.regmixd.Progress;
import io.regmixd.data.source.ScriptedServer;
import io.regmixd.store.Json;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Corpora from files of the web.
class WebSourcesTest {

    @TempDir
    private Path folder;

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private ScriptedServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new ScriptedServer((request, out) -> {
            byte[] content = files.get(request.substring(request.indexOf('/'), request.indexOf(" HTTP")));
            (content == null ? ScriptedServer.status("404 Not Found") : ScriptedServer.whole(content)).to(request, out);
        });
        for (int part = 0; part < 3; part++) {
            StringBuilder records = new StringBuilder();
            for (String text : LocalRepository.texts(part, 20, 20).values()) {
                records.append(Json.line(Map.of("text", text, "of", "web"))).append('\n');
                records.append(Json.line(Map.of("text", "code " + text, "of", "code")))
                        .append('\n');
            }
            byte[] compressed = Zstd.compress(records.toString().getBytes(StandardCharsets.UTF_8));
            files.put("/0" + part + ".jsonl.zst", compressed);
            Files.write(folder.resolve("0" + part + ".jsonl.zst"), compressed);
        }
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private String name(String path) {
        return "http://" + server.authority() + "/" + path;
    }

    private Corpus prepare(String files, String more, String corpora) throws IOException, InterruptedException {
        String domain = """
                {"name": "%s", "description": "", "licence": "MIT", "document": "record" %s,
                 "source": {"files": ["%s"], "where": {"of": "%s"}}}""";
        Path manifest = Files.writeString(folder.resolve("manifest.json"), """
                {"name": "mine", "description": "", "tokenizer": "bytes", "objective": "web", "validation_tokens": 800,
                 "domains": [%s, %s]}
                """.formatted(
                        domain.formatted("web", more, files, "web"), domain.formatted("code", more, files, "code")));
        return Corpus.prepare(manifest, folder.resolve(corpora), Progress.SILENT);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void filesOfTheWebMakeTheCorpusThatTheyMakeOnDisk() throws Exception {
        Corpus web = prepare(name("{00..02}.jsonl.zst"), "", "corpora");
        assertThat(server.requests()).hasSize(3);
        assertThat(names(web.folder())).doesNotContain("fetched", "journal.json");
        // What is held out is estimated from the first file: a document beyond validation_tokens is left out.
        Corpus disk = prepare("*.jsonl.zst", "", "elsewhere");
        for (int d = 0; d < 2; d++) {
            assertThat(FileSourcesTest.documents(web, d))
                    .isSubsetOf(FileSourcesTest.documents(disk, d))
                    .hasSizeGreaterThan(55);
        }
        assertThat(prepare(name("{00..02}.jsonl.zst"), "", "corpora").fingerprint())
                .isEqualTo(web.fingerprint());
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void fileThatWasFetchedAheadInVainIsDeleted() throws Exception {
        Corpus corpus = prepare(name("{00..02}.jsonl.zst"), ", \"max_tokens\": 100", "corpora");
        assertThat(corpus.trainTokens(0)).isBetween(100L, 300L);
        assertThat(names(corpus.folder())).doesNotContain("fetched");
    }

    @Test
    void fileThatChangesUnderItsNameIsRefused() throws Exception {
        prepare(name("{00..02}.jsonl.zst"), "", "corpora");
        byte[] before = files.get("/01.jsonl.zst");
        files.put(
                "/01.jsonl.zst",
                Zstd.compress("{\"text\": \"another\", \"of\": \"web\"}".getBytes(StandardCharsets.UTF_8)));
        String other = ", \"max_tokens\": 100000"; // another corpus of the same files
        assertThatThrownBy(() -> prepare(name("{00..02}.jsonl.zst"), other, "corpora"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("01.jsonl.zst has changed")
                .hasMessageContaining(Sha256.of(before))
                .hasMessageContaining("web, code");
        files.put("/01.jsonl.zst", before);
        assertThat(prepare(name("{00..02}.jsonl.zst"), other, "corpora").domains())
                .hasSize(2);
    }

    @Test
    void truncatedFileIsSaidAndTheWholeOneTakenLater() throws Exception {
        byte[] whole = files.get("/02.jsonl.zst");
        files.put("/02.jsonl.zst", Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> prepare(name("{00..02}.jsonl.zst"), "", "corpora"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("domain web, code")
                .hasMessageContaining("02.jsonl.zst cannot be read")
                .hasMessageContaining("truncated");
        files.put("/02.jsonl.zst", whole);
        assertThat(prepare(name("{00..02}.jsonl.zst"), "", "corpora").domains()).hasSize(2);
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void missingFileIsNamedWithItsDomains() {
        assertThatThrownBy(() -> prepare(name("{00..03}.jsonl.zst"), "", "corpora"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("domain web, code: ")
                .hasMessageContaining("/03.jsonl.zst")
                .hasMessageContaining("HTTP status 404");
    }
}
