# K Llama models of one size, trained and evaluated together: every parameter has a leading dimension K, every
# matrix product is batched over it, and loss, gradient clipping and data are a model's own. Training K together
# therefore equals training each alone, up to rounding.
#
# TorchScript, run inside the process that holds the tensors; see TorchProgram.java for how it gets there.
#
# Architecture: Llama as RegMix trains it (lit_gpt): RMSNorm with eps 1e-5, rotary embedding of the whole head in
# the Hugging Face convention (first half with second half), SwiGLU, no biases, no weight tying.
#
# Parameters p, in this order; V vocabulary, D width, F hidden, per layer six tensors:
#   embedding                                               # [K, V, D]
#   gain, query-key-value, attention output                 # [K, 1, D], [K, D, 3D], [K, D, D]
#   gain, gate-and-up, down                                 # [K, 1, D], [K, D, 2F], [K, F, D]
#   last gain, output                                       # [K, 1, D], [K, D, V]


class Llama(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  heads : int
  logits : int

  def norm(self, x: Tensor, gain: Tensor) -> Tensor:
    return x * torch.rsqrt(torch.mean(x * x, [-1], True) + 1e-5) * gain

  # tokens [K, B, T + 1] -> last hidden state, normalised [K, B*T, D]
  def hidden_states(self, p: List[Tensor], tokens: Tensor) -> Tensor:
    K, B, T = tokens.shape[0], tokens.shape[1], torch.sub(tokens.shape[2], 1)
    V, D = p[0].shape[1], p[0].shape[2]
    hd = torch.floordiv(D, self.heads)
    half = torch.floordiv(hd, 2)
    position = torch.arange(T, dtype=6, device=tokens.device).view([T, 1])
    frequency = torch.exp(torch.arange(half, dtype=6, device=tokens.device) * (-9.210340371976184 / half))
    angle = position * frequency  # [T, hd/2]
    cos, sin = torch.cos(angle), torch.sin(angle)

    models = torch.mul(torch.arange(K, device=tokens.device), V).view([K, 1, 1])
    rows = torch.add(torch.slice(tokens, 2, 0, T), models)
    x = torch.embedding(p[0].reshape([-1, D]), rows).view([K, -1, D])  # [K, B*T, D]
    for layer in range(torch.floordiv(len(p) - 3, 6)):
      i = 1 + layer * 6
      h = self.norm(x, p[i])
      qkv = torch.bmm(h, p[i + 1]).view([K * B, T, 3, self.heads, hd]).permute([2, 0, 3, 1, 4])
      q, k, v = qkv[0], qkv[1], qkv[2]  # [K*B, heads, T, hd]
      q1, q2 = torch.slice(q, -1, 0, half), torch.slice(q, -1, half, hd)
      k1, k2 = torch.slice(k, -1, 0, half), torch.slice(k, -1, half, hd)
      q = torch.cat([q1 * cos - q2 * sin, q2 * cos + q1 * sin], -1)
      k = torch.cat([k1 * cos - k2 * sin, k2 * cos + k1 * sin], -1)
      a = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
      x = x + torch.bmm(a.permute([0, 2, 1, 3]).reshape([K, B * T, D]), p[i + 2])
      h = self.norm(x, p[i + 3])
      gate, up = torch.chunk(torch.bmm(h, p[i + 4]), 2, -1)  # [K, B*T, F] each
      x = x + torch.bmm(torch.silu(gate) * up, p[i + 5])
    return self.norm(x, p[len(p) - 2])

  # How many tokens of each model have their logits held at a time.
  def chunk(self, output: Tensor) -> int:
    return max(1, torch.floordiv(self.logits, output.shape[0] * output.shape[2]))

  def targets(self, tokens: Tensor) -> Tensor:
    return torch.slice(tokens, 2, 1, tokens.shape[2]).reshape([tokens.shape[0], -1, 1]).to(4)  # [K, B*T, 1]

  # tokens [1 or K, B, T + 1]; with 1, every model sees the same -> mean loss of each sequence [K, B]
  def sequence_losses(self, p: List[Tensor], tokens: Tensor) -> Tensor:
    K, B = p[0].shape[0], tokens.shape[1]
    tokens = tokens.expand([K, -1, -1])
    x, targets, output = self.hidden_states(p, tokens), self.targets(tokens), p[len(p) - 1]
    losses = annotate(List[Tensor], [])
    size = self.chunk(output)
    for start in range(0, x.shape[1], size):
      logits = torch.bmm(torch.slice(x, 1, start, start + size), output)  # [K, chunk, V]
      target = torch.gather(logits, 2, torch.slice(targets, 1, start, start + size))
      torch.append(losses, torch.logsumexp(logits, [2], True) - target)
    return torch.cat(losses, 1).view([K, B, -1]).mean([2])

  # The loss of the last layer and its gradient, made chunk by chunk in the forward pass, so that all logits never
  # exist at once. x [K, N, D], targets [K, N, 1] -> mean loss [K], gradients of x and of the output matrix
  def cross_entropy(self, x: Tensor, output: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    K, N = x.shape[0], x.shape[1]
    loss = torch.zeros([K], dtype=6, device=x.device)
    grad_x, grad_output = torch.empty_like(x), torch.zeros_like(output)
    transposed = output.transpose(1, 2)
    size = self.chunk(output)
    for start in range(0, N, size):
      h, target = torch.slice(x, 1, start, start + size), torch.slice(targets, 1, start, start + size)
      logits = torch.bmm(h, output)  # [K, chunk, V]
      highest = torch.amax(logits, [2], True)
      loss.add_((highest - torch.gather(logits, 2, target)).sum([1, 2]))
      exp = logits.sub_(highest).exp_()
      sum = exp.sum([2], True)
      loss.add_(torch.log(sum).sum([1, 2]))
      # the gradient of the mean: (softmax - one-hot) / N
      grad = exp.mul_(torch.reciprocal(sum * N))
      grad.scatter_add_(2, target, torch.full_like(sum, -1. / N))
      torch.slice(grad_x, 1, start, start + size).copy_(torch.bmm(grad, transposed))
      grad_output.baddbmm_(h.transpose(1, 2), grad)
    return (loss.div_(N), grad_x, grad_output)

  # One step of AdamW (decoupled weight decay, betas 0.9 and 0.95, as RegMix) with the gradient of each model clipped
  # to norm 1. control: learning rate, weight decay, number of the step from 1. Changes p, m, v in place.
  # -> loss and gradient norm of each model [2, K]
  def train_step(self, p: List[Tensor], m: List[Tensor], v: List[Tensor], tokens: Tensor, control: Tensor) -> Tensor:
    K, n = p[0].shape[0], len(p)
    leaves = annotate(List[Tensor], [])
    for i in range(n - 1):
      torch.append(leaves, p[i].detach().requires_grad_(True))
    x = self.hidden_states(torch.add(leaves, [p[n - 1]]), tokens)
    loss, grad_x, grad_output = self.cross_entropy(x.detach(), p[n - 1], self.targets(tokens))
    grads = annotate(List[Tensor], [])
    for g in torch.grad([x], leaves, annotate(List[Optional[Tensor]], [grad_x])):
      torch.append(grads, unchecked_cast(Tensor, g))
    torch.append(grads, grad_output)
    squares = torch.zeros_like(loss)
    for g in grads:
      squares.add_((g * g).sum([1, 2]))
    norm = torch.sqrt(squares)  # [K]
    scale = torch.clamp_max(torch.reciprocal(norm + 1e-6), 1.).view([K, 1, 1])
    steps = annotate(List[Tensor], [])
    for g in grads:
      g.mul_(scale)
      torch.append(steps, control[2])
    lr, decay = float(control[0]), float(control[1])
    torch._fused_adamw_(p, grads, m, v, annotate(List[Tensor], []), steps, lr=lr, beta1=0.9, beta2=0.95,
        weight_decay=decay, eps=1e-8, amsgrad=False, maximize=False)
    return torch.stack([loss, norm])
