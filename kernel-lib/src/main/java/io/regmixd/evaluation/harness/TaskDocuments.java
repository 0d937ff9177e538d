package io.regmixd.evaluation.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// A split of a task: read when needed, known by its content.
///
/// @param sha256 the head of the file's SHA-256, 16 hexadecimal digits
record TaskDocuments(Path file, DocumentReader reader, String sha256) {

    static TaskDocuments of(Path file, DocumentReader reader) throws IOException {
        return new TaskDocuments(file, reader, sha256(Files.readAllBytes(file)));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    List<Document> read() throws IOException {
        return reader.read(file).stream().map(Document::new).toList();
    }
}
