package io.regmixd.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/// A Tablesaw table and its metadata, as they lie in an Arrow IPC file that pandas, Polars and DuckDB read as
/// well.
///
/// Columns are `int32`, `int64`, `float64`, `utf8` or `bool`, never null and always finite. The metadata lies
/// in the schema, together with the table's name and a checksum over all of it. The file is one record batch,
/// uncompressed.
///
/// @param table    the table, under the name that it was written with
/// @param metadata the writer's own words: settings as JSON, the fingerprint of a corpus, ...
/// @see <a href="https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format">Arrow's IPC file
///     format</a>
public record ArrowFile(Table table, Map<String, String> metadata) {

    private static final String TABLE = Ipc.PREFIX + "table";

    public ArrowFile {
        metadata = Map.copyOf(metadata);
    }

    /// Writes a table, whole or not at all (see [WholeFile]).
    ///
    /// @param table    columns of ints, longs, doubles, strings and booleans, without missing values
    ///                 (Tablesaw takes the empty string for one too) and with finite numbers only
    /// @param metadata any texts under any names that do not start with `regmixd.`
    /// @throws IllegalArgumentException if the table or the metadata are not so; names column and row
    /// @throws IOException              if the file cannot be written; the old one is untouched then
    public static void write(Path file, Table table, Map<String, String> metadata) throws IOException {
        table.columns().forEach(Columns::requireComplete);
        Map<String, String> all = Ipc.metadata("table", metadata, checksum(table, metadata));
        all.put(TABLE, table.name());
        try (BufferAllocator memory = Ipc.memory(Long.MAX_VALUE)) {
            List<FieldVector> vectors = new ArrayList<>();
            for (Column<?> column : table.columns()) {
                vectors.add(Columns.vector(column, memory));
            }
            Schema schema =
                    new Schema(vectors.stream().map(FieldVector::getField).toList(), all);
            try (VectorSchemaRoot root = new VectorSchemaRoot(schema, vectors, table.rowCount())) {
                WholeFile.write(file, out -> {
                    try (ArrowFileWriter writer = new ArrowFileWriter(root, null, Ipc.channel(out))) {
                        writer.writeBatch();
                    }
                });
            }
        }
    }

    /// Reads what [#write(Path, Table, Map)] wrote.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is no such file
    /// @throws IOException if the file is cut short, damaged (the checksum tells), or something else
    ///                     altogether; the message names the file, what is wrong with it, and the remedy
    public static ArrowFile read(Path file) throws IOException {
        Ipc.requireArrow(file);
        byte[] bytes = Files.readAllBytes(file);
        try (BufferAllocator memory = Ipc.memory(4L * bytes.length + (1 << 20))) {
            try {
                return read(file, bytes, memory);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw Ipc.damaged(file, e);
            }
        }
    }

    private static ArrowFile read(Path file, byte[] bytes, BufferAllocator memory) throws IOException {
        try (ArrowFileReader reader = new ArrowFileReader(new ByteArrayReadableSeekableByteChannel(bytes), memory)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            Map<String, String> all = root.getSchema().getCustomMetadata();
            Map<String, String> given = Ipc.given(file, "table", all);
            reader.loadNextBatch();
            Column<?>[] columns =
                    root.getFieldVectors().stream().map(Columns::column).toArray(Column<?>[]::new);
            Table table = Table.create(all.getOrDefault(TABLE, ""), columns);
            Ipc.requireChecksum(file, all, checksum(table, given));
            return new ArrowFile(table, given);
        }
    }

    private static CRC32C checksum(Table table, Map<String, String> metadata) {
        CRC32C checksum = new CRC32C();
        Ipc.add(checksum, table.name());
        Ipc.add(checksum, metadata);
        table.columns().forEach(column -> Columns.add(checksum, column));
        return checksum;
    }
}
