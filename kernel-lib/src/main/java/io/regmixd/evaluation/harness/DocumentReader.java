package io.regmixd.evaluation.harness;

import io.regmixd.data.source.ParquetRows;
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

    /// A row of a Parquet file.
    DocumentReader PARQUET = ParquetRows::read;

    /// LogiQA's own text files (github.com/lgw863/LogiQA-dataset), as the loading script of the data set
    /// EleutherAI/logiqa on the hub reads them: label, context, question and options in a line each, an empty line
    /// between two documents, and a space behind every full stop.
    DocumentReader LOGIQA = DocumentReader::logiQa;

    /// @return fields by name, as JSON has them: `String`, `Number`, `Boolean`, `List`, `Map`; the order of the
    ///     documents is that of the data set, since shots are drawn by place
    /// @throws IOException if the file cannot be read or is damaged; the message names it
    List<Map<String, Object>> read(Path file) throws IOException;

    private static List<Map<String, Object>> logiQa(Path file) throws IOException {
        List<Map<String, Object>> documents = new ArrayList<>();
        String text = Files.readString(file).replace("\r\n", "\n").replace('\r', '\n'); // as Python opens a text
        for (String block : PythonText.strip(text).split("\n\n", -1)) {
            List<String> lines = List.of(block.split("\n", -1));
            if (lines.size() < 5) {
                throw new IOException(file + ", document " + documents.size()
                        + ": expected label, context, question and options in a line each, but there is: " + block);
            }
            documents.add(Map.of(
                    "label",
                    PythonText.strip(lines.getFirst()),
                    "context",
                    spaced(lines.get(1)),
                    "question",
                    spaced(lines.get(2)),
                    "options",
                    lines.stream()
                            .skip(3)
                            .map(option -> spaced(option.substring(Math.min(2, option.length()))))
                            .toList()));
        }
        return documents;
    }

    private static String spaced(String line) {
        return PythonText.strip(line.replace(".", ". "));
    }

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
