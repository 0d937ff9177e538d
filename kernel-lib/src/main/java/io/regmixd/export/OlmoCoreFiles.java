package io.regmixd.export;

import java.util.Locale;
import java.util.Map;

/// For OLMo-core: a `SourceMixtureList`, whose `target_ratio`s must be positive, at most 1 and sum to 1.
final class OlmoCoreFiles {

    private OlmoCoreFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        return ScheduleFormat.eachStage(export, "olmo-core", "yaml", span -> text(export, span));
    }

    private static String text(ScheduleExport export, ScheduleExport.Span span) {
        StringBuilder yaml = new StringBuilder(export.header(
                "allenai/OLMo-core 2.5.0, commit fa6c501 (2026-06-22)",
                export.covered(span),
                "SourceMixtureDatasetConfig(source_list=SourceMixtureList.from_yaml(THIS_FILE),",
                "    requested_tokens=" + export.tokens(export.steps()) + ", global_batch_size=" + export.tokens(1)
                        + ", ...)",
                "TrainerConfig(max_duration=Duration.tokens(" + export.tokens(export.steps())
                        + "), hard_stop=Duration.tokens(" + export.tokens(span.end()) + "), ...)",
                "From the second stage on load the last stage's checkpoint with its trainer state, and set",
                "NumpyDataLoaderConfig(ignore_fingerprint_mismatch=True, ...): the mixture is another. The data set is as",
                "long as the whole run, so that the position that the checkpoint has is inside it.",
                export.available().isEmpty()
                        ? "Where OLMo-core finds too few tokens of a source, give that source a max_repetition_ratio above 1."
                        : "max_repetition_ratio is what the data set, which is as long as the whole run, needs."));
        yaml.append("sources:\n");
        Decimals.positive(span.mixture())
                .forEach((domain, weight) -> yaml.append("  - source_name: ")
                        .append(Quoted.text(domain))
                        .append("\n    target_ratio: ")
                        .append(weight)
                        .append(repetition(export, domain, weight))
                        .append("\n    paths:\n      - ")
                        .append(Quoted.text(files(export.sources().get(domain))))
                        .append('\n'));
        return yaml.toString();
    }

    /// How often the source's tokens must be repeated, rounded up, where there are too few.
    private static String repetition(ScheduleExport export, String domain, String weight) {
        long available = export.available().getOrDefault(domain, Long.MAX_VALUE);
        double needed = Double.parseDouble(weight) * export.tokens(export.steps());
        return needed <= available
                ? ""
                : String.format(
                        Locale.ROOT, "%n    max_repetition_ratio: %.3f", Math.ceil(1000 * needed / available) / 1000);
    }

    /// A source is files or a pattern of files; a folder stands for all in it.
    private static String files(String source) {
        return source.contains("*") || source.endsWith(".npy") ? source : source + "/*.npy";
    }
}
