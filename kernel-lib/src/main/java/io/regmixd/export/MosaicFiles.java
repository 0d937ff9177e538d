package io.regmixd.export;

import java.util.Map;

/// For MosaicML's LLM Foundry and Streaming. All streams of a data set must have a `proportion`; the loader's
/// position is a number of samples in an epoch, so an epoch is the whole run and each stage goes on inside it.
/// A stream that is downloaded has a folder of its own by domain and stage: streaming refuses one that another
/// data set on the node uses, or used when it was killed.
final class MosaicFiles {

    private MosaicFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        return ScheduleFormat.eachStage(export, "mosaicml", "yaml", span -> text(export, span));
    }

    private static String text(ScheduleExport export, ScheduleExport.Span span) {
        StringBuilder yaml = new StringBuilder(export.header(
                "mosaicml/streaming 0.14.0.dev0, commit 89e7bb9 (2025-07-17), and mosaicml/llm-foundry 0.22.0.dev0, "
                        + "commit 8c8dd48 (2025-07-21)",
                export.covered(span),
                "Put these keys into the YAML file of scripts/train/train.py.",
                span.stage() > 1
                        ? "Set load_path to the last stage's last checkpoint."
                        : "The next stages set load_path to the last checkpoint of the stage before.",
                "max_duration ends this stage, so let the learning rate know the whole run's length itself:",
                "scheduler.t_max: " + export.steps() + "ba"));
        yaml.append("max_duration: ").append(span.end()).append("ba\n");
        yaml.append("max_seq_len: ").append(export.context()).append('\n');
        yaml.append("global_train_batch_size: ").append(export.batch()).append('\n');
        yaml.append("train_loader:\n  name: text\n  drop_last: true\n  num_workers: 8\n  dataset:\n");
        yaml.append("    max_seq_len: ").append(export.context()).append('\n');
        yaml.append("    shuffle: true\n    split: train\n");
        yaml.append("    epoch_size: ").append(export.sequences(export.steps())).append('\n');
        yaml.append("    streams:\n");
        Decimals.positive(span.mixture()).forEach((domain, weight) -> {
            String source = export.sources().get(domain);
            yaml.append("      ").append(Quoted.text(domain)).append(":\n        ");
            if (source.contains("://")) {
                yaml.append("remote: ").append(Quoted.text(source)).append("\n        ");
                source = "regmixd-cache/stage-" + span.stage() + "/domain-"
                        + (export.schedule().domains().indexOf(domain) + 1);
            }
            yaml.append("local: ").append(Quoted.text(source));
            yaml.append("\n        proportion: ").append(weight).append('\n');
        });
        return yaml.toString();
    }
}
