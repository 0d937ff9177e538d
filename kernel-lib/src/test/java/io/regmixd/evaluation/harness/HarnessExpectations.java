package io.regmixd.evaluation.harness;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the harness's own code made of the examples under `tasks/`; written by `tools/harness/expectations.py`.
public final class HarnessExpectations {

    static final JsonNode ALL = read();

    private HarnessExpectations() {}

    public static Path examples() {
        try {
            return Path.of(HarnessExpectations.class.getResource("tasks").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static TaskDocuments documents(Task task, String split) throws IOException {
        return TaskDocuments.of(examples().resolve(task.label(), split + ".jsonl"), DocumentReader.JSON_LINES);
    }

    private static JsonNode read() {
        try (InputStream in = HarnessExpectations.class.getResourceAsStream("expected.json")) {
            return new JsonMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
