package io.regmixd.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole rows of Parquet files, which DuckDB writes.
class ParquetRowsTest {

    @TempDir
    private Path folder;

    private Path write(String query) throws Exception {
        Path file = folder.resolve("a.parquet");
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
        }
        return file;
    }

    @Test
    void valuesAreAsJsonHasThem() throws Exception {
        Path file = write("""
                SELECT 'Où?' AS text, 7::INTEGER AS i, 8::BIGINT AS l, 0.5::DOUBLE AS d, true AS b, NULL::VARCHAR AS none,
                    {'text': ['a', NULL, ''], 'label': ['A', 'B', 'C'], 'inner': {'n': 1::INTEGER}} AS choices,
                    [{'q': 'x'}, {'q': 'y'}] AS problems, []::VARCHAR[] AS empty, DATE '2024-02-29' AS day,
                    'Où?'::BLOB AS bytes""".replace("'Où?'::BLOB", "encode('Où?')"));

        assertThat(ParquetRows.read(file)).singleElement().satisfies(row -> {
            assertThat(row.keySet())
                    .containsExactly(
                            "text", "i", "l", "d", "b", "none", "choices", "problems", "empty", "day", "bytes");
            assertThat(row.values())
                    .containsExactly(
                            "Où?",
                            7,
                            8L,
                            0.5,
                            true,
                            null,
                            Map.of(
                                    "text",
                                    Arrays.asList("a", null, ""),
                                    "label",
                                    List.of("A", "B", "C"),
                                    "inner",
                                    Map.of("n", 1)),
                            List.of(Map.of("q", "x"), Map.of("q", "y")),
                            List.of(),
                            "2024-02-29",
                            "Où?");
        });
    }

    @Test
    void rowsComeInTheOrderOfTheFile() throws Exception {
        assertThat(ParquetRows.read(write("SELECT range AS n FROM range(10000)")))
                .extracting(row -> row.get("n"))
                .containsExactlyElementsOf(LongStream.range(0, 10_000).boxed().toList());
    }

    @Test
    void fileThatIsNoneIsNamed() throws Exception {
        Path file = write("SELECT range AS n FROM range(10000)");
        byte[] whole = Files.readAllBytes(file);
        for (byte[] content : List.of(new byte[0], Arrays.copyOf(whole, whole.length / 2))) {
            Files.write(file, content);
            assertThatThrownBy(() -> ParquetRows.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a.parquet cannot be read");
        }
    }
}
