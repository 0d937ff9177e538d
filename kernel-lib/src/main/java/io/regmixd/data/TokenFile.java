package io.regmixd.data;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A file of tokens, a byte each, every document ended by a 0.
///
/// @param file      its name within the corpus folder
/// @param documents how many documents it holds
/// @param tokens    how many tokens, which is its size in bytes
/// @param sha256    of its content
record TokenFile(String file, int documents, long tokens, String sha256) {

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

    /// Writes a token file; it appears under its name when it is finished.
    static final class Writer implements Closeable {

        private final String name;
        private final WholeFile file;
        private int documents;
        private long tokens;

        Writer(Path folder, String name) throws IOException {
            this.name = name;
            this.file = new WholeFile(folder.resolve(name));
        }

        void append(byte[] document) throws IOException {
            file.out().write(document);
            file.out().write(0);
            documents++;
            tokens += document.length + 1;
        }

        TokenFile finish() throws IOException {
            return new TokenFile(name, documents, tokens, file.finish());
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
