package io.regmixd.engine.huggingface;

import io.regmixd.engine.Precision;
import io.regmixd.store.Json;
import io.regmixd.store.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Named tensors in a safetensors file, the format in which models are exchanged; the file stays mapped as
/// long as this is in use.
///
/// 8 bytes, little-endian, say how long the header is; the header is a JSON object of one entry a tensor,
/// `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`, offsets counted from the header's end; the
/// data follow, little-endian, row-major, without gaps. Of the format's types, those of [Precision] are known
/// here. Format: <https://github.com/huggingface/safetensors#format>.
final class Safetensors {

    private static final String METADATA = "__metadata__";

    /// The limit of the format's own reader.
    private static final long LONGEST_HEADER = 100_000_000;

    /// A tensor to write.
    ///
    /// @param values row-major; asked for once, when the tensors before it lie in the file
    record Tensor(String name, List<Long> shape, Supplier<float[]> values) {

        long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    /// What the header says of a tensor; the offsets are bytes from the header's end.
    private record Entry(Precision precision, List<Long> shape, long begin, long end) {}

    private final Path file;
    private final MemorySegment data;
    private final Map<String, Entry> entries;

    private Safetensors(Path file, MemorySegment data, Map<String, Entry> entries) {
        this.file = file;
        this.data = data;
        this.entries = entries;
    }

    /// Writes tensors in their order, whole or not at all (see [WholeFile]); one of them is in memory at a
    /// time.
    ///
    /// @throws IllegalArgumentException if a name comes twice, or values do not fit their shape
    static void write(Path file, Precision precision, List<Tensor> tensors) throws IOException {
        byte[] header = header(precision, tensors);
        WholeFile.write(file, out -> {
            out.write(header);
            for (Tensor tensor : tensors) {
                float[] values = tensor.values.get();
                if (values.length != tensor.elements()) {
                    throw new IllegalArgumentException("tensor " + tensor.name + " of shape " + tensor.shape + " has "
                            + values.length + " values");
                }
                write(values, precision, out);
            }
        });
    }

    /// The header with its length before it.
    private static byte[] header(Precision precision, List<Tensor> tensors) {
        ObjectNode json = Json.object();
        // Transformers refuses files that do not say whose tensors they hold
        json.putObject(METADATA).put("format", "pt");
        long offset = 0;
        for (Tensor tensor : tensors) {
            if (json.has(tensor.name)) {
                throw new IllegalArgumentException("two tensors of the name " + tensor.name);
            }
            ObjectNode entry = json.putObject(tensor.name).put("dtype", precision.dtype());
            ArrayNode shape = entry.putArray("shape");
            tensor.shape.forEach(shape::add);
            long end = offset + tensor.elements() * precision.bytes();
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] text = Json.line(json).getBytes(StandardCharsets.UTF_8);
        byte[] header = new byte[Long.BYTES + (text.length + 7) / 8 * 8];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length - Long.BYTES)
                .put(text);
        return header;
    }

    private static void write(float[] values, Precision precision, OutputStream out) throws IOException {
        byte[] bytes = new byte[1 << 18];
        ByteBuffer piece = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (!piece.hasRemaining()) {
                out.write(bytes);
                piece.clear();
            }
            precision.put(value, piece);
        }
        out.write(bytes, 0, piece.position());
    }

    /// Maps the file after a look at all of its header.
    ///
    /// @throws IOException if there is no such file, it is cut short or is no safetensors file, or it holds
    ///     tensors of another type; the message names the file, the tensor and what is wrong
    static Safetensors open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < Long.BYTES) {
                throw new IOException("cut short: " + size + " bytes do not hold the header's length");
            }
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            long header = mapped.asSlice(0, Long.BYTES)
                    .asByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (header < 0 || header > LONGEST_HEADER) {
                throw new IOException("a header of " + Long.toUnsignedString(header) + " bytes, at most "
                        + LONGEST_HEADER + " are allowed");
            }
            if (header > size - Long.BYTES) {
                throw new IOException("cut short: a header of " + header + " bytes in a file of " + size);
            }
            MemorySegment data = mapped.asSlice(Long.BYTES + header);
            Map<String, Entry> entries =
                    entries(mapped.asSlice(Long.BYTES, header).asByteBuffer(), data.byteSize());
            return new Safetensors(file, data, entries);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": there is no such file", e);
        } catch (IOException e) {
            throw new IOException(
                    file + " cannot be read as safetensors: " + e.getMessage() + ". Export or fetch it again", e);
        }
    }

    private static Map<String, Entry> entries(ByteBuffer header, long size) throws IOException {
        ObjectNode json;
        try {
            json = Json.parse(header);
        } catch (IOException e) {
            throw new IOException("the header is " + e.getMessage(), e);
        }
        JsonNode metadata = json.remove(METADATA);
        if (metadata != null
                && !(metadata.isObject() && metadata.values().stream().allMatch(JsonNode::isString))) {
            throw new IOException(METADATA + " " + shortened(metadata) + " is no object of texts");
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            try {
                entries.put(property.getKey(), entry(property.getValue(), size));
            } catch (IOException e) {
                throw new IOException("tensor " + property.getKey() + ": " + e.getMessage(), e);
            }
        }
        requireWithoutGaps(entries, size);
        return entries;
    }

    private static Entry entry(JsonNode json, long size) throws IOException {
        JsonNode dtype = json.path("dtype");
        Precision precision = Arrays.stream(Precision.values())
                .filter(known -> dtype.isString() && known.dtype().equals(dtype.stringValue()))
                .findFirst()
                .orElseThrow(() -> new IOException("dtype " + shortened(dtype) + " is not known here, only "
                        + Arrays.stream(Precision.values())
                                .map(Precision::dtype)
                                .collect(Collectors.joining(" and "))));
        List<Long> shape = lengths(json, "shape");
        List<Long> offsets = lengths(json, "data_offsets");
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new IOException("data_offsets " + shortened(json.path("data_offsets"))
                    + ", expected a start and an end" + " that is not before it");
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (end > size) {
            throw new IOException("data end at byte " + end + " of " + size + ": the file is cut short");
        }
        long bytes = precision.bytes();
        try {
            for (long length : shape) {
                bytes = Math.multiplyExact(bytes, length);
            }
        } catch (ArithmeticException e) {
            throw new IOException("shape " + shortened(json.path("shape")) + " is too large", e);
        }
        if (bytes != end - begin) {
            throw new IOException((end - begin) + " bytes of data, shape " + shortened(json.path("shape")) + " of "
                    + precision.dtype() + " takes " + bytes);
        }
        return new Entry(precision, shape, begin, end);
    }

    private static List<Long> lengths(JsonNode json, String field) throws IOException {
        JsonNode array = json.path(field);
        List<Long> lengths = new ArrayList<>();
        for (JsonNode number : array) {
            if (number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0) {
                lengths.add(number.longValue());
            }
        }
        if (!array.isArray() || lengths.size() != array.size()) {
            throw new IOException(field + " " + shortened(array) + ", expected a list of whole numbers, none negative");
        }
        return List.copyOf(lengths);
    }

    private static void requireWithoutGaps(Map<String, Entry> entries, long size) throws IOException {
        List<Map.Entry<String, Entry>> inOrder = entries.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> entry) -> entry.getValue().begin)
                        .thenComparingLong(entry -> entry.getValue().end))
                .toList();
        long end = 0;
        for (Map.Entry<String, Entry> entry : inOrder) {
            long begin = entry.getValue().begin;
            if (begin != end) {
                throw new IOException("tensor " + entry.getKey() + ": data start at byte " + begin
                        + (begin < end ? ", inside another tensor that ends at " : ", after a gap from byte ") + end);
            }
            end = entry.getValue().end;
        }
        if (end != size) {
            throw new IOException((size - end) + " bytes follow the last tensor");
        }
    }

    private static String shortened(JsonNode json) {
        String text = json.isMissingNode() ? "missing" : json.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    Path file() {
        return file;
    }

    /// In the order of the header.
    Set<String> names() {
        return entries.keySet();
    }

    /// @param name one of [#names()]
    List<Long> shape(String name) {
        return entries.get(name).shape;
    }

    /// The values, row-major, in single precision.
    ///
    /// @param name one of [#names()]
    /// @throws IOException if they are more than an array can hold
    float[] values(String name) throws IOException {
        Entry entry = entries.get(name);
        long elements = (entry.end - entry.begin) / entry.precision.bytes();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new IOException(
                    file + ", tensor " + name + ": " + elements + " values are more than Java arrays hold");
        }
        float[] read = new float[(int) elements];
        entry.precision.get(data.asSlice(entry.begin, entry.end - entry.begin), read);
        return read;
    }
}
