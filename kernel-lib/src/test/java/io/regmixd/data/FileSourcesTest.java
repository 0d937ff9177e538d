package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.github.luben.zstd.Zstd;
import io.regmixd.Progress;
import io.regmixd.store.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Text from files of this machine, in all their forms.
class FileSourcesTest {

    @TempDir
    private Path folder;

    private Corpus prepare(String domains) throws Exception {
        return prepare(domains, "corpora", Progress.SILENT);
    }

    private Corpus prepare(String domains, String corpora, Progress progress) throws Exception {
        Path manifest = Files.writeString(folder.resolve("manifest.json"), """
                {"name": "mine", "description": "", "tokenizer": "bytes", "objective": "web", "validation_tokens": 800,
                 "domains": [%s]}
                """.formatted(domains));
        return Corpus.prepare(manifest, folder.resolve(corpora), progress);
    }

    private static String domain(String name, String document, String source) {
        return """
                {"name": "%s", "description": "", "licence": "MIT", "source": {%s}, "document": "%s"}""".formatted(name, source, document);
    }

    static List<String> documents(Corpus corpus, int domain) {
        List<String> documents = new ArrayList<>();
        for (Tokens tokens : List.of(corpus.train(domain), corpus.validation(domain))) {
            int[] all = new int[(int) tokens.size()];
            tokens.copy(0, all.length, all, 0);
            byte[] bytes = new byte[all.length];
            Arrays.setAll(all, i -> bytes[i] = (byte) all[i]);
            documents.addAll(Arrays.asList(new String(bytes, StandardCharsets.UTF_8).split("\0")));
        }
        return documents;
    }

    private static byte[] compressed(String name, byte[] content) throws IOException {
        if (name.endsWith(".zst")) {
            return Zstd.compress(content);
        }
        if (!name.endsWith(".gz")) {
            return content;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    private void texts(String into, long seed) throws IOException {
        Map<String, String> texts = LocalRepository.texts(seed, 20, 20);
        for (var text : texts.entrySet()) {
            Path file = folder.resolve(into).resolve(text.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.getValue());
        }
    }

    @Test
    void filesOfAFolderAreDocuments() throws Exception {
        texts("web", 1);
        texts("code", 2);
        Corpus corpus = prepare(domain("web", "file", "\"files\": [\"web/**/*.txt\"]") + ","
                + domain("code", "file", "\"files\": [\"code/**\"]"));
        assertThat(documents(corpus, 0))
                .containsExactlyInAnyOrderElementsOf(
                        LocalRepository.texts(1, 20, 20).values());
        assertThat(documents(corpus, 1))
                .containsExactlyInAnyOrderElementsOf(
                        LocalRepository.texts(2, 20, 20).values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"all.jsonl", "all.jsonl.gz", "all.jsonl.zst", "all.ndjson"})
    void oneFileOfRecordsFeedsSeveralDomains(String name) throws Exception {
        StringBuilder records = new StringBuilder();
        List<String> web = new ArrayList<>(LocalRepository.texts(3, 20, 20).values());
        List<String> code = new ArrayList<>(LocalRepository.texts(4, 20, 20).values());
        for (int i = 0; i < 20; i++) {
            for (var text : Map.of("Pile-CC", web.get(i), "Github", code.get(i), "Other", "left out")
                    .entrySet()) {
                records.append(Json.line(Map.of("body", text.getValue(), "meta", Map.of("set", text.getKey()))))
                        .append('\n');
            }
        }
        Files.write(folder.resolve(name), compressed(name, records.toString().getBytes(StandardCharsets.UTF_8)));
        String source = "\"files\": [\"" + name + "\"], \"text\": \"body\", \"where\": {\"meta.set\": \"%s\"}";
        Corpus corpus = prepare(domain("web", "record", source.formatted("Pile-CC")) + ","
                + domain("code", "record", source.formatted("Github")));
        assertThat(documents(corpus, 0)).containsExactlyInAnyOrderElementsOf(web);
        assertThat(documents(corpus, 1)).containsExactlyInAnyOrderElementsOf(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lines.txt", "lines.txt.gz", "lines.txt.zst"})
    void linesOfAPlainFileAreDocuments(String name) throws Exception {
        String lines = String.join("\n", LocalRepository.texts(5, 20, 9).values());
        Files.write(folder.resolve(name), compressed(name, lines.getBytes(StandardCharsets.UTF_8)));
        String source = "\"files\": [\"" + name + "\"]";
        Corpus corpus = prepare(domain("web", "line", source) + "," + domain("code", "line", source));
        assertThat(documents(corpus, 0))
                .containsExactlyInAnyOrderElementsOf(lines.lines().toList());
    }

    @Test
    void changedTextIsAnotherCorpusAndTheSameTextElsewhereIsNot() throws Exception {
        texts("web", 1);
        String domains = domain("web", "file", "\"files\": [\"web/**/*.txt\"]") + ","
                + domain("code", "file", "\"files\": [\"web/**/*.txt\"]");
        String before = prepare(domains).fingerprint();
        Files.setLastModifiedTime(folder.resolve("web/text/3.txt"), FileTime.fromMillis(1_000_000));
        assertThat(prepare(domains).fingerprint()).isEqualTo(before);
        Files.writeString(folder.resolve("web/text/3.txt"), "changed");
        assertThat(prepare(domains).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void maxTokensCutsThePoolAndNotTheNaturalShare() throws Exception {
        texts("web", 1);
        texts("code", 2);
        String web = domain("web", "file", "\"files\": [\"web/**/*.txt\"]");
        String code = domain("code", "file", "\"files\": [\"code/**\"]");
        Corpus whole = prepare(web + "," + code);
        Corpus cut = prepare(web.replace("}, \"document\"", "}, \"max_tokens\": 500, \"document\"") + "," + code);
        assertThat(cut.trainTokens(0)).isBetween(500L, 650L).isLessThan(whole.trainTokens(0));
        assertThat(cut.validationTokens(0)).isBetween(1L, 800L);
        assertThat(cut.natural().weight(0)).isCloseTo(whole.natural().weight(0), within(0.02));
    }

    @Test
    void declaredSharesAreTheNaturalMixture() throws Exception {
        texts("web", 1);
        texts("code", 2);
        String web = domain("web", "file", "\"files\": [\"web/**/*.txt\"]");
        String code = domain("code", "file", "\"files\": [\"code/**\"]");
        Corpus corpus = prepare(web.replace("}, \"document\"", "}, \"natural_share\": 3, \"document\"") + ","
                + code.replace("}, \"document\"", "}, \"natural_share\": 1, \"document\""));
        assertThat(corpus.natural().weight(0)).isCloseTo(0.75, within(1e-12));
        assertThatThrownBy(() ->
                        prepare(web.replace("}, \"document\"", "}, \"natural_share\": 3, \"document\"") + "," + code))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("natural_share")
                .hasMessageContaining("1 of 2");
    }

    private void assertTrouble(String source, String document, String... words) {
        assertThatThrownBy(() -> {
                    texts("code", 2);
                    prepare(domain("web", document, source) + "," + domain("code", "file", "\"files\": [\"code/**\"]"));
                })
                .isInstanceOf(IOException.class)
                .message()
                .contains("web")
                .contains(words);
    }

    @Test
    void whatIsWrongWithAFileIsSaidWithItsPlace() throws Exception {
        assertTrouble("\"files\": [\"nowhere/*.txt\"]", "file", "nowhere/*.txt", "matches no file");
        assertTrouble("\"files\": [\"nowhere.txt\"]", "file", "no readable file", "nowhere.txt");
        Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"one\"}\n[1, 2]\n");
        assertTrouble("\"files\": [\"a.jsonl\"]", "record", "a.jsonl, line 2", "no record");
        Files.writeString(folder.resolve("b.jsonl"), "{\"text\": \"one\"}\n{\"body\": \"two\"}\n");
        assertTrouble("\"files\": [\"b.jsonl\"]", "record", "b.jsonl, line 2", "field text", "text");
        byte[] zst = Zstd.compress("{\"text\": \"one\"}\n".repeat(10_000).getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve("c.jsonl.zst"), Arrays.copyOf(zst, zst.length / 2));
        assertTrouble("\"files\": [\"c.jsonl.zst\"]", "record", "c.jsonl.zst", "truncated");
        Files.writeString(folder.resolve("d.jsonl.gz"), "no gzip");
        assertTrouble("\"files\": [\"d.jsonl.gz\"]", "record", "d.jsonl.gz", "cannot be read");
        Files.writeString(folder.resolve("e.txt"), "text");
        String pinned = "\"files\": [\"e.txt\"], \"checksums\": {\"e.txt\": \"" + "0".repeat(64) + "\"}";
        assertThatThrownBy(() -> prepare(domain("web", "file", pinned) + "," + domain("code", "file", pinned)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("e.txt")
                .hasMessageContaining("expected " + "0".repeat(64));
    }

    @Test
    void endlessLineAndBombAreRefusedWithoutBeingHeld() throws Exception {
        byte[] zeros = new byte[(64 << 20) + 2];
        Arrays.fill(zeros, (byte) 'a');
        Files.write(folder.resolve("bomb.jsonl.zst"), Zstd.compress(zeros));
        assertTrouble("\"files\": [\"bomb.jsonl.zst\"]", "record", "bomb.jsonl.zst", "larger than 64 MiB");
        Files.write(folder.resolve("bomb.txt.zst"), Zstd.compress(zeros));
        assertTrouble("\"files\": [\"bomb.txt.zst\"]", "file", "bomb.txt.zst", "larger than 64 MiB");
    }

    @Test
    void recordThatWouldExhaustAReaderIsRefused() throws Exception {
        for (String record : List.of(
                "{\"text\": " + "[".repeat(1_000_000),
                "{\"a\": ".repeat(1_000_000),
                "{\"text\": 1" + "0".repeat(1_000_000))) {
            Files.writeString(folder.resolve("deep.jsonl"), record + "\n");
            assertTrouble("\"files\": [\"deep.jsonl\"]", "record", "deep.jsonl, line 1", "is no record");
        }
        Files.writeString(folder.resolve("page.jsonl"), "<!DOCTYPE html>\n<p>Sign in</p>\n");
        assertTrouble("\"files\": [\"page.jsonl\"]", "record", "page.jsonl, line 1", "is no record");
    }

    @Test
    void largeDocumentIsReadWhole() throws Exception {
        String large = "large ".repeat(6_000_000);
        StringBuilder records = new StringBuilder(Json.line(Map.of("text", large)));
        for (String text : LocalRepository.texts(6, 20, 20).values()) {
            records.append('\n').append(Json.line(Map.of("text", text)));
        }
        Files.writeString(folder.resolve("a.jsonl"), records);
        String source = "\"files\": [\"a.jsonl\"]";
        Corpus corpus = prepare(domain("web", "record", source) + "," + domain("code", "record", source));
        assertThat(corpus.trainTokens(0)).isGreaterThan(36_000_000);
    }

    /// Data that says of itself that it needs gigabytes of memory to be decompressed.
    @Test
    void windowBombIsRefused() throws Exception {
        byte[] window = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x00, (byte) 0xA8, 0x01, 0x00, 0x00}; // 2 GiB
        Files.write(folder.resolve("window.jsonl.zst"), window);
        assertTrouble("\"files\": [\"window.jsonl.zst\"]", "record", "window.jsonl.zst cannot be read");
    }

    @Test
    void documentsOfBothKindsThatAreNoUtf8AreCounted() throws Exception {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (String text : LocalRepository.texts(6, 20, 20).values()) {
            records.write((Json.line(Map.of("text", text)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        records.write("{\"text\": \"na\u00efve\"}\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(folder.resolve("a.jsonl"), records.toByteArray());
        String source = "\"files\": [\"a.jsonl\"]";
        Corpus corpus = prepare(domain("web", "record", source) + "," + domain("code", "record", source));
        assertThat(Index.read(corpus.folder()).domains())
                .extracting(Index.Domain::rejected)
                .containsExactly(1, 1);
        assertThat(documents(corpus, 0)).hasSize(20);
    }

    @Test
    void fileIsTheUnitOfResume() throws Exception {
        for (int part = 0; part < 4; part++) {
            Files.writeString(
                    folder.resolve("part-" + part + ".txt"),
                    String.join("\n", LocalRepository.texts(20 + part, 20, 9).values()));
        }
        String source = "\"files\": [\"part-*.txt\"]";
        String domains = domain("web", "line", source) + "," + domain("code", "line", source);
        Progress dying = (step, fraction, message) -> {
            if (message.contains("part-2.txt")) {
                throw new IllegalStateException("killed");
            }
        };
        assertThatThrownBy(() -> prepare(domains, "corpora", dying)).hasMessage("killed");
        List<String> heard = new ArrayList<>();
        Corpus resumed = prepare(domains, "corpora", (step, fraction, message) -> heard.add(message));
        Corpus whole = prepare(domains, "elsewhere", Progress.SILENT);
        assertThat(heard)
                .filteredOn(message -> message.contains("kept from before"))
                .hasSize(2);
        assertThat(resumed.fingerprint()).isEqualTo(whole.fingerprint());
        for (String file : List.of("web.train.tokens", "web.validation.tokens", "index.json")) {
            assertThat(resumed.folder().resolve(file))
                    .hasSameBinaryContentAs(whole.folder().resolve(file));
        }
    }
}
