package io.regmixd.export;

import io.regmixd.mixture.Mixture;
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
            for (int d = 0; d < span.mixture().size(); d++) {
                json.append(comma).append("\n        ");
                json.append(Quoted.text(span.mixture().domains().get(d))).append(": ");
                json.append(span.mixture().weight(d));
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
            List<Mixture> mixtures = new ArrayList<>();
            for (int s = 0; s < stages.size(); s++) {
                mixtures.add(mixture(stages.get(s).get("mixture"), "stages[" + s + "].mixture"));
            }
            return new MixtureSchedule(mixtures);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ", " + e.getMessage(), e);
        }
    }

    private static Mixture mixture(JsonNode value, String field) {
        if (!(value instanceof ObjectNode weights)) {
            throw new IllegalArgumentException(field + ": expected an object of weights by domain");
        }
        List<String> domains = new ArrayList<>();
        List<Double> numbers = new ArrayList<>();
        for (Map.Entry<String, JsonNode> weight : weights.properties()) {
            domains.add(weight.getKey());
            numbers.add(Json.number(weight.getValue(), field + "." + weight.getKey()));
        }
        try {
            return Mixture.of(domains, numbers.stream().mapToDouble(n -> n).toArray());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
        }
    }
}
