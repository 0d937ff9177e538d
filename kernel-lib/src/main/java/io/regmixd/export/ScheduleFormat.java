package io.regmixd.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What a schedule can be written as; see [ScheduleExport#write]. Each file's head says which stage covers
/// which steps and tokens, how to train it, and which version of the trainer it was written against.
/// docs/exports.md has more.
///
/// The last eight are inputs of trainers. Their weights are decimals of at most twelve places that sum to exactly
/// 1; domains whose weight rounds to 0 are left out where the trainer lets or makes one.
public enum ScheduleFormat {

    /// `schedule.json`: all there is, weights to the bit; [ScheduleExport#read] reads it.
    JSON,

    /// `schedule.yaml`: the same for other programs to read.
    YAML,

    /// `schedule.csv`: one row per stage and domain, weights to the bit; [ScheduleExport#read] reads it.
    CSV,

    /// `regmix-stage-N.yaml` for RegMix's own trainer, which is TinyLlama's: `--data_yaml_file`.
    REGMIX,

    /// `regmixd_litgpt.py`: a data module of litgpt with a stage's weights.
    LITGPT,

    /// `megatron-stage-N.txt` for Megatron-LM's `--data-args-path`, or, where held-out text was named,
    /// `megatron-stage-N.json` for `--per-split-data-args-path`; and `megatron.sh`, which restarts the trainer
    /// stage by stage.
    MEGATRON,

    /// `energon-stage-N.yaml`, a metadata set of Megatron-Energon's.
    ENERGON,

    /// `mosaicml-stage-N.yaml` for LLM Foundry: streams with proportions.
    MOSAICML,

    /// `olmo-core-stage-N.yaml`, a `SourceMixtureList`.
    OLMO_CORE,

    /// `regmixd_torchtitan.py`: a stage's `DatasetMixConfig`.
    TORCHTITAN,

    /// `regmixd_datasets.py`: a stage's probabilities for `interleave_datasets` of Hugging Face's `datasets`.
    DATASETS;

    /// What commands call it: `olmo-core`.
    public String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The format of an [#option()].
    ///
    /// @throws IllegalArgumentException if there is none; lists all
    public static ScheduleFormat of(String option) {
        List<ScheduleFormat> all = List.of(values());
        return all.stream()
                .filter(format -> format.option().equals(option))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no format " + option + ": expected one of "
                        + all.stream().map(ScheduleFormat::option).collect(Collectors.joining(", "))));
    }

    /// The files' texts by their names.
    Map<String, String> files(ScheduleExport export) {
        return switch (this) {
            case JSON -> ScheduleJson.files(export);
            case YAML -> ScheduleYaml.files(export);
            case CSV -> ScheduleCsv.files(export);
            case REGMIX -> RegMixFiles.files(export);
            case LITGPT -> LitGptFiles.files(export);
            case MEGATRON -> MegatronFiles.files(export);
            case MOSAICML -> MosaicFiles.files(export);
            case OLMO_CORE -> OlmoCoreFiles.files(export);
            case TORCHTITAN -> TorchtitanFiles.files(export);
            case ENERGON -> EnergonFiles.files(export);
            case DATASETS -> HuggingFaceDatasetsFiles.files(export);
        };
    }

    /// One file per stage: `NAME-stage-N.ENDING`.
    static Map<String, String> eachStage(
            ScheduleExport export, String name, String ending, Function<ScheduleExport.Span, String> text) {
        Map<String, String> files = new LinkedHashMap<>();
        for (ScheduleExport.Span span : export.spans()) {
            files.put(name + "-stage-" + span.stage() + "." + ending, text.apply(span));
        }
        return files;
    }
}
