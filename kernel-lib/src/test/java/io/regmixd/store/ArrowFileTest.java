package io.regmixd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.ShortColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

class ArrowFileTest {

    private static final Map<String, String> METADATA =
            Map.of("settings", "{\"seed\": 7, \"objective\": \"ruby\"}", "corpus", "sha256:ab", "empty", "");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("sweep.arrow");
    }

    private static Table table() {
        return Table.create(
                "trajectories",
                IntColumn.create("stage", 0, -1, Integer.MAX_VALUE),
                LongColumn.create("tokens", 0, 25_000_000_000L, Long.MAX_VALUE),
                DoubleColumn.create("loss_nats", 2.25, -0.0, Double.MIN_VALUE),
                StringColumn.create("domain", "ruby", "日本語 🙂", "a,\"b\"\n"),
                BooleanColumn.create("diverged", true, false, true));
    }

    private static void requireSame(Table actual, Table expected) {
        assertThat(actual.name()).isEqualTo(expected.name());
        assertThat(actual.columnNames()).isEqualTo(expected.columnNames());
        assertThat(actual.types()).isEqualTo(expected.types());
        for (int i = 0; i < expected.columnCount(); i++) {
            List<Object> values = List.copyOf(expected.column(i).asList());
            assertThat(List.<Object>copyOf(actual.column(i).asList())).isEqualTo(values);
        }
    }

    @Test
    void writtenTableReadsBackTheSame() throws IOException {
        ArrowFile.write(file, table(), METADATA);
        ArrowFile read = ArrowFile.read(file);
        requireSame(read.table(), table());
        assertThat(read.metadata()).isEqualTo(METADATA);
    }

    @Test
    void tableWithoutRowsReadsBackTheSame() throws IOException {
        ArrowFile.write(file, table().emptyCopy(), Map.of());
        requireSame(ArrowFile.read(file).table(), table().emptyCopy());
    }

    @Test
    void secondWriteTakesThePlaceOfTheFirst() throws IOException {
        ArrowFile.write(file, table(), METADATA);
        ArrowFile.write(file, table().first(1), Map.of());
        assertThat(ArrowFile.read(file).table().rowCount()).isEqualTo(1);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void arrowsOwnReaderSeesPlainColumnsWithoutNulls() throws IOException {
        ArrowFile.write(file, table(), METADATA);
        try (RootAllocator memory = new RootAllocator();
                ArrowFileReader reader = new ArrowFileReader(FileChannel.open(file), memory)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(root.getSchema().getFields())
                    .extracting(Object::toString)
                    .containsExactly(
                            "stage: Int(32, true) not null",
                            "tokens: Int(64, true) not null",
                            "loss_nats: FloatingPoint(DOUBLE) not null",
                            "domain: Utf8 not null",
                            "diverged: Bool not null");
            assertThat(root.getSchema().getCustomMetadata())
                    .containsAllEntriesOf(METADATA)
                    .containsEntry("regmixd.table", "trajectories")
                    .containsEntry("regmixd.version", "1");
            assertThat(reader.loadNextBatch()).isTrue();
            assertThat(root.getRowCount()).isEqualTo(3);
            assertThat(((IntVector) root.getVector("stage")).get(2)).isEqualTo(Integer.MAX_VALUE);
            assertThat(((BigIntVector) root.getVector("tokens")).get(1)).isEqualTo(25_000_000_000L);
            assertThat(((Float8Vector) root.getVector("loss_nats")).get(0)).isEqualTo(2.25);
            assertThat(((VarCharVector) root.getVector("domain")).getObject(1)).hasToString("日本語 🙂");
            assertThat(((BitVector) root.getVector("diverged")).get(1)).isZero();
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void fileCutShortAtAnyLengthIsRefused() throws IOException {
        ArrowFile.write(file, table(), METADATA);
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut.arrow");
        for (int length = 0; length < whole.length; length += length < whole.length - 100 ? 7 : 1) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatIOException()
                    .as("cut to %d of %d bytes", length, whole.length)
                    .isThrownBy(() -> ArrowFile.read(cut))
                    .withMessageContainingAll(cut.toString(), "Delete it to start over", "nothing else is lost");
        }
    }

    @Test
    void flippedBitNeverChangesWhatIsRead() throws IOException {
        ArrowFile.write(file, table(), METADATA);
        byte[] whole = Files.readAllBytes(file);
        Path damaged = folder.resolve("damaged.arrow");
        int noticed = 0;
        for (int at = 0; at < whole.length; at += 5) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 << (at % 8));
            Files.write(damaged, bytes);
            try {
                ArrowFile read = ArrowFile.read(damaged);
                requireSame(read.table(), table());
                assertThat(read.metadata()).isEqualTo(METADATA);
            } catch (IOException e) {
                noticed++;
                assertThat(e).hasMessageContainingAll(damaged.toString(), "Delete it to start over");
            }
        }
        // The rest is padding, and the schema's second copy, which readers of files do not look at.
        assertThat(noticed).isGreaterThan(whole.length / 20);
    }

    @Test
    void flippedBitInTheValuesIsNoticed() throws IOException {
        ArrowFile.write(file, table(), METADATA);
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("ruby日".substring(0, 4) + "\u00e6");
        assertThat(at).isPositive();
        bytes[at] ^= 1;
        Files.write(file, bytes);
        assertThatIOException()
                .isThrownBy(() -> ArrowFile.read(file))
                .withMessageContaining("does not have the checksum written with it");
    }

    @Test
    void missingFileSaysWhichStepIsMissing() {
        assertThatIOException()
                .isThrownBy(() -> ArrowFile.read(file))
                .isInstanceOf(NoSuchFileException.class)
                .withMessageContainingAll(file.toString(), "run the step that writes it first");
    }

    @Test
    void foreignFilesAreRefusedByWhatTheyAre() throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1};
        Files.write(file, png);
        refused("is not an Arrow file");
        Files.write(file, new byte[0]);
        refused("is empty");
        Files.writeString(file, "ARROW1  some text between ARROW1");
        refused("is damaged or not from this library");
        writeWithArrow(true, Map.of());
        refused("is an Arrow stream, expected an Arrow file");
        writeWithArrow(false, Map.of());
        refused("is not from this library");
        TensorFile.write(file, Map.of(), List.of());
        refused("holds tensors, expected table");
    }

    @Test
    void otherLayoutAndUnknownColumnTypeAreRefused() throws IOException {
        writeWithArrow(false, Map.of("regmixd.version", "2", "regmixd.kind", "table", "regmixd.crc32c", "0"));
        refused("has layout 2, this version of the library reads 1");
        writeWithArrow(false, Map.of("regmixd.version", "1", "regmixd.kind", "table", "regmixd.crc32c", "0"));
        refused("column x is of type FloatingPoint(SINGLE)");
    }

    private void refused(String why) {
        assertThatIOException()
                .isThrownBy(() -> ArrowFile.read(file))
                .withMessageContainingAll(file.toString(), why, "Delete it to start over");
    }

    /// A file or stream of Arrow's own with one float32 column.
    private void writeWithArrow(boolean stream, Map<String, String> metadata) throws IOException {
        try (RootAllocator memory = new RootAllocator();
                Float4Vector vector = new Float4Vector("x", memory)) {
            vector.setSafe(0, 1f);
            vector.setValueCount(1);
            Schema schema = new Schema(List.of(vector.getField()), metadata);
            VectorSchemaRoot root = new VectorSchemaRoot(schema, List.of(vector), 1);
            WholeFile.write(file, out -> {
                try (var writer = stream
                        ? new ArrowStreamWriter(root, null, Ipc.channel(out))
                        : new ArrowFileWriter(root, null, Ipc.channel(out))) {
                    writer.writeBatch();
                }
            });
        }
    }

    static Stream<Column<?>> incompleteColumns() {
        return Stream.of(
                IntColumn.create("broken", new int[] {1}).appendMissing(),
                LongColumn.create("broken", new long[] {1}).appendMissing(),
                DoubleColumn.create("broken", 1, Double.NaN),
                DoubleColumn.create("broken", 1, Double.POSITIVE_INFINITY),
                DoubleColumn.create("broken", 1, Double.NEGATIVE_INFINITY),
                StringColumn.create("broken", "a", ""),
                BooleanColumn.create("broken", true).appendMissing());
    }

    @ParameterizedTest
    @MethodSource("incompleteColumns")
    void missingOrInfiniteValueIsRefusedByColumnAndRow(Column<?> broken) throws IOException {
        ArrowFile.write(file, table(), METADATA);
        Table table = Table.create("t", IntColumn.create("fine", 1, 2), broken);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowFile.write(file, table, Map.of()))
                .withMessageContainingAll("column broken", "in row 1");
        requireSame(ArrowFile.read(file).table(), table());
    }

    @Test
    void otherColumnTypesAndOurOwnMetadataNamesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowFile.write(
                        file, Table.create("t", ShortColumn.create("small", new short[] {1})), Map.of()))
                .withMessageContainingAll("column small", "SHORT", "expected INTEGER");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowFile.write(file, table(), Map.of("regmixd.kind", "x")))
                .withMessageContaining("regmixd.kind");
    }
}
