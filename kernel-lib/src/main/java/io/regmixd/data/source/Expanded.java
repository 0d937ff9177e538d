package io.regmixd.data.source;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// A file's content, decompressed if its name ends in `.gz` or `.zst`, and how much of the file has been read.
final class Expanded implements AutoCloseable {

    /// The largest document, line or record that is read, in bytes.
    static final int LARGEST = 64 << 20;

    private static final int BUFFER = 1 << 16;

    private final String name;
    private final long size;
    private final Counted counted;
    private final InputStream content;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    private Expanded(String name, long size, Counted counted, InputStream content) {
        this.name = name;
        this.size = size;
        this.counted = counted;
        this.content = content;
    }

    /// @param name what the file is called where it comes from
    /// @throws IOException if it cannot be read
    static Expanded open(Path file, String name) throws IOException {
        Counted counted = new Counted(Files.newInputStream(file));
        try {
            InputStream content = name.endsWith(".gz")
                    ? new GZIPInputStream(counted, BUFFER)
                    : name.endsWith(".zst") ? new ZstdInputStream(counted) : counted;
            return new Expanded(name, Math.max(1, Files.size(file)), counted, content);
        } catch (IOException e) {
            counted.close();
            throw unreadable(name, e);
        }
    }

    /// `name` without the ending of a compression.
    static String plain(String name) {
        return name.replaceFirst("\\.(gz|zst)$", "");
    }

    /// Which part of the file has been read, from 0 to 1.
    double done() {
        return Math.min(1, counted.bytes / (double) size);
    }

    /// @return the bytes up to the next end of line, without it; null at the end
    /// @throws IOException if they are more than [#LARGEST], or the file is damaged
    byte[] line() throws IOException {
        byte[] line = null;
        int length = 0;
        while (true) {
            if (at == end && !fill()) {
                return line == null || (length == 0 && line.length == 0) ? null : Arrays.copyOf(line, length);
            }
            int from = at;
            while (at < end && buffer[at] != '\n' && buffer[at] != '\r') {
                at++;
            }
            int more = at - from;
            if (length + more > LARGEST) {
                throw tooLarge(name, "a line");
            }
            if (line == null || line.length < length + more) {
                line = Arrays.copyOf(
                        line == null ? new byte[0] : line, Math.max(length + more, Math.min(LARGEST, 2 * length)));
            }
            System.arraycopy(buffer, from, line, length, more);
            length += more;
            if (at < end) {
                at++;
                return Arrays.copyOf(line, length);
            }
        }
    }

    /// All of the content.
    ///
    /// @throws IOException if it is more than [#LARGEST], or the file is damaged
    byte[] all() throws IOException {
        try {
            byte[] all = content.readNBytes(LARGEST + 1);
            if (all.length > LARGEST) {
                throw tooLarge(name, "the file");
            }
            return all;
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private boolean fill() throws IOException {
        try {
            at = 0;
            end = Math.max(0, content.read(buffer));
            return end > 0;
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /// What is said of a document that is more than [#LARGEST].
    static IOException tooLarge(String name, String what) {
        return new IOException(name + ": " + what + " is larger than " + (LARGEST >> 20)
                + " MiB: that is no document; leave the file out of the manifest, or cut it into documents");
    }

    private static IOException unreadable(String name, IOException e) {
        return e.getMessage() != null && e.getMessage().startsWith(name)
                ? e
                : new IOException(
                        name + " cannot be read: " + e.getMessage() + "; it is truncated or not what its name says", e);
    }

    @Override
    public void close() throws IOException {
        content.close();
    }

    private static final class Counted extends FilterInputStream {

        private long bytes;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            bytes += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            bytes += Math.max(0, read);
            return read;
        }
    }
}
