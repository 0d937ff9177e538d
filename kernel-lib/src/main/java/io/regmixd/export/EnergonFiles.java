package io.regmixd.export;

import java.util.Map;

/// For Megatron-Energon: a metadata set per stage. Its weights must be positive, and are normalised there. Blends
/// that change with the step are a wish of its users that is not in its main branch yet; so a stage is a file.
final class EnergonFiles {

    private EnergonFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        return ScheduleFormat.eachStage(export, "energon", "yaml", span -> text(export, span));
    }

    private static String text(ScheduleExport export, ScheduleExport.Span span) {
        StringBuilder yaml = new StringBuilder(export.header(
                "NVIDIA/Megatron-Energon, commit bef8be2 (2026-06-17)",
                export.covered(span),
                "get_train_dataset(THIS_FILE, ...); the next stage is another file and another loader: do not restore the",
                "loader's state across stages. Weights are shares of samples: pack to equal lengths, or they are no",
                "shares of tokens. The validation is the same in all stages."));
        yaml.append("__module__: megatron.energon\n__class__: MetadatasetV2\nsplits:\n  train:\n    blend:\n");
        Decimals.positive(span.mixture())
                .forEach((domain, weight) -> yaml.append("      - weight: ")
                        .append(weight)
                        .append("\n        path: ")
                        .append(Quoted.text(export.sources().get(domain)))
                        .append('\n'));
        yaml.append("  val:\n    blend:\n");
        for (String domain : export.schedule().domains()) {
            boolean apart = !export.heldOut().isEmpty();
            yaml.append("      - weight: 1.0\n        path: ")
                    .append(Quoted.text((apart ? export.heldOut() : export.sources()).get(domain)))
                    .append('\n');
        }
        return yaml.toString();
    }
}
