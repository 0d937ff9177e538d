package io.regmixd.export;

import java.util.Locale;
import java.util.Map;

/// For RegMix's trainer (`model_training/pretrain/tinyllama.py`), a TinyLlama. It reads `train` and `valid` as
/// prefixes of token files with a weight, deletes both keys (so both must be there), and lets every other key
/// set the global of that name; with `global_batch_size` among them it derives the learning rate's steps from
/// `max_step` anew. A prefix without files it leaves out without an error.
final class RegMixFiles {

    private RegMixFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        export.sources().forEach((domain, source) -> {
            if (source.chars().anyMatch(c -> "*?[".indexOf(c) >= 0)) {
                throw new IllegalArgumentException("sources: " + source + " of domain " + domain
                        + " has a wildcard (* ? [), and the trainer would not find its files: rename them");
            }
        });
        return ScheduleFormat.eachStage(export, "regmix", "yaml", span -> text(export, span));
    }

    private static String text(ScheduleExport export, ScheduleExport.Span span) {
        StringBuilder yaml = new StringBuilder(export.header(
                "the trainer of sail-sg/regmix, commit b004d3a (2024-10-03)",
                export.covered(span),
                "python pretrain/tinyllama.py --data_yaml_file THIS_FILE" + (span.stage() > 1 ? " --resume true" : "")
                        + " ...",
                "Stop it when checkpoint iter-" + String.format(Locale.ROOT, "%06d", span.end())
                        + "-ckpt.pth is written, and go on with the next stage's file.",
                "Token files are train_SOURCE-* and valid_SOURCE-* in its data folders."));
        yaml.append("train:\n");
        Decimals.positive(span.mixture())
                .forEach((domain, weight) -> yaml.append("  ")
                        .append(Quoted.text("train_" + export.sources().get(domain)))
                        .append(": ")
                        .append(weight)
                        .append('\n'));
        yaml.append("valid:\n");
        for (String domain : span.mixture().domains()) {
            yaml.append("  ")
                    .append(Quoted.text("valid_" + export.sources().get(domain)))
                    .append(": 1.0\n");
        }
        yaml.append("max_step: ").append(export.steps()).append('\n');
        yaml.append("global_batch_size: ").append(export.batch()).append('\n');
        yaml.append("save_step_interval: ").append(export.stride()).append('\n');
        return yaml.toString();
    }
}
