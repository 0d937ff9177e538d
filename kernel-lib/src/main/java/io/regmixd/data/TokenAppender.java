package io.regmixd.data;

import io.regmixd.store.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// Writes a token file document by document, and goes on with one that was written in part.
final class TokenAppender implements Closeable {

    private static final int BUFFER = 1 << 18;

    private final String file;
    private final int width;
    private final int endOfDocument;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final List<String> blocks;
    private final MessageDigest digest = Sha256.digest(); // of the block under way
    private long inBlock;
    private long documents;
    private long tokens;
    private long textBytes;

    /// @param before what was written, all of it; whatever came after it is cut off
    /// @throws IOException if the file is shorter than that, or cannot be written
    TokenAppender(Path folder, TokenFile before, int width, int endOfDocument) throws IOException {
        this.file = before.file();
        this.width = width;
        this.endOfDocument = endOfDocument;
        this.documents = before.documents();
        this.tokens = before.tokens();
        this.textBytes = before.textBytes();
        long length = tokens * width;
        this.inBlock = length % TokenFile.BLOCK;
        this.blocks = new ArrayList<>(before.sha256().subList(0, (int) (length / TokenFile.BLOCK)));
        this.channel = FileChannel.open(
                folder.resolve(file), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.size() < length) {
            channel.close();
            throw new IOException(folder.resolve(file) + " is shorter than what was written to it");
        }
        channel.truncate(length);
        for (long at = length - inBlock; at < length; ) {
            buffer.clear().limit((int) Math.min(BUFFER, length - at));
            at += channel.read(buffer, at);
            digest.update(buffer.flip());
        }
        buffer.clear();
        channel.position(length);
    }

    /// Appends a document and its end.
    ///
    /// @param bytes how many bytes its text has
    void document(int[] document, int bytes) throws IOException {
        for (int token : document) {
            put(token);
        }
        put(endOfDocument);
        documents++;
        tokens += document.length + 1;
        textBytes += bytes;
    }

    private void put(int token) throws IOException {
        if (buffer.remaining() < width) {
            flush();
        }
        switch (width) {
            case Byte.BYTES -> buffer.put((byte) token);
            case Short.BYTES -> buffer.putShort((short) token);
            default -> buffer.putInt(token);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) { // the digest block by block
            int end = buffer.limit();
            buffer.limit((int) Math.min(end, buffer.position() + TokenFile.BLOCK - inBlock));
            inBlock += buffer.remaining();
            digest.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                int _ = channel.write(buffer);
            }
            buffer.limit(end);
            if (inBlock == TokenFile.BLOCK) {
                blocks.add(Sha256.hex(digest));
                inBlock = 0;
            }
        }
        buffer.clear();
    }

    /// Brings what was written to the disk.
    void force() throws IOException {
        channel.force(false);
    }

    /// Writes what was taken so far.
    ///
    /// @return what the file holds now
    TokenFile written() throws IOException {
        flush();
        List<String> all = new ArrayList<>(blocks);
        if (inBlock > 0) {
            all.add(hexSoFar());
        }
        return new TokenFile(file, documents, tokens, textBytes, all);
    }

    private String hexSoFar() {
        try {
            return Sha256.hex((MessageDigest) digest.clone());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("every Java platform's SHA-256 can be cloned", e);
        }
    }

    long tokens() {
        return tokens;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
