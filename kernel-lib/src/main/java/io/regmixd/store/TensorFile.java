package io.regmixd.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.Text;

/// Named tensors in an Arrow IPC file: what a training run leaves of its models.
///
/// One record batch of one row per tensor, so that neither side ever holds more than one of them:
///
/// | column | type | |
/// |---|---|---|
/// | `name` | utf8 | |
/// | `shape` | utf8 | the lengths of the axes, `8,64,192`; empty for a scalar |
/// | `crc32c` | int64 | of name, shape and data |
/// | `data` | large_list of float32 | row-major |
///
/// Reading: `try (TensorFile file = TensorFile.open(path)) { for (int i = 0; i < file.size(); i++) { ...
/// file.next() ... } }`
public final class TensorFile implements AutoCloseable {

    private static final String COUNT = Ipc.PREFIX + "tensors";

    private static final List<Field> FIELDS = List.of(
            new Field("name", FieldType.notNullable(new ArrowType.Utf8()), null),
            new Field("shape", FieldType.notNullable(new ArrowType.Utf8()), null),
            new Field("crc32c", FieldType.notNullable(new ArrowType.Int(64, true)), null),
            new Field(
                    "data",
                    FieldType.notNullable(new ArrowType.LargeList()),
                    List.of(new Field(
                            "item",
                            FieldType.notNullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
                            null))));

    /// One tensor. The array is not copied, neither in nor out: it may be half of all memory.
    public static final class Tensor {

        private final String name;
        private final long[] shape;
        private final float[] data;

        /// @param shape the lengths of the axes, none for a scalar
        /// @param data  row-major, as many as the shape's product
        /// @throws IllegalArgumentException if the shape does not fit the data
        public Tensor(String name, long[] shape, float[] data) {
            if (Arrays.stream(shape).anyMatch(n -> n < 0) || product(shape) != data.length) {
                throw new IllegalArgumentException(
                        "tensor " + name + " of shape " + Arrays.toString(shape) + " has " + data.length + " elements");
            }
            this.name = name;
            this.shape = shape.clone();
            this.data = data;
        }

        public String name() {
            return name;
        }

        public long[] shape() {
            return shape.clone();
        }

        /// The elements, row-major; the array itself.
        public float[] data() {
            return data;
        }

        private static double product(long[] shape) {
            return Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
        }
    }

    private final Path file;
    private final BufferAllocator memory;
    private final ArrowFileReader reader;
    private final Map<String, String> metadata;
    private final int size;

    private TensorFile(
            Path file, BufferAllocator memory, ArrowFileReader reader, Map<String, String> metadata, int size) {
        this.file = file;
        this.memory = memory;
        this.reader = reader;
        this.metadata = Map.copyOf(metadata);
        this.size = size;
    }

    /// Writes tensors in their order, whole or not at all (see [WholeFile]). The iterable is walked once, and
    /// each tensor is let go before the next is asked for: let it make them as they are asked for.
    ///
    /// @param metadata any texts under any names that do not start with `regmixd.`
    /// @throws IllegalArgumentException if two tensors have the same name
    /// @throws IOException              if the file cannot be written; the old one is untouched then
    public static void write(Path file, Map<String, String> metadata, Iterable<Tensor> tensors) throws IOException {
        Schema schema = new Schema(FIELDS, Ipc.metadata("tensors", metadata, checksum(metadata)));
        Map<String, String> footer = new HashMap<>();
        try (BufferAllocator memory = Ipc.memory(Long.MAX_VALUE);
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, memory)) {
            WholeFile.write(file, out -> {
                try (ArrowFileWriter writer = new ArrowFileWriter(root, null, Ipc.channel(out), footer)) {
                    Set<String> names = new HashSet<>();
                    for (Tensor tensor : tensors) {
                        if (!names.add(tensor.name)) {
                            throw new IllegalArgumentException("two tensors of the name " + tensor.name);
                        }
                        fill(root, tensor);
                        writer.writeBatch();
                        root.clear();
                    }
                    footer.put(COUNT, Integer.toString(names.size()));
                }
            });
        }
    }

    /// Opens what [#write(Path, Map, Iterable)] wrote; the tensors follow by [#next()].
    ///
    /// @throws java.nio.file.NoSuchFileException if there is no such file
    /// @throws IOException if the file is cut short, damaged, or something else altogether; the message
    ///                     names the file, what is wrong with it, and the remedy
    public static TensorFile open(Path file) throws IOException {
        Ipc.requireArrow(file);
        FileChannel channel = FileChannel.open(file);
        BufferAllocator memory = Ipc.memory(4 * channel.size() + (1 << 20));
        ArrowFileReader reader = new ArrowFileReader(channel, memory);
        try {
            Map<String, String> all = reader.getVectorSchemaRoot().getSchema().getCustomMetadata();
            Map<String, String> given = Ipc.given(file, "tensors", all);
            Ipc.requireChecksum(file, all, checksum(given));
            int size = reader.getRecordBlocks().size();
            if (!Integer.toString(size).equals(reader.getMetaData().get(COUNT))) {
                throw Ipc.unusable(file, "is damaged: it does not hold as many tensors as its footer says", null);
            }
            return new TensorFile(file, memory, reader, given, size);
        } catch (IOException | RuntimeException | AssertionError e) {
            reader.close();
            memory.close();
            throw Ipc.damaged(file, e);
        }
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /// How many tensors there are.
    public int size() {
        return size;
    }

    /// The next tensor, in the order of writing, its checksum verified.
    ///
    /// @throws NoSuchElementException if all [#size()] tensors were handed out
    /// @throws IOException if it is damaged; also if the thread is interrupted, which closes the file
    public Tensor next() throws IOException {
        try {
            if (!reader.loadNextBatch()) {
                throw new NoSuchElementException(file + " has only " + size + " tensors");
            }
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            String name = ((VarCharVector) root.getVector("name")).getObject(0).toString();
            String shape =
                    ((VarCharVector) root.getVector("shape")).getObject(0).toString();
            FieldVector list = ((LargeListVector) root.getVector("data")).getDataVector();
            ArrowBuf values = list.getDataBuffer();
            if (values.capacity() / Float.BYTES < list.getValueCount()) {
                throw Ipc.unusable(file, "is damaged: tensor " + name + " is longer than its data", null);
            }
            float[] data = new float[list.getValueCount()];
            if (((BigIntVector) root.getVector("crc32c")).get(0) != checksum(name, shape, values, data.length)) {
                throw Ipc.unusable(file, "is damaged: tensor " + name + " does not have its checksum", null);
            }
            inPieces(
                    values,
                    data.length,
                    (piece, offset) -> piece.asFloatBuffer().get(data, offset, piece.remaining() / Float.BYTES));
            root.clear();
            return new Tensor(name, shape(shape), data);
        } catch (NoSuchElementException e) {
            throw e;
        } catch (IOException | RuntimeException | AssertionError e) {
            throw Ipc.damaged(file, e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
        memory.close();
    }

    private static void fill(VectorSchemaRoot root, Tensor tensor) {
        String shape = Arrays.stream(tensor.shape).mapToObj(Long::toString).collect(Collectors.joining(","));
        LargeListVector list = (LargeListVector) root.getVector("data");
        Float4Vector values = (Float4Vector) list.getDataVector();
        list.allocateNew();
        values.allocateNew(tensor.data.length);
        inPieces(
                values.getDataBuffer(),
                tensor.data.length,
                (piece, offset) -> piece.asFloatBuffer().put(tensor.data, offset, piece.remaining() / Float.BYTES));
        values.getValidityBuffer().setOne(0, values.getValidityBuffer().capacity());
        list.startNewValue(0);
        list.endValue(0, tensor.data.length);
        ((VarCharVector) root.getVector("name")).setSafe(0, new Text(tensor.name));
        ((VarCharVector) root.getVector("shape")).setSafe(0, new Text(shape));
        long crc = checksum(tensor.name, shape, values.getDataBuffer(), tensor.data.length);
        ((BigIntVector) root.getVector("crc32c")).setSafe(0, crc);
        root.setRowCount(1);
    }

    private static long[] shape(String text) {
        return text.isEmpty()
                ? new long[0]
                : Pattern.compile(",")
                        .splitAsStream(text)
                        .mapToLong(Long::parseLong)
                        .toArray();
    }

    private static CRC32C checksum(Map<String, String> metadata) {
        CRC32C checksum = new CRC32C();
        Ipc.add(checksum, metadata);
        return checksum;
    }

    private static long checksum(String name, String shape, ArrowBuf values, int elements) {
        CRC32C checksum = new CRC32C();
        Ipc.add(checksum, name);
        Ipc.add(checksum, shape);
        inPieces(values, elements, (piece, offset) -> checksum.update(piece));
        return checksum.getValue();
    }

    /// A part of a buffer of floats and the index of its first element.
    private interface Piece {
        void take(ByteBuffer piece, int offset);
    }

    /// Walks a buffer that may be longer than a ByteBuffer can be.
    private static void inPieces(ArrowBuf values, int elements, Piece piece) {
        int most = 1 << 28;
        for (long offset = 0; offset < elements; offset += most) {
            int length = (int) Math.min(most, elements - offset);
            piece.take(
                    values.nioBuffer(offset * Float.BYTES, length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN),
                    (int) offset);
        }
    }
}
