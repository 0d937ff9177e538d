"""The benchmark `engine`: training in Java beside matrix products, and beside the same model in eager PyTorch.

Java and the peer are two processes that wait until they are told to measure a round, so they take turns: matrix
product, every group of models, peer, and again. What is reported is the median over the rounds; of the matrix
products the fastest, because that is what the machine can do.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from run_notebook.main import ROOT
from run_notebook.terminal import Failure

from . import java
from .report import Report, columns

MAIN_CLASS = "io.regmixd.engine.EngineBenchmark"
MANIFEST = ROOT / "data-manifests" / "demo.json"
PEER = Path(__file__).with_name("peer.py")
ROUNDS = 9
SWEEP = ("demo proxy", 8, "float32")
WIDTH_256 = ("width 256", 4, "float32")
WIDTH_256_BF16 = ("width 256", 4, "bfloat16")
LOSS_TOLERANCE = 1e-3  # nats

NO_TORCH = "no Python with PyTorch was found (Debian: python3-torch; or start ./bench under a Python that has torch)"
SLOW_PRODUCT = 0.5  # of our rate: below it the peer has no library for matrix products worth the name
SLOW_PEER = """\
no ratio to the peer: its PyTorch multiplies matrices at less than half of our rate, so it has no fast library for them.
Install one (Debian: apt-get install libopenblas0-pthread, and see `update-alternatives --display libblas.so.3-{}-linux-gnu`),
or start ./bench under a Python with PyTorch's own build (pip install torch), and measure again.""".format(os.uname().machine)
NATIVE_SETTINGS = ("OPENBLAS_", "GOTO_", "BLIS_", "MKL_", "DNNL_", "ONEDNN_", "OMP_", "GOMP_", "KMP_", "ATEN_")
ON_GPU = "models train on a GPU here, and the peer is written for the CPU"


class Contestant:
    """A process that prints a line of JSON when it is ready, and one a round, each time it reads a line."""

    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
        )

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error:
            self.process.kill()
        self.process.communicate()  # the end of its input ends it

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{self.name} ended with exit code {self.process.wait()}; what it said last stands above.")
        return json.loads(line)

    def round(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()


def measure(data):
    """The benchmark. data: the folder of the prepared corpora."""
    java_command, environment = java.prepare(MAIN_CLASS)
    with tempfile.TemporaryDirectory(prefix="regmixd-bench") as folder:
        print("Opening the demo corpus (prepared first if it is not there yet), warming up", flush=True)
        with Contestant("The Java process", [*java_command, MANIFEST, data, folder], environment) as trainer:
            ours = trainer.answer()
            python = python_with_torch()
            without = ON_GPU if not ours["device"].startswith("CPU") else NO_TORCH if python is None else None
            if without:
                return report(ours, rounds(trainer), without)
            with Contestant("The peer", [python, PEER, folder, json.dumps(ours)], peer_environment(environment)) as peer:
                theirs = peer.answer()
                compare_losses(ours["losses"], theirs["losses"])
                return report(ours, rounds(trainer, peer), peer=theirs)


def peer_environment(ours, given=os.environ):
    """Its own native libraries, none told to be slow (OPENBLAS_CORETYPE), but its threads wait as ours do."""
    kept = {name: value for name, value in given.items() if not name.startswith(NATIVE_SETTINGS)}
    return {**kept, "GOMP_SPINCOUNT": ours["GOMP_SPINCOUNT"]}


def python_with_torch():
    """The first of this Python, the one on PATH and the system's that has PyTorch, or None."""
    program = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"
    for python in dict.fromkeys([sys.executable, "python3", "/usr/bin/python3"]):
        try:
            if subprocess.run([python, "-c", program], capture_output=True, timeout=60).returncode == 0:
                return python
        except (OSError, subprocess.TimeoutExpired):
            continue
    return None


def rounds(java, peer=None):
    """A pair a round: what Java showed, what the peer showed or None."""
    shown = []
    for number in range(1, ROUNDS + 1):
        print(f"Round {number} of {ROUNDS}: matrix product, groups of models{', peer' if peer else ''}", flush=True)
        shown.append((java.round(), peer.round() if peer else None))
    return shown


def compare_losses(ours, theirs):
    """Raises Failure where the peer does not train the same model."""
    for step, (a, b) in enumerate(zip(ours, theirs), start=1):
        if not abs(a - b) <= LOSS_TOLERANCE:
            raise Failure(f"The peer trains another model: from equal weights its loss in step {step} is {b:.5f}, ours {a:.5f}.")


def report(ours, shown, without=None, peer=None):
    """Figures and table.

    ours     what Java said when it was ready
    shown    what `rounds` returned
    without  why there is no peer
    peer     what the peer said when it was ready
    """
    java = [each for each, _ in shown]
    products = {precision: max(each[f"{precision}_rate"] for each in java) / 1e9 for precision in ("float32", "bfloat16")}
    matmul = product_rate(ours, java)
    figures = {"gemm_gflops": products["float32"], "gemm_gflops_bf16": products["bfloat16"], "matmul_gflops": matmul}
    rows = []
    for i, group in enumerate(ours["groups"]):
        name, models, precision = key = group["name"], group["models"], group["precision"]
        seconds = [each["turns"][i][1] for each in java]
        step = median(seconds)
        rate = group["flops"] / step / 1e9
        share = rate / products[precision]
        rows.append([
            name, str(models), precision, f"{group['tokens'] / step:,.0f}", f"{rate:.1f}", f"{share:.0%}", f"{rate / matmul:.2f}",
            f"{1000 * step:.2f}",
        ])
        suffix = "_bf16" if precision == "bfloat16" else ""
        figures[f"tokens_per_second_{name.replace(' ', '_')}_k{models}{suffix}"] = group["tokens"] / step
        if key == WIDTH_256:
            figures["gemm_share_width256"] = share
            figures["matmul_share_width256"] = rate / matmul
            width_256 = seconds
        if key == WIDTH_256_BF16:
            figures["gemm_share_width256_bf16"] = share
            figures["bf16_over_fp32_width256"] = median(a / b for a, b in zip(width_256, seconds))
        if key == SWEEP:
            figures["gemm_share_demo"] = share
            figures["host_share"] = median(each["turns"][i][0] / each["turns"][i][1] for each in java)
            sweep = [group["tokens"] / each for each in seconds]
    lines = [
        *columns(["models", "K", "precision", "tokens/s", "GFLOP/s", "of product", "over matmul", "ms per step"], rows),
        "",
        f"{ours['device']}; context {ours['context']}, {ours['sequences']} sequences a step of each model",
        f"matrix product of {ours['matrix']} x {ours['matrix']}: float32 {products['float32']:.1f}, bfloat16 {products['bfloat16']:.1f}, "
        f"PyTorch's matmul in float32 {matmul:.1f} GFLOP/s",
        f"assembling batches: {figures['host_share']:.1%} of a step of {SWEEP[1]} {SWEEP[0]} models",
        f"width 256 in bfloat16 over float32: {figures['bf16_over_fp32_width256']:.2f}",
    ]
    settings = {name: ours[name] for name in ("device", "threads", "context", "sequences", "matrix")}
    settings |= {"rounds": len(shown), "peer": without}
    if peer:
        measured = peer_figures(ours, sweep, [each for _, each in shown], matmul)
        figures |= measured
        settings["peer"] = {name: peer[name] for name in ("torch", "threads", "optimizer", "attention")}
        apart = max(abs(a - b) for a, b in zip(ours["losses"], peer["losses"]))
        lines += [
            f"peer: eager PyTorch {peer['torch']} in Python, {peer['threads']} threads, {peer['attention']} attention, "
            f"{peer['optimizer']} AdamW: {measured['peer_tokens_per_second']:,.0f} tokens/s, one model after the other; "
            f"its matrix product: {measured['peer_gemm_gflops']:.1f} GFLOP/s",
            f"from equal weights the losses of {len(ours['losses'])} steps differ by at most {apart:.0e} nats",
            f"sweep of {SWEEP[1]} {SWEEP[0]} models over the peer: {measured['peer_ratio_sweep']:.2f}"
            if "peer_ratio_sweep" in measured
            else SLOW_PEER,
        ]
    else:
        lines.append(f"peer left out: {without}")
    return Report(lines, figures, settings)


def product_rate(ours, measured):
    """GFLOP/s of the fastest `matmul`."""
    return 2.0 * ours["matrix"] ** 3 / min(each["product_seconds"] for each in measured) / 1e9


def peer_figures(ours, sweep, peer, matmul):
    """The ratio is left out where the peer's own product is slow.

    sweep   our tokens/s in each round
    matmul  GFLOP/s of our process's PyTorch in the same product
    """
    theirs = [ours["sequences"] * ours["context"] / each["step_seconds"] for each in peer]
    figures = {"peer_tokens_per_second": median(theirs), "peer_gemm_gflops": product_rate(ours, peer)}
    if figures["peer_gemm_gflops"] >= SLOW_PRODUCT * matmul:
        figures["peer_ratio_sweep"] = median(a / b for a, b in zip(sweep, theirs))
    return figures
