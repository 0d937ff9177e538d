package io.regmixd.data.source;

import io.regmixd.store.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads a file of JSON lines, each a record: the text of a document in one field, and others that say which
/// domain it belongs to.
///
/// @param name what the file is called where it comes from
record JsonLines(String name, List<Wanted> wanted) implements DocumentReader {

    @Override
    public boolean read(Path file, Sink sink) throws IOException {
        try (Expanded content = Expanded.open(file, name)) {
            long number = 0;
            for (byte[] line = content.line(); line != null; line = content.line()) {
                number++;
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted while reading " + name);
                }
                if (line.length > 0 && !record(line, number, content.done(), sink)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean record(byte[] line, long number, double done, Sink sink) throws IOException {
        ObjectNode record;
        try {
            record = Json.parse(ByteBuffer.wrap(line));
        } catch (IOException e) {
            if (e.getMessage().equals("not UTF-8")) {
                wanted.forEach(each -> sink.rejected(each.domain()));
                return true;
            }
            throw new IOException(
                    String.format(Locale.ROOT, "%s, line %,d is no record: %s; ", name, number, e.getMessage())
                            + "mend the file, or leave it out of the manifest",
                    e);
        }
        for (Wanted each : wanted) {
            Source.Files source = (Source.Files) each.definition().source();
            if (matches(record, source.where())) {
                JsonNode text = field(record, source.text());
                if (text == null || !text.isString()) {
                    throw new IOException(String.format(
                            Locale.ROOT,
                            "%s, line %,d has no text in the field %s; name the right one as \"text\" of the source of "
                                    + "domain %s",
                            name,
                            number,
                            source.text(),
                            each.definition().name()));
                }
                if (!each.hand(text.stringValue(), done, sink)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean matches(ObjectNode record, Map<String, String> where) {
        return where.entrySet().stream().allMatch(condition -> {
            JsonNode value = field(record, condition.getKey());
            return value != null && value.asString().equals(condition.getValue());
        });
    }

    // `meta.pile_set_name`: a field of that very name, or one inside another
    private static JsonNode field(JsonNode record, String path) {
        JsonNode whole = record.get(path);
        int dot = path.indexOf('.');
        if (whole != null || dot < 0) {
            return whole;
        }
        JsonNode outer = record.get(path.substring(0, dot));
        return outer == null ? null : field(outer, path.substring(dot + 1));
    }
}
