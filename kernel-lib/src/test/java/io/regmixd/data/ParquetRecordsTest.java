package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Text from Parquet files, which DuckDB writes.
class ParquetRecordsTest {

    @TempDir
    private Path folder;

    private final List<String> web =
            new ArrayList<>(LocalRepository.texts(1, 300, 20).values());
    private final List<String> code =
            new ArrayList<>(LocalRepository.texts(2, 300, 20).values());

    private Path write(String columns, String options) throws SQLException {
        Path file = folder.resolve("a.parquet");
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("CREATE TABLE texts (id INTEGER, body VARCHAR, kind VARCHAR)");
            try (PreparedStatement insert = duckdb.prepareStatement("INSERT INTO texts VALUES (?, ?, ?)")) {
                for (int i = 0; i < web.size(); i++) {
                    for (boolean isWeb : new boolean[] {true, false}) {
                        insert.setInt(1, i);
                        insert.setString(2, (isWeb ? web : code).get(i));
                        insert.setString(3, isWeb ? "Pile-CC" : "Github");
                        insert.execute();
                    }
                }
            }
            statement.execute(
                    "COPY (SELECT " + columns + " FROM texts) TO '" + file + "' (FORMAT parquet, " + options + ")");
        }
        return file;
    }

    private Corpus prepare(String web, String code) throws IOException, InterruptedException {
        String domain = """
                {"name": "%s", "description": "", "licence": "MIT", "document": "record",
                 "source": {"files": ["a.parquet"], %s}}""";
        Path manifest = Files.writeString(folder.resolve("manifest.json"), """
                {"name": "mine", "description": "", "tokenizer": "bytes", "objective": "web", "validation_tokens": 800,
                 "domains": [%s, %s]}
                """.formatted(
                        domain.formatted("web", web), domain.formatted("code", code)));
        return Corpus.prepare(manifest, folder.resolve("corpora"), Progress.SILENT);
    }

    private void assertBoth(Corpus corpus) {
        assertThat(FileSourcesTest.documents(corpus, 0)).containsExactlyInAnyOrderElementsOf(web);
        assertThat(FileSourcesTest.documents(corpus, 1)).containsExactlyInAnyOrderElementsOf(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd"})
    void rowsAreRecordsInEveryCommonCompression(String codec) throws Exception {
        write("id, body, {'set': kind, 'n': id} AS meta", "CODEC '" + codec + "', ROW_GROUP_SIZE 2048");
        String source = "\"text\": \"body\", \"where\": {\"meta.set\": \"%s\"}";
        assertBoth(prepare(source.formatted("Pile-CC"), source.formatted("Github")));
    }

    @Test
    void columnsMayBeFlatOrDeepAndConditionsNumbers() throws Exception {
        write(
                "{'inner': {'body': body}} AS outside, id, CASE kind WHEN 'Pile-CC' THEN 1 ELSE 2 END AS kind",
                "CODEC 'zstd'");
        String source = "\"text\": \"outside.inner.body\", \"where\": {\"kind\": \"%d\"}";
        assertBoth(prepare(source.formatted(1), source.formatted(2)));
    }

    @Test
    void columnMayHaveADotInItsName() throws Exception {
        write("body AS \"the.text\", kind", "CODEC 'snappy'");
        String source = "\"text\": \"the.text\", \"where\": {\"kind\": \"%s\"}";
        assertBoth(prepare(source.formatted("Pile-CC"), source.formatted("Github")));
    }

    @Test
    void whatIsWrongWithAFileIsSaid() throws Exception {
        Path file = write("body AS text, kind, id", "CODEC 'zstd'");
        String kind = "\"where\": {\"kind\": \"Github\"}";
        assertThatThrownBy(() -> prepare("\"text\": \"content\"", kind))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.parquet has no column content; it has [text, kind, id]")
                .hasMessageContaining("domain web");
        assertThatThrownBy(() -> prepare("\"text\": \"id\"", kind)).hasMessageContaining("no column id of text");
        assertThatThrownBy(() -> prepare("\"where\": {\"meta.set\": \"x\"}", kind))
                .hasMessageContaining("no column meta.set");
        byte[] whole = Files.readAllBytes(file);
        List<byte[]> damaged = new ArrayList<>();
        damaged.add(Arrays.copyOf(whole, whole.length / 2)); // truncated
        damaged.add(Arrays.copyOf(whole, 3));
        damaged.add(new byte[0]);
        damaged.add("<html>Sign in</html>".getBytes(StandardCharsets.UTF_8));
        for (int[] part : new int[][] {{4, 0}, {8, 4}, {300, 8}}) { // magic number, length of the footer, the footer
            byte[] wrong = whole.clone();
            Arrays.fill(wrong, whole.length - part[0], whole.length - part[1], (byte) 0xF7);
            damaged.add(wrong);
        }
        byte[] wrongPages = whole.clone();
        Arrays.fill(wrongPages, 4, whole.length / 2, (byte) 0x55);
        damaged.add(wrongPages);
        for (byte[] content : damaged) {
            Files.write(file, content);
            assertThatThrownBy(() -> prepare(kind.replace("Github", "Pile-CC"), kind))
                    .as("damage %d", damaged.indexOf(content))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("domain web")
                    .hasMessageContaining("a.parquet");
        }
    }

    @Test
    void rowWithoutTextIsNamed() throws Exception {
        write("CASE WHEN id = 7 THEN NULL ELSE body END AS text, kind", "CODEC 'zstd'");
        assertThatThrownBy(() -> prepare("\"where\": {\"kind\": \"Pile-CC\"}", "\"where\": {\"kind\": \"Github\"}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.parquet, row 15 has no text in the column text");
    }

    @Test
    void textThatIsNoUtf8IsCounted() throws Exception {
        write("CASE WHEN id = 7 THEN '\\xFF\\xFE'::BLOB ELSE encode(body) END AS text, kind", "CODEC 'zstd'");
        Corpus corpus = prepare("\"where\": {\"kind\": \"Pile-CC\"}", "\"where\": {\"kind\": \"Github\"}");
        assertThat(Index.read(corpus.folder()).domains())
                .extracting(Index.Domain::rejected)
                .containsExactly(1, 1);
    }
}
