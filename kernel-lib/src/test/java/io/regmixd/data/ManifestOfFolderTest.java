package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a folder of a user's own text to a corpus.
class ManifestOfFolderTest {

    @TempDir
    private Path temporary;

    private Path folder() {
        return temporary.resolve("My Texts");
    }

    private void write(String name, String text) throws IOException {
        Path file = folder().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void writeAll() throws IOException {
        for (var text : LocalRepository.texts(1, 40, 20).entrySet()) {
            write("Web Pages/" + text.getKey(), text.getValue());
        }
        StringBuilder records = new StringBuilder();
        for (String text : LocalRepository.texts(2, 40, 20).values()) {
            records.append(Json.line(Map.of("text", text))).append('\n');
        }
        write("code_2/all.jsonl", records.toString());
        write("a note.txt", "a file beside the folders is nobody's text");
        Files.createDirectories(folder().resolve("empty"));
        write(".hidden/of-a-tool", "left alone");
    }

    @Test
    void foldersAreDomains() throws Exception {
        writeAll();
        Manifest manifest = Manifest.ofFolder(folder(), TokenizerSource.BYTES);
        assertThat(manifest.name()).isEqualTo("my-texts");
        assertThat(manifest.domains()).extracting(Manifest.Domain::name).containsExactly("web-pages", "code_2");
        assertThat(manifest.domains())
                .extracting(Manifest.Domain::document)
                .containsExactly(Manifest.Unit.FILE, Manifest.Unit.RECORD);
        assertThat(manifest.objective()).isEqualTo("web-pages");
    }

    @Test
    void manifestThatWasWrittenIsReadBackAndMakesACorpus() throws Exception {
        writeAll();
        Manifest manifest = Manifest.ofFolder(folder(), TokenizerSource.BYTES);
        Path file = folder().resolve("manifest.json");
        manifest.write(file);
        assertThat(Manifest.read(file)).isEqualTo(manifest);
        Corpus corpus = Corpus.prepare(file, temporary.resolve("corpora"), Progress.SILENT);
        assertThat(corpus.table().longColumn("documents").asList()).containsExactly(40L, 40L);
        assertThat(Manifest.ofFolder(folder(), TokenizerSource.BYTES))
                .as("the manifest is no domain")
                .isEqualTo(manifest);
    }

    @Test
    void foldersThatLieElsewhereMayBeLinkedTo() throws Exception {
        writeAll();
        Path links = Files.createDirectories(temporary.resolve("links"));
        Files.createSymbolicLink(links.resolve("web"), folder().resolve("Web Pages"));
        Path code = Files.createDirectories(links.resolve("code"));
        Files.createSymbolicLink(code.resolve("all"), folder().resolve("code_2"));
        Path file = links.resolve("manifest.json");
        Manifest.ofFolder(links, TokenizerSource.BYTES).write(file);
        Corpus corpus = Corpus.prepare(file, temporary.resolve("corpora"), Progress.SILENT);
        assertThat(corpus.domains()).containsExactly("code", "web");
        assertThat(corpus.table().longColumn("documents").asList()).containsExactly(40L, 40L);
    }

    @Test
    void tokenizerIsWrittenWithItsChecksum() throws Exception {
        writeAll();
        TokenizerSource tokenizer = TokenizerSource.ofFile("tokenizer.json", "0".repeat(64), "</s>");
        Path file = folder().resolve("manifest.json");
        Manifest.ofFolder(folder(), tokenizer).write(file);
        assertThat(Manifest.read(file).tokenizer()).isEqualTo(tokenizer);
    }

    @Test
    void foldersThatMakeNoCorpusAreNamed() throws Exception {
        write("only/a.txt", "text");
        assertThatThrownBy(() -> Manifest.ofFolder(folder(), TokenizerSource.BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(folder().toString())
                .hasMessageContaining("1 folders");
        write("both/a.txt", "text");
        write("both/b.jsonl", "{}");
        assertThatThrownBy(() -> Manifest.ofFolder(folder(), TokenizerSource.BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(folder().resolve("both").toString());
        Files.delete(folder().resolve("both/b.jsonl"));
        write("123/a.txt", "text");
        assertThatThrownBy(() -> Manifest.ofFolder(folder(), TokenizerSource.BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
    }
}
