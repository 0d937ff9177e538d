package io.regmixd.evaluation.harness;

import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A split of a task: read when needed, known by its content.
///
/// @param sha256 the head of the file's SHA-256, 16 hexadecimal digits
record TaskDocuments(Path file, DocumentReader reader, String sha256) {

    private static final int DIGITS = 16;

    static TaskDocuments of(Path file, DocumentReader reader) throws IOException {
        return new TaskDocuments(file, reader, head(Sha256.of(file)));
    }

    /// The 16 digits that are kept of a SHA-256.
    static String head(String sha256) {
        return sha256.substring(0, DIGITS);
    }

    List<Document> read() throws IOException {
        return reader.read(file).stream().map(Document::new).toList();
    }
}
