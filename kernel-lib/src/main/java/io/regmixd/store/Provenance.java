package io.regmixd.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// All that the content of a file depends on: settings, seeds, hashes of the corpus or of other files. It is kept
/// in the file's metadata, and compared before anything there is gone on with, so that nothing stale is ever
/// reused.
///
/// @param json an object with sorted keys on one line: equal content is equal text
public record Provenance(String json) {

    private static final String KEY = "provenance";
    private static final int SHOWN = 3;

    /// @param parts by name: records (their components in lower snake case), numbers, strings, arrays, lists and
    ///     maps of these
    public static Provenance of(Map<String, ?> parts) {
        return new Provenance(Json.sorted(new TreeMap<>(parts)));
    }

    /// The same with one part more.
    public Provenance with(String name, Object part) {
        Map<String, Object> parts = new TreeMap<>();
        Json.parse(json).properties().forEach(entry -> parts.put(entry.getKey(), entry.getValue()));
        parts.put(name, part);
        return of(parts);
    }

    /// SHA-256 of all of it, 64 hexadecimal digits.
    public String hash() {
        return Sha256.of(json.getBytes(StandardCharsets.UTF_8));
    }

    /// How a file's metadata hold it.
    public Map<String, String> metadata() {
        return Map.of(KEY, json);
    }

    /// Puts it into a document of JSON, whose field `provenance` it becomes.
    public void putInto(ObjectNode document) {
        document.set(KEY, Json.parse(json));
    }

    /// As [#require(Path, Map, String)], of a document that [#putInto] wrote.
    ///
    /// @throws IOException as that
    public void require(Path file, ObjectNode document, String remedy) throws IOException {
        JsonNode there = document.get(KEY);
        require(file, there == null ? Map.of() : Map.of(KEY, Json.line(there)), remedy);
    }

    /// Whether a file with these metadata was made of the same.
    public boolean isOf(Map<String, String> metadata) {
        return json.equals(metadata.get(KEY));
    }

    /// Refuses a file that was made of something else.
    ///
    /// @param file     as the message names it
    /// @param metadata the file's
    /// @param remedy   ends the message
    /// @throws IOException saying what differs, or that an earlier version of this library left the file
    public void require(Path file, Map<String, String> metadata, String remedy) throws IOException {
        if (isOf(metadata)) {
            return;
        }
        String there = metadata.get(KEY);
        if (there == null) {
            throw new IOException(
                    file + " does not say what it was made of, as files of earlier versions of this library"
                            + " do not, and cannot be gone on with.\n" + remedy);
        }
        throw refusal(file, difference(there), remedy);
    }

    static IOException refusal(Path file, String difference, String remedy) {
        return new IOException(file + " belongs to another plan: " + difference + "\n" + remedy);
    }

    /// Where another provenance differs, its value first: `settings.batch is 8 there, and now 16`.
    ///
    /// @param there JSON of the other one
    public String difference(String there) {
        List<String> differences = new ArrayList<>();
        compare("", Json.parse(there), Json.parse(json), differences);
        String shown = String.join("; ", differences.subList(0, Math.min(SHOWN, differences.size())));
        return differences.size() <= SHOWN ? shown : shown + "; and " + (differences.size() - SHOWN) + " more";
    }

    private static void compare(String path, JsonNode there, JsonNode now, List<String> differences) {
        if (Objects.equals(there, now)) {
            return;
        }
        if (there != null && now != null && there.isObject() && now.isObject()) {
            Set<String> names = new TreeSet<>(there.propertyNames());
            names.addAll(now.propertyNames());
            for (String name : names) {
                compare(path.isEmpty() ? name : path + "." + name, there.get(name), now.get(name), differences);
            }
        } else if (there != null && now != null && there.isArray() && now.isArray() && there.size() == now.size()) {
            for (int i = 0; i < there.size(); i++) {
                compare(path + "[" + (i + 1) + "]", there.get(i), now.get(i), differences);
            }
        } else {
            differences.add(path + " is " + shown(there) + " there, and now " + shown(now));
        }
    }

    private static String shown(JsonNode value) {
        return value == null ? "nothing" : value.isString() ? value.stringValue() : value.toString();
    }
}
