package io.regmixd.engine.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regmixd.engine.Precision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    private static final String NUMBERS = "expected a list of whole numbers, none negative";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.safetensors");
    }

    private static List<Safetensors.Tensor> tensors() {
        return List.of(
                new Safetensors.Tensor("matrix", List.of(2L, 3L), () -> new float[] {1, -2, 0.5f, 0, -0f, 65_536}),
                new Safetensors.Tensor("scalar", List.of(), () -> new float[] {Float.NaN}),
                new Safetensors.Tensor("nothing", List.of(4L, 0L), () -> new float[0]),
                new Safetensors.Tensor("ß", List.of(1L), () -> new float[] {Float.NEGATIVE_INFINITY}));
    }

    private void hold(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        hold(text.length, text, dataBytes);
    }

    private void hold(long length, byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header);
        Files.write(file, bytes.array());
    }

    private void assertRefused(String... words) {
        assertThatIOException()
                .isThrownBy(() -> Safetensors.open(file))
                .withMessageContaining(file.toString())
                .withMessageContainingAll(words);
    }

    private static String entry(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\": {\"dtype\": " + dtype + ", \"shape\": " + shape + ", \"data_offsets\": " + offsets
                + "}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "BFLOAT16"})
    void writtenTensorsReadBackTheSame(Precision precision) throws IOException {
        Safetensors.write(file, precision, tensors());
        Safetensors read = Safetensors.open(file);
        assertThat(read.names()).containsExactly("matrix", "scalar", "nothing", "ß");
        for (Safetensors.Tensor tensor : tensors()) {
            assertThat(read.shape(tensor.name())).isEqualTo(tensor.shape());
            assertThat(read.values(tensor.name())).isEqualTo(tensor.values().get()); // all of them exact in both
        }
    }

    @Test
    void layoutIsTheFormats() throws IOException {
        Safetensors.write(file, Precision.BFLOAT16, List.of(new Safetensors.Tensor("w", List.of(2L, 1L), () ->
                new float[] {1, -2})));
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"w\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[0,4]}}";
        int padded = (header.length() + 7) / 8 * 8;
        ByteBuffer expected = ByteBuffer.allocate(8 + padded + 4).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded).put(header.getBytes(StandardCharsets.US_ASCII));
        expected.put(" ".repeat(padded - header.length()).getBytes(StandardCharsets.US_ASCII));
        expected.putShort((short) 0x3F80).putShort((short) 0xC000);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    /// The format's documentation leaves the order of the entries free, and spaces after the header.
    @Test
    void fileOfAnotherWriterIsRead() throws IOException {
        String header =
                "{ " + entry("b", "\"F32\"", "[1]", "[4, 8]") + ",\n" + entry("a", "\"BF16\"", "[2]", "[0,4]") + "}   ";
        hold(header, 8);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(bytes.length - 8, (short) 0x3FC0)
                .putFloat(bytes.length - 4, 0.1f);
        Files.write(file, bytes);
        Safetensors read = Safetensors.open(file);
        assertThat(read.values("a")).containsExactly(1.5f, 0f);
        assertThat(read.values("b")).containsExactly(0.1f);
    }

    @Test
    void fileWithoutTensorsHasNone() throws IOException {
        hold("{}", 0);
        Safetensors read = Safetensors.open(file);
        assertThat(read.names()).isEmpty();
    }

    @Test
    void fileCutShortAtAnyLengthIsRefused() throws IOException {
        Safetensors.write(file, Precision.FLOAT32, tensors());
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused("cut short");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-1, a header of 18446744073709551615 bytes",
        "100000001, at most 100000000",
        "9223372036854775807, at most 100000000",
        "3, cut short: a header of 3 bytes in a file of 10"
    })
    void impossibleLengthOfTheHeaderIsRefused(long length, String words) throws IOException {
        hold(length, "{}".getBytes(StandardCharsets.UTF_8), 0);
        assertRefused(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~| the header is not a JSON object",
                "{| the header is not JSON",
                "[]| the header is not a JSON object",
                "3| the header is not a JSON object",
                "null| the header is not a JSON object",
                "{} {}| the header is not JSON",
                "{'a': 1,}| the header is not JSON",
                "{'__metadata__': 'pt'}| __metadata__ \"pt\" is no object of texts",
                "{'__metadata__': {'format': 1}}| is no object of texts"
            })
    void headerThatIsNoObjectIsRefused(String header, String words) throws IOException {
        hold(header.replace('\'', '"'), 0);
        assertRefused(words);
    }

    @Test
    void headerOfAnotherEncodingIsRefused() throws IOException {
        byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
        hold(utf16.length, utf16, 0);
        assertRefused("the header is not JSON");
        hold(3, new byte[] {'{', (byte) 0xFF, '}'}, 0);
        assertRefused("the header is not UTF-8");
    }

    @Test
    void headerOfManyBracketsIsRefused() throws IOException {
        hold("{\"a\":" + "[".repeat(1_000_000), 0);
        assertRefused("the header is not JSON");
    }

    @Test
    void nameThatComesTwiceIsRefused() throws IOException {
        hold("{" + entry("a", "\"F32\"", "[1]", "[0,4]") + "," + entry("a", "\"F32\"", "[1]", "[4,8]") + "}", 8);
        assertRefused("the header is not JSON", "Duplicate", "\"a\"");
    }

    /// Data of 8 bytes each.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'F64' | [1]   | [0,8] | dtype \"F64\" is not known here, only F32 and BF16",
                "32    | [2]   | [0,8] | dtype 32 is not known here",
                "'F32' | [-2]  | [0,8] | shape [-2], " + NUMBERS,
                "'F32' | [2.0] | [0,8] | shape [2.0], " + NUMBERS,
                "'F32' | ['2'] | [0,8] | shape [\"2\"], " + NUMBERS,
                "'F32' | 2     | [0,8] | shape 2, " + NUMBERS,
                "'F32' | {}    | [0,8] | shape {}, " + NUMBERS,
                "'F32' | null  | [0,8] | shape null, " + NUMBERS,
                "'F32' | [99999999999999999999]  | [0,8] | " + NUMBERS,
                "'F32' | [4611686018427387904]   | [0,8] | shape [4611686018427387904] is too large",
                "'F32' | [4294967296,4294967296] | [0,8] | is too large",
                "'F32' | [4294967296,1073741824,0] | [0,8] | is too large",
                "'F32' | [2]   | [8,0] | data_offsets [8,0], expected a start and an end that is not before it",
                "'F32' | [2]   | [0]   | data_offsets [0], expected a start and an end",
                "'F32' | [2]   | [0,8,8] | data_offsets [0,8,8], expected a start and an end",
                "'F32' | [2]   | [-8,0]  | data_offsets [-8,0], " + NUMBERS,
                "'F32' | [2]   | null  | data_offsets null, " + NUMBERS,
                "'F32' | [3]   | [0,12] | data end at byte 12 of 8: the file is cut short",
                "'F32' | [2]   | [0,9223372036854775807] | data end at byte 9223372036854775807 of 8",
                "'F32' | [3]   | [0,8] | 8 bytes of data, shape [3] of F32 takes 12",
                "'BF16'| [2]   | [0,8] | 8 bytes of data, shape [2] of BF16 takes 4",
                "'F32' | []    | [0,8] | 8 bytes of data, shape [] of F32 takes 4"
            })
    void impossibleTensorIsRefusedByName(String dtype, String shape, String offsets, String words) throws IOException {
        hold("{" + entry("the one", dtype, shape, offsets).replace('\'', '"') + "}", 8);
        assertRefused("tensor the one: ", words);
    }

    @Test
    void incompleteEntryIsRefusedByName() throws IOException {
        hold("{\"a\": {\"dtype\": \"F32\", \"shape\": [2]}}", 8);
        assertRefused("tensor a: data_offsets missing");
        hold("{\"a\": {\"shape\": [2], \"data_offsets\": [0, 8]}}", 8);
        assertRefused("tensor a: dtype missing is not known here");
        hold("{\"a\": 7}", 8);
        assertRefused("tensor a: dtype missing is not known here");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[0,4]  | [4,8]   | 12 bytes follow the last tensor",
                "[0,4]  | [16,20] | tensor b: data start at byte 16, after a gap from byte 4",
                "[4,8]  | [8,12]  | tensor a: data start at byte 4, after a gap from byte 0",
                "[0,4]  | [0,4]   | tensor b: data start at byte 0, inside another tensor that ends at 4",
                "[0,4]  | [2,6]   | tensor b: data start at byte 2, inside another tensor that ends at 4"
            })
    void gapsAndOverlapsAreRefused(String first, String second, String words) throws IOException {
        hold("{" + entry("a", "\"F32\"", "[1]", first) + "," + entry("b", "\"F32\"", "[1]", second) + "}", 20);
        assertRefused(words);
    }

    @Test
    void missingFileIsNamed() {
        assertRefused("there is no such file");
    }

    @Test
    void tensorIsAskedForWhenThoseBeforeLieInTheFile() throws IOException {
        int elements = 1 << 18;
        long[] before = new long[2];
        List<Safetensors.Tensor> lazily = Stream.of(0, 1)
                .map(i -> new Safetensors.Tensor("tensor " + i, List.of((long) elements), () -> {
                    before[i] = bytesInFolder();
                    return new float[elements];
                }))
                .toList();
        Safetensors.write(file, Precision.FLOAT32, lazily);
        assertThat(before[0]).isLessThan(1000);
        assertThat(before[1]).isBetween(4L * elements, 4L * elements + 1000);
    }

    private long bytesInFolder() {
        long bytes = 0;
        for (Path path : files()) {
            bytes += path.toFile().length();
        }
        return bytes;
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void tensorsThatDoNotFitAreRefusedAndTheOldFileStays() throws IOException {
        Safetensors.write(file, Precision.FLOAT32, tensors());
        byte[] old = Files.readAllBytes(file);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.write(
                        file, Precision.FLOAT32, List.of(new Safetensors.Tensor("w", List.of(2L), () -> new float[3]))))
                .withMessage("tensor w of shape [2] has 3 values");
        Safetensors.Tensor twice = new Safetensors.Tensor("twice", List.of(1L), () -> new float[1]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.write(file, Precision.FLOAT32, List.of(twice, twice)))
                .withMessage("two tensors of the name twice");
        assertThat(Files.readAllBytes(file)).isEqualTo(old);
        assertThat(files()).containsExactly(file);
    }
}
