package io.regmixd.data;

import io.regmixd.store.Sha256;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// A file of tokens; every document is ended by the end-of-document token.
///
/// @param file      its name within the corpus folder
/// @param documents how many documents it holds
/// @param tokens    how many tokens
/// @param textBytes how many bytes their text has in UTF-8
/// @param sha256    of each [#BLOCK] of its content, in order
record TokenFile(String file, long documents, long tokens, long textBytes, List<String> sha256) {

    /// In bytes. The unit that is checked.
    static final int BLOCK = 1 << 26;

    private static final String NAME = "[a-z][a-z0-9_-]*\\.(train|validation)\\.tokens";

    /// @throws IllegalArgumentException if the name leads out of the folder, or a field is missing
    TokenFile {
        if (file == null || sha256 == null || !file.matches(NAME)) {
            throw new IllegalArgumentException("file: \"" + file + "\" is no token file");
        }
        sha256 = List.copyOf(sha256);
    }

    static String train(String domain) {
        return domain + ".train.tokens";
    }

    static String validation(String domain) {
        return domain + ".validation.tokens";
    }

    /// Maps the file, and checks its size.
    ///
    /// @param width how many bytes a token takes
    /// @throws IOException if it is not as large as what was written; the message says what to do
    Tokens open(Path folder, int width) throws IOException {
        Path path = folder.resolve(file);
        try (FileChannel channel = FileChannel.open(path)) {
            if (channel.size() != tokens * width) {
                throw new IOException(path + " has " + channel.size() + " bytes, expected " + tokens * width
                        + ": it is truncated or foreign" + remedy(folder));
            }
            return new Tokens(channel.map(FileChannel.MapMode.READ_ONLY, 0, tokens * width, Arena.ofAuto()), width);
        } catch (NoSuchFileException e) {
            throw new IOException(path + " is missing" + remedy(folder), e);
        }
    }

    /// Checks the content.
    ///
    /// @param told hears of the bytes of each block before it is checked
    /// @throws IOException if it is not what was written; the message says what to do
    void verify(Path folder, Tokens opened, Consumer<Integer> told) throws IOException {
        MemorySegment content = opened.bytes();
        for (int block = 0; block < sha256.size(); block++) {
            long start = (long) block * BLOCK;
            int bytes = (int) Math.min(BLOCK, content.byteSize() - start);
            told.accept(bytes);
            if (!Sha256.of(content.asSlice(start, bytes)).equals(sha256.get(block))) {
                throw new IOException(
                        folder.resolve(file) + " is not what was prepared: its SHA-256 differs" + remedy(folder));
            }
        }
    }

    private static String remedy(Path folder) {
        return "; delete " + folder + " and prepare the corpus again";
    }
}
