package io.regmixd.export;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// For litgpt, whose mixtures are Python: a data module with a stage's weights for litdata's
/// `CombinedStreamingDataset`. All domains stay in, weight 0 or not: litdata goes on from a checkpoint only
/// with as many data sets as there were.
final class LitGptFiles {

    private static final String MODULE = """
            from dataclasses import dataclass, field

            from litgpt.data import DataModule

            STAGES_AND_SOURCES

            @dataclass
            class Scheduled(DataModule):
                \"""The mixture of one stage. Each source has the folders `train` and `val` as litdata's `optimize` leaves them.\"""

                stage: int = 1
                \"""Which stage, from 1.\"""
                seed: int = 42
                \"""Of the mixture's random choices.\"""
                num_workers: int = 8
                \"""Processes that load data.\"""

                batch_size: int = field(init=False, repr=False, default=1)
                seq_length: int = field(init=False, repr=False, default=2048)

                def __post_init__(self):
                    super().__init__()
                    if not 1 <= self.stage <= len(STAGES):
                        raise ValueError(f"stage {self.stage}: expected 1 to {len(STAGES)}")

                def connect(self, tokenizer=None, batch_size=1, max_seq_length=None):
                    self.batch_size = batch_size
                    self.seq_length = max_seq_length + 1  # the next token as well

                def train_dataloader(self):
                    weights = STAGES[self.stage - 1]["weights"]
                    return self._loader("train", weights=[weights[domain] for domain in SOURCES], iterate_over_all=False)

                def val_dataloader(self):
                    return self._loader("val", iterate_over_all=True)

                def _loader(self, part, **mixing):
                    from litdata.streaming import CombinedStreamingDataset, StreamingDataLoader, StreamingDataset, TokensLoader

                    parts = [
                        StreamingDataset(
                            input_dir=f"{source}/{part}", item_loader=TokensLoader(block_size=self.seq_length), shuffle=True, drop_last=True
                        )
                        for source in SOURCES.values()
                    ]
                    mixture = CombinedStreamingDataset(datasets=parts, seed=self.seed, **mixing)
                    return StreamingDataLoader(
                        mixture, batch_size=self.batch_size, pin_memory=True, num_workers=self.num_workers, drop_last=True
                    )
            """;

    private LitGptFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        String stages = export.spans().stream().map(export::covered).collect(Collectors.joining("\n# "));
        String head = export.header(
                "Lightning-AI/litgpt 0.5.13, commit 2685705 (2026-06-29), which pins litdata 0.2.59",
                "all stages",
                "PYTHONPATH=FOLDER_OF_THIS_FILE litgpt pretrain MODEL --data regmixd_litgpt.Scheduled --data.stage 1 \\",
                "    --train.max_tokens " + export.tokens(export.steps()) + " --train.global_batch_size "
                        + export.batch() + " --train.max_seq_length " + export.context() + " --train.save_interval "
                        + export.stride(),
                "Stop it when OUT_DIR/step-NNNNNNNN of a stage's end is saved, and go on with the next stage and that file:",
                export.spans().size() > 1
                        ? String.format(
                                Locale.ROOT,
                                "    --data.stage 2 --resume OUT_DIR/step-%08d/lit_model.pth",
                                export.spans().getFirst().end())
                        : "    (there is one stage only)",
                stages);
        StringBuilder sources = new StringBuilder(export.python(Decimals::of)).append("\nSOURCES = {\n");
        for (String domain : export.schedule().domains()) {
            sources.append("    ").append(Quoted.text(domain)).append(": ");
            sources.append(Quoted.text(export.sources().get(domain))).append(",\n");
        }
        return Map.of("regmixd_litgpt.py", head + MODULE.replace("STAGES_AND_SOURCES", sources.append("}\n")));
    }
}
