package io.regmixd.export;

import io.regmixd.mixture.MixtureRow;
import java.util.Map;

/// `schedule.yaml`: what [ScheduleJson] has.
final class ScheduleYaml {

    private ScheduleYaml() {}

    static Map<String, String> files(ScheduleExport export) {
        StringBuilder yaml = new StringBuilder(export.header(
                "any program",
                "all stages",
                "Steps are counted from 0; end_step and end_token belong to the next stage."));
        yaml.append("name: ").append(Quoted.text(export.name())).append('\n');
        yaml.append("steps: ").append(export.steps()).append('\n');
        yaml.append("batch_sequences: ").append(export.batch()).append('\n');
        yaml.append("context_tokens: ").append(export.context()).append('\n');
        yaml.append("sources:\n");
        export.sources()
                .forEach((domain, source) -> yaml.append("  ")
                        .append(Quoted.text(domain))
                        .append(": ")
                        .append(Quoted.text(source))
                        .append('\n'));
        yaml.append("stages:\n");
        for (ScheduleExport.Span span : export.spans()) {
            yaml.append("  - stage: ").append(span.stage()).append('\n');
            yaml.append("    first_step: ").append(span.from()).append('\n');
            yaml.append("    end_step: ").append(span.end()).append('\n');
            yaml.append("    first_token: ").append(export.tokens(span.from())).append('\n');
            yaml.append("    end_token: ").append(export.tokens(span.end())).append('\n');
            yaml.append("    mixture:\n");
            for (MixtureRow row : MixtureRow.of(span.stage(), span.mixture())) {
                yaml.append("      ").append(Quoted.text(row.domain()));
                yaml.append(": ").append(row.weight()).append('\n');
            }
        }
        return Map.of("schedule.yaml", yaml.toString());
    }
}
