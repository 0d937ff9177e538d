"""The peer of `./bench engine`: the same Llama, trained one model at a time in eager PyTorch.

Written as one would write it in Python (after nanoGPT's model.py and train.py). Takes the folder with our initial
parameters and tokens, and what to measure as JSON. Prints a line of JSON when it is ready, with the losses of the
first steps, and one a round, each time it reads a line. Batches are tensors in memory from the start: their assembly
costs the peer nothing.
"""

import json
import math
import sys
import time
from pathlib import Path

import torch
import torch.nn as nn
from torch.nn import functional as F

SECONDS_A_TURN = 1.5
PRODUCTS = 3
WARM_UP_STEPS = 10
FLASH = hasattr(F, "scaled_dot_product_attention")  # since PyTorch 2.0


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5) * self.weight


class Attention(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        half = width // heads // 2
        frequency = torch.exp(torch.arange(half) * (-math.log(10_000) / half))
        angle = torch.arange(context)[:, None] * frequency  # (T, hd/2)
        self.register_buffer("cos", torch.cos(angle))
        self.register_buffer("sin", torch.sin(angle))
        self.register_buffer("future", torch.ones(context, context, dtype=torch.bool).triu(1))

    def rotate(self, x):
        first, second = x.chunk(2, dim=-1)
        return torch.cat([first * self.cos - second * self.sin, second * self.cos + first * self.sin], dim=-1)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.query_key_value(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)  # (B, nh, T, hd)
        q, k = self.rotate(q), self.rotate(k)
        if FLASH:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) / math.sqrt(D // self.heads)
            y = F.softmax(scores.masked_fill(self.future, float("-inf")), dim=-1) @ v
        return self.output(y.transpose(1, 2).reshape(B, T, D))


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.gate_and_up = nn.Linear(width, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        gate, up = self.gate_and_up(x).chunk(2, dim=-1)
        return self.down(F.silu(gate) * up)


class Block(nn.Module):
    def __init__(self, width, heads, hidden, context):
        super().__init__()
        self.attention_gain = RMSNorm(width)
        self.attention = Attention(width, heads, context)
        self.feed_forward_gain = RMSNorm(width)
        self.feed_forward = FeedForward(width, hidden)

    def forward(self, x):
        x = x + self.attention(self.attention_gain(x))
        return x + self.feed_forward(self.feed_forward_gain(x))


class Llama(nn.Module):
    """Its parameters() come in the order of ours."""

    def __init__(self, layers, heads, width, hidden, vocabulary, context):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads, hidden, context) for _ in range(layers))
        self.last_gain = RMSNorm(width)
        self.output = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.embedding(tokens[:, :-1])
        for block in self.blocks:
            x = block(x)
        logits = self.output(self.last_gain(x))
        return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1))

    @torch.no_grad()
    def load(self, flat):
        """Ours, raw and one after the other; our matrices are [inputs, outputs], nn.Linear's the other way round.

        Ours rotate neighbours within a head of query and key, this one its halves.
        """
        at = 0
        for module in self.modules():
            for parameter in module.parameters(recurse=False):
                values = flat[at : at + parameter.numel()]
                at += parameter.numel()
                if isinstance(module, nn.Linear):
                    parameter.copy_(values.view(parameter.shape[1], parameter.shape[0]).t())
                else:
                    parameter.copy_(values.view(parameter.shape))
        if at != len(flat):
            raise ValueError(f"{len(flat)} values for {at} parameters")
        for block in self.blocks:
            attention = block.attention
            width, heads = attention.output.weight.shape[0], attention.heads
            rows = attention.query_key_value.weight[: 2 * width]  # (2D, D)
            rows.copy_(rows.view(2 * heads, -1, 2, width).transpose(1, 2).reshape(2 * width, width).clone())


def adamw(parameters, **settings):
    """The fastest AdamW that this PyTorch has for the CPU, and its name."""
    for name, choice in [("fused", {"fused": True}), ("foreach", {"foreach": True}), ("plain", {})]:
        try:
            trial = nn.Parameter(torch.zeros(1))
            trial.grad = torch.ones(1)
            torch.optim.AdamW([trial], **choice).step()
            return name, torch.optim.AdamW(parameters, **settings, **choice)
        except (TypeError, RuntimeError):
            continue
    raise RuntimeError("this PyTorch has no AdamW for the CPU")


def read(path, dtype):
    return torch.frombuffer(bytearray(path.read_bytes()), dtype=dtype)


def main(folder, measured):
    torch.set_num_threads(measured["threads"])
    size = dict(measured["peer"])
    settings = {"lr": size.pop("learning_rate"), "weight_decay": size.pop("weight_decay")}
    model = Llama(**size, context=measured["context"])
    model.load(read(folder / "parameters.f32", torch.float32))
    tokens = read(folder / "tokens.i32", torch.int32).long().view(-1, measured["sequences"], measured["context"] + 1)
    optimizer_name, optimizer = adamw(model.parameters(), betas=(0.9, 0.95), eps=1e-8, **settings)

    def step(number):
        loss = model(tokens[number % len(tokens)])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss

    def turn(steps):
        start = time.perf_counter()
        for number in range(steps):
            step(number)
        return (time.perf_counter() - start) / steps

    left, right = torch.randn(2, measured["matrix"], measured["matrix"])

    def product():
        start = time.perf_counter()
        left @ right
        return time.perf_counter() - start

    losses = [step(number).item() for number in range(len(measured["losses"]))]
    turn(WARM_UP_STEPS)
    product()
    steps = math.ceil(SECONDS_A_TURN / turn(WARM_UP_STEPS))
    say({
        "torch": torch.__version__, "threads": torch.get_num_threads(), "optimizer": optimizer_name,
        "attention": "scaled_dot_product" if FLASH else "explicit", "losses": losses,
    })
    for _ in sys.stdin:
        say({"product_seconds": min(product() for _ in range(PRODUCTS)), "step_seconds": turn(steps)})


def say(line):
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
