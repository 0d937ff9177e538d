package io.regmixd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regmixd.store.TensorFile.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class TensorFileTest {

    private static final Map<String, String> METADATA = Map.of("settings", "{}", "step", "100");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("target.arrow");
    }

    private static List<Tensor> tensors() {
        return List.of(
                new Tensor("embedding", new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, Float.MIN_VALUE}),
                new Tensor("scalar", new long[0], new float[] {Float.NaN}),
                new Tensor("nothing", new long[] {4, 0}, new float[0]),
                new Tensor("ß", new long[] {1, 1, 2}, new float[] {-0f, Float.NEGATIVE_INFINITY}));
    }

    private static List<Tensor> readAll(Path file) throws IOException {
        List<Tensor> all = new ArrayList<>();
        try (TensorFile open = TensorFile.open(file)) {
            for (int i = 0; i < open.size(); i++) {
                all.add(open.next());
            }
        }
        return all;
    }

    private static void requireSame(List<Tensor> actual, List<Tensor> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).name()).isEqualTo(expected.get(i).name());
            assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
            assertThat(actual.get(i).data()).isEqualTo(expected.get(i).data());
        }
    }

    @Test
    void writtenTensorsReadBackTheSameInTheirOrder() throws IOException {
        TensorFile.write(file, METADATA, tensors());
        requireSame(readAll(file), tensors());
        try (TensorFile open = TensorFile.open(file)) {
            assertThat(open.size()).isEqualTo(4);
            assertThat(open.metadata()).isEqualTo(METADATA);
        }
    }

    @Test
    void fileWithoutTensorsReadsBackWithoutTensors() throws IOException {
        TensorFile.write(file, Map.of(), List.of());
        try (TensorFile open = TensorFile.open(file)) {
            assertThat(open.size()).isZero();
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(open::next);
        }
    }

    @Test
    void tensorIsAskedForOnlyWhenTheOneBeforeLiesInTheFile() throws IOException {
        int elements = 1 << 18;
        List<Long> written = new ArrayList<>();
        Iterable<Tensor> lazily = () -> IntStream.range(0, 4)
                .mapToObj(i -> {
                    written.add(bytesIn(folder));
                    float[] data = new float[elements];
                    Arrays.fill(data, i);
                    return new Tensor("tensor " + i, new long[] {elements}, data);
                })
                .iterator();
        TensorFile.write(file, Map.of(), lazily);
        assertThat(written).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(written.get(i)).isGreaterThanOrEqualTo((long) i * elements * Float.BYTES);
        }
        try (TensorFile open = TensorFile.open(file)) {
            for (int i = 0; i < 4; i++) {
                assertThat(open.next().data()).hasSize(elements).startsWith(i).endsWith(i);
            }
        }
    }

    private static long bytesIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void arrowsOwnReaderSeesOneRowATensor() throws IOException {
        TensorFile.write(file, METADATA, tensors());
        try (RootAllocator memory = new RootAllocator();
                ArrowFileReader reader = new ArrowFileReader(FileChannel.open(file), memory)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(root.getSchema().getFields())
                    .extracting(Object::toString)
                    .containsExactly(
                            "name: Utf8 not null",
                            "shape: Utf8 not null",
                            "crc32c: Int(64, true) not null",
                            "data: LargeList<item: FloatingPoint(SINGLE) not null> not null");
            assertThat(reader.getRecordBlocks()).hasSize(4);
            reader.loadNextBatch();
            assertThat(root.getRowCount()).isEqualTo(1);
            assertThat(root.getVector("name").getObject(0)).hasToString("embedding");
            assertThat(root.getVector("shape").getObject(0)).hasToString("2,3");
            LargeListVector data = (LargeListVector) root.getVector("data");
            assertThat(data.getElementEndIndex(0)).isEqualTo(6);
            assertThat(data.getNullCount() + data.getDataVector().getNullCount())
                    .isZero();
            assertThat(((Float4Vector) data.getDataVector()).get(4)).isEqualTo(5f);
        }
    }

    @Test
    void fileCutShortAtAnyLengthIsRefused() throws IOException {
        TensorFile.write(file, METADATA, tensors());
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut.arrow");
        for (int length = 0; length < whole.length; length += length < whole.length - 100 ? 7 : 1) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatIOException()
                    .as("cut to %d of %d bytes", length, whole.length)
                    .isThrownBy(() -> readAll(cut))
                    .withMessageContainingAll(cut.toString(), "Delete it to start over");
        }
    }

    @Test
    void flippedBitNeverChangesWhatIsRead() throws IOException {
        TensorFile.write(file, METADATA, tensors());
        byte[] whole = Files.readAllBytes(file);
        Path damaged = folder.resolve("damaged.arrow");
        int noticed = 0;
        for (int at = 0; at < whole.length; at += 5) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 << (at % 8));
            Files.write(damaged, bytes);
            try {
                requireSame(readAll(damaged), tensors());
                try (TensorFile open = TensorFile.open(damaged)) {
                    assertThat(open.metadata()).isEqualTo(METADATA);
                }
            } catch (IOException e) {
                noticed++;
                assertThat(e).hasMessageContainingAll(damaged.toString(), "Delete it to start over");
            }
        }
        assertThat(noticed).isGreaterThan(whole.length / 20);
    }

    @Test
    void otherFilesAreRefusedByWhatTheyAre() throws IOException {
        assertThatIOException().isThrownBy(() -> TensorFile.open(file)).isInstanceOf(NoSuchFileException.class);
        ArrowFile.write(file, Table.create("t", IntColumn.create("x", 1, 2)), Map.of());
        assertThatIOException()
                .isThrownBy(() -> TensorFile.open(file))
                .withMessageContainingAll(file.toString(), "holds table, expected tensors");
    }

    @Test
    void tensorsThatDoNotFitAreRefusedAndTheOldFileStays() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tensor("w", new long[] {2, 2}, new float[3]))
                .withMessage("tensor w of shape [2, 2] has 3 elements");
        TensorFile.write(file, METADATA, tensors());
        Tensor twice = new Tensor("twice", new long[] {1}, new float[1]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TensorFile.write(file, METADATA, List.of(twice, twice)))
                .withMessageContaining("two tensors of the name twice");
        requireSame(readAll(file), tensors());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
