package io.regmixd.data.source;

import io.regmixd.data.Manifest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// Reads a file of plain text: it is one document, or each of its lines is.
///
/// @param name what the file is called where it comes from
record PlainDocuments(String name, List<Wanted> wanted) implements DocumentReader {

    @Override
    public boolean read(Path file, Sink sink) throws IOException {
        for (Wanted each : wanted) {
            try (Expanded content = Expanded.open(file, name)) {
                boolean more = each.definition().document() == Manifest.Unit.FILE
                        ? each.hand(ByteBuffer.wrap(content.all()), 1, sink)
                        : readLines(each, content, sink);
                if (!more) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean readLines(Wanted each, Expanded content, Sink sink) throws IOException {
        for (byte[] line = content.line(); line != null; line = content.line()) {
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted while reading " + name);
            }
            if (!each.hand(ByteBuffer.wrap(line), content.done(), sink)) {
                return false;
            }
        }
        return true;
    }
}
