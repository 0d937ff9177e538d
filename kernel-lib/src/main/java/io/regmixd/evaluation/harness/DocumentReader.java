package io.regmixd.evaluation.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Reads the documents of one split of a data set.
@FunctionalInterface
public interface DocumentReader {

    /// A JSON object a line.
    DocumentReader JSON_LINES = DocumentReader::jsonLines;

    /// @return fields by name, as JSON has them: `String`, `Number`, `Boolean`, `List`, `Map`; the order of the
    ///     documents is that of the data set, since shots are drawn by place
    /// @throws IOException if the file cannot be read or is damaged; the message names it
    List<Map<String, Object>> read(Path file) throws IOException;

    private static List<Map<String, Object>> jsonLines(Path file) throws IOException {
        JsonMapper mapper = new JsonMapper();
        List<Map<String, Object>> documents = new ArrayList<>();
        int line = 0;
        for (String text : Files.readString(file).split("\n", -1)) { // not Files.lines: texts may hold other line ends
            line++;
            if (!text.isBlank()) {
                try {
                    documents.add(mapper.readValue(text, new TypeReference<>() {}));
                } catch (JacksonException e) {
                    throw new IOException(file + ", line " + line + ": no JSON object: " + e.getOriginalMessage(), e);
                }
            }
        }
        return documents;
    }
}
