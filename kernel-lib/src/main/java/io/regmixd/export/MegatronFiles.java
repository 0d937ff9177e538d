package io.regmixd.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// For Megatron-LM: a file of `weight prefix` pairs a stage, and a script that starts the trainer once a stage.
///
/// `--phase-transition-iterations` is Megatron's own way to change the data: it saves and exits there, and
/// counts the samples of each phase from 0. It reads `--train-samples`, not `--train-iters`. `--data-args-path`
/// is split at white space, so it takes neither comments nor a prefix with a space; a blend's weights must be
/// positive.
final class MegatronFiles {

    private static final String SCRIPT = """
            set -euo pipefail
            here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
            : "${CHECKPOINTS:?name the folder of the checkpoints: CHECKPOINTS=FOLDER $0 TRAINER ARGUMENTS...}"
            ends=(ENDS)
            before=-1
            while :; do
                step=$(cat "$CHECKPOINTS/latest_checkpointed_iteration.txt" 2>/dev/null || echo 0)
                if ((step >= ends[${#ends[@]} - 1])); then
                    exit 0
                fi
                if ((step == before)); then
                    echo "The trainer ended at step $step without a new checkpoint in $CHECKPOINTS." >&2
                    exit 1
                fi
                before=$step
                stage=1
                while ((step >= ends[stage - 1])); do
                    stage=$((stage + 1))
                done
                echo "Stage $stage from step $step" >&2
                "$@" --data-args-path "$here/megatron-stage-$stage.txt" --save "$CHECKPOINTS" --load "$CHECKPOINTS" \\
                    --train-samples SAMPLES --global-batch-size BATCH --seq-length CONTEXTTRANSITIONS
            done
            """;

    private MegatronFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        Map<String, String> files =
                new LinkedHashMap<>(ScheduleFormat.eachStage(export, "megatron", "txt", span -> blend(export, span)));
        List<String> ends = export.spans().stream()
                .map(span -> Integer.toString(span.end()))
                .toList();
        List<String> transitions = ends.subList(0, ends.size() - 1);
        String stages = export.spans().stream().map(export::covered).collect(Collectors.joining("\n# "));
        String head = "#!/usr/bin/env bash\n"
                + export.header(
                        "NVIDIA/Megatron-LM core 0.20.0, commit d98e8a6 (2026-08-22)",
                        "all stages",
                        "CHECKPOINTS=FOLDER ./megatron.sh torchrun ... pretrain_gpt.py --split 990,10,0 ARGUMENTS...",
                        "Start it on every node. Give no --train-iters, and the learning rate by samples: --lr-decay-samples,",
                        "--lr-warmup-samples. It starts the trainer once a stage and goes on from the last checkpoint.",
                        stages);
        files.put(
                "megatron.sh",
                head
                        + SCRIPT.replace("ENDS", String.join(" ", ends))
                                .replace("SAMPLES", Long.toString(export.sequences(export.steps())))
                                .replace("BATCH", Integer.toString(export.batch()))
                                .replace(
                                        "TRANSITIONS",
                                        transitions.isEmpty()
                                                ? ""
                                                : " \\\n        --phase-transition-iterations "
                                                        + String.join(",", transitions))
                                .replace("CONTEXT", Integer.toString(export.context())));
        return files;
    }

    private static String blend(ScheduleExport export, ScheduleExport.Span span) {
        StringBuilder blend = new StringBuilder();
        Decimals.positive(span.mixture()).forEach((domain, weight) -> {
            String source = export.sources().get(domain);
            if (source.codePoints().anyMatch(MegatronFiles::splits)) {
                throw new IllegalArgumentException("sources: " + Quoted.text(source) + " of domain "
                        + Quoted.text(domain) + " has white space, at which Megatron-LM splits the list: give it a"
                        + " path without, by a link for instance");
            }
            blend.append(weight).append(' ').append(source).append('\n');
        });
        return blend.toString();
    }

    /// What Python's `str.split` splits at.
    private static boolean splits(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }
}
