package io.regmixd.export;

import java.util.Map;
import java.util.stream.Collectors;

/// For torchtitan, whose mixtures are Python: a `DatasetMixConfig` takes finite weights above 0 alone.
final class TorchtitanFiles {

    private static final String FUNCTION = """

            def mix(stage, datasets):
                \"""The mixture of a stage, from 1.

                `datasets` has one dataset configuration a domain. Where each is packed into rows of fixed length first, the
                weights are shares of tokens, as they were planned; of documents otherwise.
                \"""
                from torchtitan.components.data.dataset import DatasetMixConfig, WeightedDataset

                return DatasetMixConfig(
                    datasets=tuple(
                        WeightedDataset(dataset=datasets[domain], weight=weight)
                        for domain, weight in STAGES[stage - 1]["weights"].items()
                    )
                )
            """;

    private TorchtitanFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        String stages = export.spans().stream().map(export::covered).collect(Collectors.joining("\n# "));
        String head = export.header(
                "pytorch/torchtitan, commit b5bcd76 (2026-08-21); release 0.2.2 has no mixtures yet",
                "all stages",
                "GrainDataLoader.Config(dataset=regmixd_torchtitan.mix(STAGE, {DOMAIN: ConcatThenSplitPackingConfig(...), ...}))",
                "Keep the training's steps at " + export.steps() + ", save every " + export.stride()
                        + " steps, and stop when a stage's end is saved. Go on with the next stage and",
                "--checkpoint.exclude_from_loading dataloader: its data are another mixture's, and with another seed.",
                stages);
        return Map.of("regmixd_torchtitan.py", head + export.python(Decimals::positive) + FUNCTION);
    }
}
