"""Checks the model program on a GPU, and times it: python3 check.py FOLDER [--json FILE] [--seconds S] [--small]

FOLDER is what export.py wrote. Needs PyTorch; with Transformers, the reference is its
LlamaForCausalLM with the exported weights, in float64 on the CPU, else bench/peer.py's model likewise. Without a GPU
it checks on the CPU and times nothing but what --small asks for.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.peer import Llama, read  # noqa: E402

torch._C._set_graph_executor_optimize(False)  # as in Java: there is nothing to fuse, and recompiling costs

CHECKED = dict(layers=2, heads=8, width=256, hidden=512, vocabulary=2048)
CONTEXT = 256
CHUNK = 1024  # tokens of each model whose logits exist at a time, as Memory.java where there is room
BOUNDS = {"float32": (1e-5, 1e-4), "bfloat16": (1e-3, 3e-2)}  # relative: loss, gradient
SIZES = {
    "1M": dict(layers=2, heads=8, width=256, hidden=512, vocabulary=50_432),
    "1B": dict(layers=22, heads=16, width=2048, hidden=5632, vocabulary=50_432),
    "small": dict(layers=2, heads=8, width=64, hidden=128, vocabulary=512),
}


def shapes(layers, width, hidden, vocabulary, **_):
    block = [(1, width), (width, 3 * width), (width, width), (1, width), (width, 2 * hidden), (hidden, width)]
    return [(vocabulary, width), *block * layers, (1, width), (width, vocabulary)]


def flops(context, layers, width, hidden, vocabulary, **_):
    """Of one training token, as LlamaConfig.trainingFlops."""
    return 6 * (layers * (4 * width**2 + 3 * width * hidden) + vocabulary * width) + 6 * layers * width * context


def reference(folder, flat, tokens):
    """Summed loss, and its gradient by embedding and output, in float64."""
    try:
        from transformers import LlamaForCausalLM

        model, kind = LlamaForCausalLM.from_pretrained(folder / "transformers", torch_dtype=torch.float64), "transformers"
        logits = model(tokens[:, :-1]).logits
        embedding, output = model.model.embed_tokens.weight, model.lm_head.weight
    except ImportError:
        model, kind = Llama(**CHECKED, context=CONTEXT), "bench/peer.py"
        model.load(flat)
        model.double()
        x = model.embedding(tokens[:, :-1])
        for block in model.blocks:
            x = block(x)
        logits, embedding, output = model.output(model.last_gain(x)), model.embedding.weight, model.output.weight
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="sum")
    loss.backward()
    norm = sum(p.grad.square().sum() for p in model.parameters()).sqrt()
    return kind, loss.item(), norm.item(), embedding.grad, output.grad.t()


def load(folder, heads, name, device):
    return torch.jit.load(str(folder / f"llama-{heads}-{name}.pt"), map_location=device)


def check(folder, device):
    """Yields a line a way of computing; raises where one is out of bounds."""
    flat = read(folder / "parameters.f32", torch.float32)
    parts = flat.split([a * b for a, b in shapes(**CHECKED)])
    p = [x.view(1, *shape).to(device) for x, shape in zip(parts, shapes(**CHECKED))]
    tokens = torch.randint(0, CHECKED["vocabulary"], (4, CONTEXT + 1), generator=torch.Generator().manual_seed(1))
    kind, loss, norm, by_embedding, by_output = reference(folder, flat, tokens)
    yield f"reference: {kind} in float64, summed loss {loss:.4f}, gradient norm {norm:.4f}"
    for precision in ("float32", "bfloat16"):
        for way in ("", "-recompute", "-deterministic"):
            program = load(folder, 8, precision + way, device)
            g = [torch.zeros_like(x) for x in p]
            for sequences in (4, 1):
                result = program.gradients(p, g, tokens[None].int().to(device), torch.tensor([float(sequences), 100.0], device=device)).cpu()
                errors = [
                    abs(result[0, 0].item() / loss - 1),
                    abs(result[1, 0].item() ** 0.5 / norm - 1),
                    ((g[0][0].cpu() - by_embedding).norm() / by_embedding.norm()).item(),
                    ((g[-1][0].cpu() - by_output).norm() / by_output.norm()).item(),
                ]
                yield f"{precision + way:25} {sequences} at a time: relative errors of loss {errors[0]:.1e}, norm {errors[1]:.1e}, gradients {errors[2]:.1e} {errors[3]:.1e}"
                if errors[0] > BOUNDS[precision][0] or max(errors[1:]) > BOUNDS[precision][1]:
                    raise SystemExit(f"{precision + way} is out of bounds {BOUNDS[precision]}")


def seconds_of(step, seconds, device):
    """Median of the steps that fit into so many seconds, after three."""
    def timed():
        start = time.perf_counter()
        step()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start

    for _ in range(3):
        timed()
    shown, start = [], time.perf_counter()
    while len(shown) < 3 or time.perf_counter() - start < seconds:
        shown.append(timed())
    return sorted(shown)[len(shown) // 2]


def product_rate(size, device):
    a, b = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * size**3 / seconds_of(lambda: a @ b, 1, device)


def ours(folder, size, models, batch, context, device, seconds, way):
    program = load(folder, size["heads"], "bfloat16" + way, device)
    p = [torch.randn(models, *shape, device=device) * 0.02 for shape in shapes(**size)]
    g, m, v = ([torch.zeros_like(x) for x in p] for _ in range(3))
    tokens = torch.randint(0, size["vocabulary"], (models, batch, context + 1), device=device, dtype=torch.int32)
    control = torch.tensor([float(batch), float(CHUNK)])
    update = torch.tensor([1e-4, 0.1, 1.0, *[1e-6] * models])
    def step():
        program.gradients(p, g, tokens, control).cpu()
        program.update(p, m, v, g, update.to(device)).cpu()
    return models * batch * context / seconds_of(step, seconds, device)


def peer(size, batch, context, device, seconds, compiled):
    model = Llama(**size, context=context).to(device)
    forward = torch.compile(model) if compiled else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    tokens = torch.randint(0, size["vocabulary"], (batch, context + 1), device=device)
    def step():
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = forward(tokens)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return batch * context / seconds_of(step, seconds, device)


def timings(folder, device, seconds, small):
    """Yields name, tokens per second, size, context."""
    plan = [("small", 1, 2, 128), ("small", 4, 2, 128)] if small else [("1M", 1, 16, 2048), ("1M", 4, 16, 2048), ("1M", 16, 4, 2048), ("1B", 1, 8, 2048)]
    for name, models, batch, context in plan:
        size = SIZES[name]
        for way in ("", "-recompute"):
            yield f"{name} K={models}{way}", ours(folder, size, models, batch, context, device, seconds, way), size, context
    for name, batch, context in [("small", 2, 128)] if small else [("1M", 16, 2048), ("1B", 8, 2048)]:
        for compiled in (False, True) if device == "cuda" else (False,):
            label = f"{name} in {'torch.compile' if compiled else 'eager PyTorch'}"
            yield label, peer(SIZES[name], batch, context, device, seconds, compiled), SIZES[name], context


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seconds", type=float, default=5, help="of each timing (5)")
    parser.add_argument("--small", action="store_true", help="time a tiny model, to try this program out")
    given = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name() if device == 'cuda' else 'the CPU'}", flush=True)
    for line in check(given.folder, device):
        print(line, flush=True)
    if device == "cpu" and not given.small:
        return
    rate = product_rate(512 if given.small else 8192, device)
    figures = {"product_tflops": rate / 1e12}
    print(f"bfloat16 product: {rate / 1e12:.2f} TFLOP/s", flush=True)
    for name, tokens, size, context in timings(given.folder, device, given.seconds, given.small):
        share = tokens * flops(context, **size) / rate
        figures |= {f"{name} tokens/s": tokens, f"{name} of product": share}
        print(f"{name:28} {tokens:12,.0f} tokens/s {share:6.1%} of the product", flush=True)
        if given.json:  # after each, so that nothing is lost if the next does not fit
            given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        if device == "cuda":
            torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
