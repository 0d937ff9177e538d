package io.regmixd.data;

import io.regmixd.store.Sha256;
import io.regmixd.store.WholeFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/// A file of tokens, a byte each, every document ended by a 0.
///
/// @param file      its name within the corpus folder
/// @param documents how many documents it holds
/// @param tokens    how many tokens, which is its size in bytes
/// @param sha256    of its content
record TokenFile(String file, int documents, long tokens, String sha256) {

    private static final int BUFFER = 1 << 16;

    /// @throws IllegalArgumentException if the name leads out of the folder, or a field is missing
    TokenFile {
        if (file == null || sha256 == null || !file.matches("[a-z][a-z0-9-]*\\.(train|validation)\\.tokens")) {
            throw new IllegalArgumentException("file: \"" + file + "\" is no token file");
        }
    }

    /// Maps the file, and checks its size and its content.
    ///
    /// @throws IOException if it is not the file that was written; the message says what to do
    MemorySegment open(Path folder) throws IOException {
        Path path = folder.resolve(file);
        String remedy = "; delete " + folder + " and prepare the corpus again";
        try (FileChannel channel = FileChannel.open(path)) {
            if (channel.size() != tokens) {
                throw new IOException(path + " has " + channel.size() + " bytes, expected " + tokens
                        + ": it is truncated or foreign" + remedy);
            }
            MemorySegment map = channel.map(FileChannel.MapMode.READ_ONLY, 0, tokens, Arena.ofAuto());
            if (!Sha256.of(map).equals(sha256)) {
                throw new IOException(path + " is not what was prepared: its SHA-256 differs" + remedy);
            }
            return map;
        } catch (NoSuchFileException e) {
            throw new IOException(path + " is missing" + remedy, e);
        }
    }

    /// Hands documents to the file that takes them.
    @FunctionalInterface
    interface Content {
        void writeTo(JarDocuments.Visitor file) throws IOException;
    }

    /// Writes a token file, whole or not at all.
    static TokenFile write(Path folder, String name, Content content) throws IOException {
        MessageDigest digest = Sha256.digest();
        int[] documents = {0};
        long[] tokens = {0};
        WholeFile.write(folder.resolve(name), out -> {
            OutputStream file = new BufferedOutputStream(new DigestOutputStream(out, digest), BUFFER);
            content.writeTo(text -> {
                file.write(text);
                file.write(0);
                documents[0]++;
                tokens[0] += text.length + 1;
            });
            file.flush();
        });
        return new TokenFile(name, documents[0], tokens[0], Sha256.hex(digest));
    }
}
