package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureRow;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `schedule.json`.
final class ScheduleJson {

    private ScheduleJson() {}

    static Map<String, String> files(ScheduleExport export) {
        StringBuilder json = new StringBuilder("{\n");
        json.append("  \"name\": ").append(Quoted.text(export.name())).append(",\n");
        json.append("  \"steps\": ").append(export.steps()).append(",\n");
        json.append("  \"batch_sequences\": ").append(export.batch()).append(",\n");
        json.append("  \"context_tokens\": ").append(export.context()).append(",\n");
        json.append("  \"sources\": {");
        String comma = "";
        for (Map.Entry<String, String> source : export.sources().entrySet()) {
            json.append(comma).append("\n    ").append(Quoted.text(source.getKey()));
            json.append(": ").append(Quoted.text(source.getValue()));
            comma = ",";
        }
        json.append("\n  },\n  \"stages\": [");
        comma = "";
        for (ScheduleExport.Span span : export.spans()) {
            json.append(comma).append("\n    {\n      \"stage\": ").append(span.stage());
            json.append(",\n      \"first_step\": ").append(span.from());
            json.append(",\n      \"end_step\": ").append(span.end());
            json.append(",\n      \"first_token\": ").append(export.tokens(span.from()));
            json.append(",\n      \"end_token\": ").append(export.tokens(span.end()));
            json.append(",\n      \"mixture\": {");
            comma = "";
            for (MixtureRow row : MixtureRow.of(span.stage(), span.mixture())) {
                json.append(comma).append("\n        ");
                json.append(Quoted.text(row.domain())).append(": ").append(row.weight());
                comma = ",";
            }
            json.append("\n      }\n    }");
        }
        return Map.of("schedule.json", json.append("\n  ]\n}\n").toString());
    }

    static MixtureSchedule read(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            JsonNode stages = Json.parse(text).get("stages");
            if (stages == null || !stages.isArray() || stages.isEmpty()) {
                throw new IllegalArgumentException("stages: expected a list of at least one stage");
            }
            List<MixtureRow> rows = new ArrayList<>();
            for (int s = 0; s < stages.size(); s++) {
                rows.addAll(rows(s + 1, stages.get(s).get("mixture"), "stages[" + s + "].mixture"));
            }
            return new MixtureSchedule(MixtureRow.mixtures(rows, "stage"));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ", " + e.getMessage(), e);
        }
    }

    /// The weights of an object `{"web": 0.4, ...}`.
    ///
    /// @throws IllegalArgumentException if it is none; names the field
    static List<MixtureRow> rows(int number, JsonNode value, String field) {
        if (!(value instanceof ObjectNode weights)) {
            throw new IllegalArgumentException(field + ": expected an object of weights by domain");
        }
        List<MixtureRow> rows = new ArrayList<>();
        for (Map.Entry<String, JsonNode> weight : weights.properties()) {
            String domain = weight.getKey();
            rows.add(new MixtureRow(number, domain, Json.number(weight.getValue(), field + "." + domain)));
        }
        return rows;
    }

    /// The same object of a mixture.
    static ObjectNode object(Mixture mixture) {
        ObjectNode object = Json.object();
        MixtureRow.of(1, mixture).forEach(row -> object.put(row.domain(), row.weight()));
        return object;
    }
}
