package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.store.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// For Megatron-LM: a file of `weight prefix` pairs a stage, and a script that starts the trainer once a stage.
///
/// `--phase-transition-iterations` is Megatron's own way to change the data: it saves and exits there, and
/// counts the samples of each phase from 0. It reads `--train-samples`, not `--train-iters`; `--save` asks for a
/// `--save-interval`. A blend's weights must be positive.
///
/// With held-out text of its own, a file per stage has three blends (`--per-split-data-args-path`), and that of the
/// validation is the same in all stages. Without, `--split` takes it from the stage's own blend, so that losses of
/// different stages cannot be compared. `--data-args-path` is split at white space: it takes neither comments nor a
/// prefix with a space.
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
                "$@" DATA_ARGUMENT "$here/megatron-stage-$stage.ENDING" --save "$CHECKPOINTS" --load "$CHECKPOINTS" \\
                    --save-interval "${SAVE_INTERVAL:-INTERVAL}" --train-samples SAMPLES --global-batch-size BATCH --seq-length CONTEXTTRANSITIONS
            done
            """;

    private MegatronFiles() {}

    static Map<String, String> files(ScheduleExport export) {
        boolean apart = !export.heldOut().isEmpty();
        String ending = apart ? "json" : "txt";
        Map<String, String> files = new LinkedHashMap<>(ScheduleFormat.eachStage(
                export, "megatron", ending, span -> apart ? splits(export, span) : blend(export, span)));
        List<String> ends = export.spans().stream()
                .map(span -> Integer.toString(span.end()))
                .toList();
        List<String> transitions = ends.subList(0, ends.size() - 1);
        String stages = export.spans().stream().map(export::covered).collect(Collectors.joining("\n# "));
        String head = "#!/usr/bin/env bash\n"
                + export.header(
                        "NVIDIA/Megatron-LM core 0.20.0, commit d98e8a6 (2026-08-22)",
                        "all stages",
                        "CHECKPOINTS=FOLDER ./megatron.sh torchrun ... pretrain_gpt.py "
                                + (apart ? "" : "--split 990,10,0 ") + "ARGUMENTS...",
                        "SAVE_INTERVAL=STEPS sets how often it saves besides; it always saves at a stage's end.",
                        "Start it on every node. Give no --train-iters, and the learning rate by samples: --lr-decay-samples,",
                        "--lr-warmup-samples. It starts the trainer once a stage and goes on from the last checkpoint.",
                        stages);
        files.put(
                "megatron.sh",
                head
                        + SCRIPT.replace("DATA_ARGUMENT", apart ? "--per-split-data-args-path" : "--data-args-path")
                                .replace("ENDING", ending)
                                .replace("INTERVAL}", shortest(export) + "}")
                                .replace("ENDS", String.join(" ", ends))
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

    /// A checkpoint in each stage at least, besides those at the stages' ends.
    private static int shortest(ScheduleExport export) {
        return export.spans().stream()
                .mapToInt(span -> span.end() - span.from())
                .min()
                .orElseThrow();
    }

    /// As `get_blend_and_blend_per_split` reads it: lists of weight, prefix, weight, prefix. Nothing is split at
    /// white space, but it is taken off a prefix's ends.
    private static String splits(ScheduleExport export, ScheduleExport.Span span) {
        Mixture mean = export.schedule().mean();
        ObjectNode json = Json.object();
        list(json.putArray("train"), Decimals.positive(span.mixture()), export.sources());
        list(json.putArray("valid"), Decimals.positive(mean), export.heldOut());
        list(json.putArray("test"), Decimals.positive(mean), export.heldOut());
        return Json.lines(json);
    }

    private static void list(ArrayNode list, Map<String, String> weights, Map<String, String> prefixes) {
        weights.forEach((domain, weight) -> list.add(weight).add(prefixes.get(domain)));
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
