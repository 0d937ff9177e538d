"""The benchmark `data`: what preparing a corpus costs, beside its tokenizer alone.

The text is the demo corpus's, four times, as zstd JSON lines of two domains, in GPT-2's vocabulary. One Java process prepares
it on all cores, another one on one, each by turns with the bare tokenizer. A third prepares ten million documents in
1.5 GB of heap, a fourth opens a corpus of 25 billion tokens.
"""

import os
import shutil
import tempfile
from statistics import median

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from . import java
from .planning import lines
from .report import Report, columns

MAIN_CLASS = "io.regmixd.data.DataBenchmark"
MANIFEST = ROOT / "data-manifests" / "demo-gpt2.json"
ROUNDS = 3
DOCUMENTS = 10_000_000
HEAP = "1500m"
TOKENS = 25_000_000_000


def measure(data):
    """The benchmark; it prepares the demo corpus in `data` where that is missing."""
    taskset = shutil.which("taskset")
    if not taskset:
        raise Failure("The program `taskset` is needed to measure on one core: install the package `util-linux`.")
    command, environment = java.prepare(MAIN_CLASS)
    with tempfile.TemporaryDirectory() as folder:
        print("Writing the text", flush=True)
        lines([*command, "text", MANIFEST, data, folder], environment)
        print("Preparing it on all cores", flush=True)
        speed = lines([*command, "speed", MANIFEST, folder, str(ROUNDS)], environment)
        for left in ("warm", *(f"round{i}" for i in range(ROUNDS))):
            shutil.rmtree(os.path.join(folder, left))
        print("Preparing it on one core", flush=True)
        single = lines([taskset, "-c", "0", *command, "speed", MANIFEST, folder, "1"], environment)
        print(f"Preparing {DOCUMENTS:,} documents", flush=True)
        [heap] = lines([command[0], f"-Xmx{HEAP}", *command[1:], "heap", folder, str(DOCUMENTS)], environment)
    with tempfile.TemporaryDirectory() as folder:
        print(f"Opening a corpus of {TOKENS:,} tokens", flush=True)
        [opened] = lines([*command, "open", folder, str(TOKENS)], environment)
    return report(speed, single, heap, opened)


def report(speed, single, heap, opened):
    """Medians over the rounds; each share is of one round."""
    bare, whole = (median(each[key] for each in speed) for key in ("bare", "whole"))
    one = median(each["whole"] for each in single)
    figures = {
        "tokens_per_second": round(median(each["tokens"] / each["whole"] for each in speed)),
        "share_of_tokenizer": round(median(each["bare"] / each["whole"] for each in speed), 3),
        "work_share_of_tokenizer": round(median(each["bare_cpu"] / each["whole_cpu"] for each in speed), 3),
        "mb_per_second": round(median(each["json_mb"] / each["whole"] for each in speed), 2),
        "speed_up": round(one / whole, 2),
        "heap_mb_10m_documents": heap["heap_mb"],
        "open_ms_25b": opened["first_ms"],
    }
    first = speed[0]
    table = columns(
        [f"{first['text_mb']:.0f} MB of text, {first['tokens']:,} tokens", "seconds", ""],
        [
            [f"the bare tokenizer, {first['cores']} cores", f"{bare:.2f}", f"{first['tokens'] / bare:,.0f} tokens/s"],
            [f"the whole preparation, {first['cores']} cores", f"{whole:.2f}", f"{figures['tokens_per_second']:,} tokens/s"],
            ["  the tokenizer's share of the work", "", f"{figures['work_share_of_tokenizer']:.0%} of processor seconds"],
            ["the whole preparation, one core", f"{one:.2f}", ""],
            [f"{heap['documents']:,} documents", f"{heap['seconds']:.0f}", f"{heap['heap_mb']:.0f} MB of heap alive"],
            ["opening 25 billion tokens", f"{opened['first_ms'] / 1000:.3f}", f"again {opened['again_ms']:.1f} ms"],
        ],
    )
    return Report(table, figures, {"rounds": len(speed), "documents": heap["documents"], "heap_limit_mb": heap["limit_mb"]})
