"""Checks the model program on a GPU, and times it: python3 check.py FOLDER [--json FILE] [--seconds S] [--small]

FOLDER is what export.py wrote. Needs PyTorch; with Transformers, the reference of one model's gradients is its
LlamaForCausalLM with the exported weights, in float64 on the CPU, else bench/peer.py's model likewise. That of four models'
steps is peer.py's model with PyTorch's AdamW. Without a GPU it checks on the CPU and times nothing but what --small asks for.
With --steps it takes the steps again that java.sh left in FOLDER/steps, and nothing else.
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
STEP_BOUNDS = {"float32": (1e-4, 1e-3), "bfloat16": (1e-2, 1e-1)}  # of steps: loss, norm, as DeviceCheck.java
STEPS, MODELS, RATE, DECAY = 3, 4, 3e-3, 1.0  # so large that losses show every part of AdamW
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
    p = [x.to(device) for x in in_shapes(flat, 1, CHECKED)]
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


def in_shapes(flat, models, size):
    """All values of some models, one tensor after the other -> tensors [models, rows, columns]."""
    parts = flat.split([models * a * b for a, b in shapes(**size)])
    return [part.view(models, *shape) for part, shape in zip(parts, shapes(**size))]


def steps(program, p, tokens, rate, decay):
    """Steps of AdamW as Llama.java takes them, p changed: tokens [steps, K, B, T + 1] -> losses and norms [2, steps, K]."""
    g, m, v = ([torch.zeros_like(x) for x in p] for _ in range(3))
    sequences, predicted = tokens.shape[2], tokens.shape[2] * (tokens.shape[3] - 1)
    control = torch.tensor([float(sequences), float(CHUNK)], device=tokens.device)
    losses, norms = [], []
    for number, batch in enumerate(tokens, 1):
        result = program.gradients(p, g, batch, control).cpu().double()
        losses.append(result[0] / predicted)
        norms.append(result[1].sqrt() / predicted)
        scale = (1 / (norms[-1] + 1e-6)).clamp(max=1) / predicted
        program.update(p, m, v, g, torch.tensor([rate, decay, float(number), *scale.tolist()], device=tokens.device))
    return torch.stack([torch.stack(losses), torch.stack(norms)])


def reference_steps(flats, tokens):
    """The same of each model alone, in float64 by PyTorch's AdamW on the CPU."""
    shown = torch.empty(2, len(tokens), len(flats), dtype=torch.float64)
    for k, flat in enumerate(flats):
        model = Llama(**CHECKED, context=CONTEXT)
        model.load(flat)
        model.double()
        optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.95), eps=1e-8, weight_decay=DECAY)
        for number, batch in enumerate(tokens[:, k].long()):
            loss = model(batch)
            loss.backward()
            shown[0, number, k] = loss.item()
            shown[1, number, k] = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
            optimizer.step()
            optimizer.zero_grad()
    return shown


def compared(name, shown, expected, precision):
    """A line; raises where losses or norms are out of bounds."""
    loss, norm = (shown / expected - 1).abs().amax((1, 2)).tolist()
    if not (loss <= STEP_BOUNDS[precision][0] and norm <= STEP_BOUNDS[precision][1]):
        raise SystemExit(f"{name}: relative errors of losses {loss:.1e}, norms {norm:.1e} are out of bounds {STEP_BOUNDS[precision]}")
    return f"{name}: relative errors of losses {loss:.1e}, norms {norm:.1e}"


def check_steps(folder, device):
    """Four models at once: steps against float64, and the deterministic ones twice. Yields a line a way of computing."""
    flat = read(folder / "parameters.f32", torch.float32)
    flats = [flat * (1 - 0.1 * k) for k in range(MODELS)]  # models that differ
    each = [in_shapes(x, 1, CHECKED) for x in flats]
    untrained = [torch.cat(parts).to(device) for parts in zip(*each)]
    tokens = torch.randint(
        0, CHECKED["vocabulary"], (1, MODELS, 4, CONTEXT + 1), generator=torch.Generator().manual_seed(2), dtype=torch.int32
    ).repeat(STEPS, 1, 1, 1)
    expected = reference_steps(flats, tokens)
    for precision in ("float32", "bfloat16"):
        for way in ("", "-recompute", "-deterministic"):
            program = load(folder, 8, precision + way, device)
            results = []
            for _ in range(2 if way == "-deterministic" else 1):
                p = [x.clone() for x in untrained]
                results.append([steps(program, p, tokens.to(device), RATE, DECAY), *p])
            yield compared(f"{precision + way:25} K = {MODELS}, {STEPS} steps of AdamW", results[0][0], expected, precision)
            if not all(map(torch.equal, results[0], results[-1])):
                raise SystemExit(f"{precision + way}: the same steps twice gave other losses or parameters")


def check_recorded(folder, device):
    """Takes the steps again that Java took. Yields a line a size."""
    files = sorted((folder / "steps").glob("*/steps.json"))
    if not files:
        raise SystemExit(f"There are no steps in {folder / 'steps'}: tools/gpu/java.sh {folder} leaves them there.")
    for file in files:
        told = json.loads(file.read_text(encoding="utf-8"))
        size, expected = told["model"], torch.tensor([told["losses"], told["gradient_norms"]], dtype=torch.float64)
        models = expected.shape[2]
        p = [x.to(device) for x in in_shapes(read(file.with_name("parameters.f32"), torch.float32), models, size)]
        tokens = read(file.with_name("tokens.i32"), torch.int32).view(-1, models, told["sequences"], told["context"] + 1).to(device)
        shown = steps(load(folder, size["heads"], "float32-deterministic", device), p, tokens, told["learning_rate"], told["weight_decay"])
        yield compared(f"{file.parent.name}, K = {models}: {len(tokens)} steps, by Java on {told['device']}", shown, expected, "float32")


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
    parser.add_argument("--steps", action="store_true", help="take the steps again that java.sh left, and nothing else")
    given = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name() if device == 'cuda' else 'the CPU'}", flush=True)
    for checked in (check_recorded,) if given.steps else (check, check_steps):
        for line in checked(given.folder, device):
            print(line, flush=True)
    if given.steps or device == "cpu" and not given.small:
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
