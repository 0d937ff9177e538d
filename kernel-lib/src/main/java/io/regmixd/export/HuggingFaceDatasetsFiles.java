package io.regmixd.export;

import java.util.Map;
import java.util.stream.Collectors;

/// For Hugging Face's `datasets`: a stage's probabilities for `interleave_datasets`. Domains of weight 0 are left
/// out: with `all_exhausted` a data set that is never drawn never ends.
final class HuggingFaceDatasetsFiles {

    private static final String FUNCTION = """

            def interleave(stage, datasets, seed=42):
                \"""The mixture of a stage, from 1.

                `datasets` has one `Dataset` or `IterableDataset` per domain. Probabilities are of examples: where each
                is packed to one length first, they are shares of tokens, as they were planned. Text that is used up starts anew.
                \"""
                from datasets import interleave_datasets

                weights = STAGES[stage - 1]["weights"]
                return interleave_datasets(
                    [datasets[domain] for domain in weights],
                    probabilities=list(weights.values()),
                    seed=seed + stage,
                    stopping_strategy="all_exhausted",
                )
            """;

    private HuggingFaceDatasetsFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        String stages = export.spans().stream().map(export::covered).collect(Collectors.joining("\n# "));
        String head = export.header(
                "huggingface/datasets 5.0.2.dev0, commit b7cb10b (2026-07-31)",
                "all stages",
                "train_dataset = regmixd_datasets.interleave(STAGE, {DOMAIN: load_dataset(...), ...})",
                "Set max_steps to the whole run's " + export.steps() + ", save every " + export.stride()
                        + " steps, and stop when a stage's end is saved. Go on with the",
                "next stage by resume_from_checkpoint and ignore_data_skip=True: its data are another mixture's.",
                stages);
        return Map.of("regmixd_datasets.py", head + export.python(Decimals::positive) + FUNCTION);
    }
}
