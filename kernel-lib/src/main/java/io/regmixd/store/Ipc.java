package io.regmixd.store;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/// What table files and tensor files have in common: metadata, checksums, and what to say of a file that is not
/// ours.
///
/// Beside the caller's metadata the schema holds entries of our own, all with the prefix `regmixd.`:
/// `regmixd.kind` (`table` or `tensors`), `regmixd.version` (of this layout) and `regmixd.crc32c`
/// (hexadecimal).
final class Ipc {

    static final String PREFIX = "regmixd.";
    static final String KIND = PREFIX + "kind";
    static final String VERSION = PREFIX + "version";
    static final String CHECKSUM = PREFIX + "crc32c";
    static final String LAYOUT = "1";

    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

    /// Magic, footer length and magic again take more than this.
    private static final long SHORTEST = 12;

    private Ipc() {}

    /// Memory outside the heap for Arrow's vectors.
    ///
    /// @param limit in bytes; a damaged length must fail at once, not take all memory
    /// @throws IllegalStateException if this JVM was started without the options that Arrow needs
    static BufferAllocator memory(long limit) {
        try {
            BufferAllocator memory = new RootAllocator(limit);
            try (ArrowBuf probe = memory.buffer(Long.BYTES)) {
                probe.nioBuffer(0, Long.BYTES);
            }
            return memory;
        } catch (LinkageError | UnsupportedOperationException e) {
            throw new IllegalStateException(
                    "Arrow files need a JVM started with --add-opens=java.base/java.nio=ALL-UNNAMED and"
                            + " --sun-misc-unsafe-memory-access=allow; add both to the kernel's or the command's options",
                    e);
        }
    }

    /// The caller's metadata followed by ours.
    ///
    /// @throws IllegalArgumentException if the caller's uses our prefix
    static Map<String, String> metadata(String kind, Map<String, String> given, CRC32C checksum) {
        for (String key : given.keySet()) {
            if (key.startsWith(PREFIX)) {
                throw new IllegalArgumentException(
                        "metadata entry " + key + ": names that start with " + PREFIX + " are taken");
            }
        }
        Map<String, String> all = new LinkedHashMap<>(given);
        all.put(KIND, kind);
        all.put(VERSION, LAYOUT);
        all.put(CHECKSUM, Long.toHexString(checksum.getValue()));
        return all;
    }

    /// The caller's part of the metadata of a file, after a look at ours.
    ///
    /// @throws IOException if the file is of another kind or layout, or not from this library
    static Map<String, String> given(Path file, String kind, Map<String, String> all) throws IOException {
        if (!all.containsKey(CHECKSUM)) {
            throw unusable(file, "is not from this library: its schema has no " + CHECKSUM, null);
        }
        if (!LAYOUT.equals(all.get(VERSION))) {
            throw unusable(
                    file, "has layout " + all.get(VERSION) + ", this version of the library reads " + LAYOUT, null);
        }
        if (!kind.equals(all.get(KIND))) {
            throw unusable(file, "holds " + all.get(KIND) + ", expected " + kind, null);
        }
        Map<String, String> given = new LinkedHashMap<>(all);
        given.keySet().removeIf(key -> key.startsWith(PREFIX));
        return given;
    }

    /// @throws IOException if the content does not have the checksum that was written with it
    static void requireChecksum(Path file, Map<String, String> all, CRC32C content) throws IOException {
        if (!Long.toHexString(content.getValue()).equals(all.get(CHECKSUM))) {
            throw unusable(file, "is damaged: its content does not have the checksum written with it", null);
        }
    }

    /// Adds metadata to a checksum, in an order of its own: files do not keep one.
    static void add(CRC32C checksum, Map<String, String> metadata) {
        new TreeMap<>(metadata).forEach((key, value) -> {
            add(checksum, key);
            add(checksum, value);
        });
    }

    /// Adds a text with its length, so that "ab", "c" and "a", "bc" differ.
    static void add(CRC32C checksum, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        checksum.update(bytes);
    }

    /// Looks at the first and the last bytes, for a better message than a parser's.
    ///
    /// @throws IOException if this cannot be an Arrow IPC file; the message says what it seems to be
    static void requireArrow(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(
                    file.toString(), null, "there is no such file; run the step that writes it first");
        }
        byte[] head = new byte[MAGIC.length];
        byte[] tail = new byte[MAGIC.length];
        long size;
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            size = in.length();
            if (size >= SHORTEST) {
                in.readFully(head);
                in.seek(size - tail.length);
                in.readFully(tail);
            }
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + WholeFile.reason(e), e);
        }
        if (size == 0) {
            throw unusable(file, "is empty", null);
        }
        if (head[0] == -1 && head[1] == -1 && head[2] == -1 && head[3] == -1) {
            throw unusable(file, "is an Arrow stream, expected an Arrow file", null);
        }
        if (size >= SHORTEST && !Arrays.equals(head, MAGIC)) {
            throw unusable(file, "is not an Arrow file", null);
        }
        if (!Arrays.equals(tail, MAGIC)) {
            throw unusable(file, "is cut short: it ends after " + size + " bytes without Arrow's footer", null);
        }
    }

    /// A file that cannot be read, with the reason and the remedy in its message.
    private static final class Unusable extends IOException {
        private static final long serialVersionUID = 1;

        Unusable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    static IOException unusable(Path file, String why, Throwable cause) {
        return new Unusable(
                file + " " + why + ". Delete it to start over from the step that writes it; nothing else is lost",
                cause);
    }

    /// Arrow's parser checks little: damage can come out as about any exception, which this turns into one that
    /// tells. Those that tell already pass.
    static IOException damaged(Path file, Throwable e) {
        return switch (e) {
            case Unusable telling -> telling;
            case ClosedByInterruptException interrupted -> interrupted;
            default -> unusable(file, "is damaged or not from this library: " + e, e);
        };
    }

    /// Arrow writes to channels, and channels close when their thread is interrupted; streams do not.
    static WritableByteChannel channel(OutputStream out) {
        byte[] piece = new byte[1 << 18];
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer from) throws IOException {
                int all = from.remaining();
                while (from.hasRemaining()) {
                    int length = Math.min(piece.length, from.remaining());
                    from.get(piece, 0, length);
                    out.write(piece, 0, length);
                }
                return all;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                // the stream's owner closes it
            }
        };
    }
}
