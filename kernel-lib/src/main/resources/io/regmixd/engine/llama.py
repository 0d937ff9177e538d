# K Llama models of one size, trained and evaluated together: every parameter has a leading dimension K, and loss,
# gradient clipping and data are a model's own. Training K together therefore equals training each alone, up to
# rounding.
#
# TorchScript, run inside the process that holds the tensors; see TorchProgram.java for how it gets there.
#
# Architecture: Llama as RegMix trains it (lit_gpt): RMSNorm with eps 1e-5, rotary embedding of the whole head,
# SwiGLU, no biases, no weight tying. Within a head, neighbours rotate together (x0 with x1, as in Meta's own code);
# Transformers rotates the first half with the second, which is the same model with the columns of query and key in
# another order (HuggingFaceWeight.java reorders them).
#
# Parameters p, in this order; V vocabulary, D width, F hidden, per layer six tensors:
#   embedding                                               # [K, V, D]
#   gain, query-key-value, attention output                 # [K, 1, D], [K, D, 3D], [K, D, D]
#   gain, gate-and-up, down                                 # [K, 1, D], [K, D, 2F], [K, F, D]
#   last gain, output                                       # [K, 1, D], [K, D, V]
#
# The backward pass is written out, so that gradients of several tiles (some models, some sequences) add up in place,
# nothing is kept that is not needed, and products run where they are fastest. Gains are multiplied into the matrix
# that follows them: once a step instead of once a token.


class Llama(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  heads : int          # attention heads H
  models : int         # how many models a tile holds
  precision : int      # of products: 6 float32, 15 bfloat16; parameters, sums, norms and losses are always float32
  recompute : int      # 1: a layer's activations are computed again for its backward pass instead of kept
  deterministic : int  # 1: nothing whose order of summation varies from run to run
  gpu : int            # 1: what is fastest on a GPU

  # PyTorch's own float32 product on a CPU (MKL) reaches half the speed of oneDNN's, which takes one model at a time.
  def one_dnn(self, x: Tensor) -> bool:
    return self.gpu == 0 and self.precision == 6 and x.shape[0] == 1

  def linear(self, x: Tensor, w: Tensor) -> Tensor:  # x [M, I], w [O, I] -> [M, O]
    return ops.mkldnn._linear_pointwise(x, w, None, "none", annotate(List[Optional[number]], []), "")

  # x [k, M, I], w [k, I, O] -> [k, M, O]
  def product(self, x: Tensor, w: Tensor) -> Tensor:
    if self.one_dnn(x):
      return torch.unsqueeze(self.linear(x[0], w[0].t()), 0)
    return torch.bmm(x, w)

  # The gradient of product(x, w) by x, from the gradient g of its result [k, M, O] -> [k, M, I]
  def product_backward(self, g: Tensor, w: Tensor) -> Tensor:
    if self.one_dnn(g):
      return torch.unsqueeze(self.linear(g[0], w[0]), 0)
    return torch.bmm(g, w.transpose(1, 2))

  # Adds the gradient of product(x, w) by w to sum [k, I, O].
  def accumulate(self, sum: Tensor, x: Tensor, g: Tensor) -> Tensor:
    if not self.one_dnn(x):
      if self.precision == 6:
        return sum.baddbmm_(x.transpose(1, 2), g)
      return sum.add_(torch.bmm(x.transpose(1, 2), g))
    if x.shape[2] <= g.shape[2]:  # oneDNN copies what comes first: let it be the narrower
      return sum[0].add_(self.linear(x[0].t(), g[0].t()))
    return sum[0].add_(self.linear(g[0].t(), x[0].t()).t())

  # RMSNorm without its gain: x [k, M, D] -> x / rms(x) and 1 / rms(x) [k, M, 1]
  def norm(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    r = torch.rsqrt(torch.square(torch.linalg_vector_norm(x, 2, [-1], True)) / x.shape[2] + 1e-5)
    return ((x * r).to(self.precision), r)

  # gx plus the gradient by x, from the gradient g of norm's first result n
  def norm_backward(self, gx: Tensor, g: Tensor, n: Tensor, r: Tensor) -> Tensor:
    g = g.to(6)
    dot = torch.sum(g * n, [-1], True)
    return torch.addcmul(gx, torch.addcmul(g, n, dot, value=-1. / n.shape[2]), r)

  # What rotates query and key at each position, as complex numbers [2H, T, D/H/2]; the query's are also divided by
  # the square root of D/H, so that attention need not.
  def rotation(self, T: int, p: List[Tensor]) -> Tensor:
    device, head = p[0].device, torch.floordiv(p[0].shape[2], self.heads)
    half = torch.floordiv(head, 2)
    position = torch.arange(T, dtype=6, device=device).view([T, 1])
    frequency = torch.exp(torch.arange(half, dtype=6, device=device) * (-9.210340371976184 / half))  # 10000^(-i / half)
    angle = position * frequency
    both = torch.view_as_complex(torch.stack([torch.cos(angle), torch.sin(angle)], -1))
    scale = torch.ones([2 * self.heads, 1, 1], dtype=6, device=device)
    torch.slice(scale, 0, 0, self.heads).mul_(1. / torch.sqrt(head))
    return both * scale

  # Whether PyTorch's attention and its automatic gradient serve; on a GPU the order of its sums varies.
  def fused_attention(self) -> bool:
    return self.gpu == 1 and self.deterministic == 0

  # Causal attention of scaled queries; q, k, v [N, T, D/H], N heads of all sequences and models -> the same shape,
  # and what its backward pass needs
  def attention(self, q: Tensor, k: Tensor, v: Tensor) -> Tuple[Tensor, List[Tensor]]:
    if self.fused_attention():
      a = torch.scaled_dot_product_attention(torch.unsqueeze(q, 0), torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), None, 0., True, scale=1.)
      return (a.detach()[0], [a])
    # block by block; on a CPU faster than PyTorch's own: 1.4 times in float32, 7 times in bfloat16 (heads of 16, T 128)
    T, block = q.shape[1], 64
    future = torch.triu(torch.full([block, block], -inf, dtype=q.dtype, device=q.device), 1)
    a, kept = torch.empty_like(q), annotate(List[Tensor], [])
    for start in range(0, T, block):
      end = min(start + block, T)
      scores = torch.bmm(torch.slice(q, 1, start, end), torch.slice(k, 1, 0, end).transpose(1, 2))  # [N, block, end]
      torch.slice(scores, 2, start, end).add_(torch.slice(torch.slice(future, 0, 0, end - start), 1, 0, end - start))
      weights = torch.softmax(scores, -1)
      torch.slice(a, 1, start, end).copy_(torch.bmm(weights, torch.slice(v, 1, 0, end)))
      torch.append(kept, weights)
    return (a, kept)

  # ga [N, T, D/H] -> gradients by q, k, v
  def attention_backward(self, ga: Tensor, q: Tensor, k: Tensor, v: Tensor, kept: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    if self.fused_attention():
      g = torch.grad([kept[0]], [q, k, v], annotate(List[Optional[Tensor]], [torch.unsqueeze(ga, 0)]))
      return (unchecked_cast(Tensor, g[0]), unchecked_cast(Tensor, g[1]), unchecked_cast(Tensor, g[2]))
    T, block = q.shape[1], 64
    gq, gk, gv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
    for i in range(len(kept)):
      start, end, weights = i * block, min(i * block + block, T), kept[i]
      g = torch.slice(ga, 1, start, end)
      torch.slice(gv, 1, 0, end).add_(torch.bmm(weights.transpose(1, 2), g))
      g = torch._softmax_backward_data(torch.bmm(g, torch.slice(v, 1, 0, end).transpose(1, 2)), weights, -1, weights.dtype)
      torch.slice(gq, 1, start, end).copy_(torch.bmm(g, torch.slice(k, 1, 0, end)))
      torch.slice(gk, 1, 0, end).add_(torch.bmm(g.transpose(1, 2), torch.slice(q, 1, start, end)))
    return (gq, gk, gv)

  # x [k, B*T, heads * D/H] float32 -> neighbours as complex numbers, heads before positions [kB, heads, T, D/H/2]
  def by_head(self, x: Tensor, T: int, heads: int) -> Tensor:
    return torch.view_as_complex(x.view([-1, T, heads, torch.floordiv(x.shape[2], 2 * heads), 2])).transpose(1, 2)

  # H heads of qkv from the given one on, rotated -> [N, T, D/H]
  def rotated(self, qkv: Tensor, rotation: Tensor, start: int) -> Tensor:
    H, T = self.heads, rotation.shape[1]
    x = torch.slice(self.by_head(qkv.to(6), T, 3 * H), 1, start, start + H)
    y = torch.empty([x.shape[0], H, T, x.shape[3], 2], dtype=6, device=qkv.device)
    torch.mul(x, torch.slice(rotation, 0, start, start + H), out=torch.view_as_complex(y))
    return y.view([-1, T, 2 * x.shape[3]]).to(self.precision)

  # x [k, B*T, D], w the layer's six tensors -> x after the layer, and what its backward pass needs
  def layer(self, x: Tensor, w: List[Tensor], rotation: Tensor) -> Tuple[Tensor, List[Tensor]]:
    H, T, D = self.heads, rotation.shape[1], x.shape[2]
    head = torch.floordiv(D, H)
    n1, r1 = self.norm(x)
    qkv = self.product(n1, w[1])  # [k, B*T, 3D]
    q, key = self.rotated(qkv, rotation, 0), self.rotated(qkv, rotation, H)
    v = torch.slice(qkv.view([-1, T, 3 * H, head]), 2, 2 * H, 3 * H).transpose(1, 2).reshape([-1, T, head])
    if self.fused_attention():
      q, key, v = q.detach().requires_grad_(True), key.detach().requires_grad_(True), v.detach().requires_grad_(True)
    a, kept = self.attention(q, key, v)
    a = a.view([-1, H, T, head]).transpose(1, 2).reshape(x.shape)
    x = x + self.product(a, w[2])
    n2, r2 = self.norm(x)
    gate_up = self.product(n2, w[4])  # [k, B*T, 2F]
    gate, up = torch.chunk(gate_up, 2, -1)
    s = torch.silu(gate)
    hidden = s * up
    x = x + self.product(hidden, w[5])
    return (x, torch.add([n1, r1, q, key, v, a, n2, r2, gate_up, s, hidden], kept))

  # gx [k, B*T, D], the gradient of layer's first result -> that of its x; adds those of w to g
  def layer_backward(self, gx: Tensor, kept: List[Tensor], w: List[Tensor], g: List[Tensor], rotation: Tensor) -> Tensor:
    n1, r1, q, key, v, a = kept[0], kept[1], kept[2], kept[3], kept[4], kept[5]
    n2, r2, gate_up, s, hidden = kept[6], kept[7], kept[8], kept[9], kept[10]
    H, T, head = self.heads, q.shape[1], q.shape[2]
    out = gx.to(self.precision)
    self.accumulate(g[5], hidden, out)
    ghidden = self.product_backward(out, w[5])
    gate, up = torch.chunk(gate_up, 2, -1)
    ggate_up = torch.empty_like(gate_up)
    ggate, gup = torch.chunk(ggate_up, 2, -1)
    torch.mul(ghidden, s, out=gup)
    torch.silu_backward(ghidden.mul_(up), gate, grad_input=ggate)
    self.accumulate(g[4], n2, ggate_up)
    gx = self.norm_backward(gx, self.product_backward(ggate_up, w[4]), n2, r2)

    out = gx.to(self.precision)
    self.accumulate(g[2], a, out)
    ga = self.product_backward(out, w[2]).view([-1, T, H, head]).transpose(1, 2).reshape([-1, T, head])
    gq, gk, gv = self.attention_backward(ga, q, key, v, torch.slice(kept, 11, len(kept)))
    gqkv = torch.empty([gx.shape[0], gx.shape[1], 3 * gx.shape[2]], dtype=6, device=gx.device)
    back = torch.conj(rotation)
    into = self.by_head(gqkv, T, 3 * H)  # [kB, 3H, T, D/H/2] complex
    half = [-1, H, T, torch.floordiv(head, 2), 2]
    torch.mul(torch.view_as_complex(gq.to(6).view(half)), torch.slice(back, 0, 0, H), out=torch.slice(into, 1, 0, H))
    torch.mul(torch.view_as_complex(gk.to(6).view(half)), torch.slice(back, 0, H, 2 * H), out=torch.slice(into, 1, H, 2 * H))
    torch.slice(gqkv.view([-1, T, 3 * H, head]), 2, 2 * H, 3 * H).copy_(gv.view([-1, H, T, head]).transpose(1, 2))
    out = gqkv.to(self.precision)
    self.accumulate(g[1], n1, out)
    return self.norm_backward(gx, self.product_backward(out, w[1]), n1, r1)

  # What the parameters multiply with: each gain within the matrix behind it, in the precision of products
  def weights(self, p: List[Tensor]) -> List[Tensor]:
    w = annotate(List[Tensor], [])
    for i in range(len(p)):
      x = p[i]
      if i > 0 and p[i - 1].shape[1] == 1:
        x = x * p[i - 1].transpose(1, 2)
      if i > 0:
        x = x.to(self.precision)
      torch.append(w, x)
    return w

  def some(self, tensors: List[Tensor], start: int, end: int) -> List[Tensor]:
    part = annotate(List[Tensor], [])
    for x in tensors:
      torch.append(part, torch.slice(x, 0, start, end))
    return part

  # The rows of all models' embeddings under one another: tokens [k, B, T + 1] -> [k, B, T]
  def rows(self, embedding: Tensor, tokens: Tensor) -> Tensor:
    k, T = tokens.shape[0], torch.sub(tokens.shape[2], 1)
    models = torch.mul(torch.arange(k, device=tokens.device), embedding.shape[1]).view([k, 1, 1])
    return torch.add(torch.slice(tokens, 2, 0, T), models)

  def embed(self, embedding: Tensor, tokens: Tensor) -> Tensor:
    k, D = embedding.shape[0], embedding.shape[2]
    return torch.embedding(embedding.reshape([-1, D]), self.rows(embedding, tokens)).view([k, -1, D])

  def targets(self, tokens: Tensor) -> Tensor:
    return torch.slice(tokens, 2, 1, tokens.shape[2]).reshape([tokens.shape[0], -1, 1]).to(4)  # [k, B*T, 1]

  # tokens [1 or K, B, T + 1]; with 1, every model sees the same. control: how many sequences a tile holds, and how
  # many tokens of each model have their logits held at a time -> mean loss of each sequence [K, B]
  def sequence_losses(self, p: List[Tensor], tokens: Tensor, control: Tensor) -> Tensor:
    K, B, T = p[0].shape[0], tokens.shape[1], torch.sub(tokens.shape[2], 1)
    sequences, size = int(control[0]), int(control[1])
    weights, rotation = self.weights(p), self.rotation(T, p)
    tokens = tokens.expand([K, -1, -1])
    losses = torch.empty([K, B], dtype=6, device=tokens.device)
    for k in range(0, K, self.models):
      w = self.some(weights, k, k + self.models)
      for b in range(0, B, sequences):
        some = torch.slice(torch.slice(tokens, 0, k, k + self.models), 1, b, b + sequences)
        x = self.embed(w[0], some)
        for layer in range(torch.floordiv(len(w) - 3, 6)):
          x, kept = self.layer(x, torch.slice(w, 1 + 6 * layer, 7 + 6 * layer), rotation)
        n, r = self.norm(x)
        targets, output = self.targets(some), w[len(w) - 1]
        of_tokens = annotate(List[Tensor], [])
        for start in range(0, n.shape[1], size):
          log = torch.log_softmax(self.product(torch.slice(n, 1, start, start + size), output), 2, 6)
          torch.append(of_tokens, torch.gather(log, 2, torch.slice(targets, 1, start, start + size)))
        mean = torch.neg(torch.cat(of_tokens, 1).view([x.shape[0], -1, T]).mean([2]))
        torch.slice(torch.slice(losses, 0, k, k + self.models), 1, b, b + sequences).copy_(mean)
    return losses

  # Log-probability of each token given those before it, and 1 where none is more probable, else 0:
  # tokens [1 or K, B, T + 1] -> [2, K, B, T]. What follows the end of a sequence changes nothing before it.
  def likelihoods(self, p: List[Tensor], tokens: Tensor, control: Tensor) -> Tensor:
    K, B, T = p[0].shape[0], tokens.shape[1], torch.sub(tokens.shape[2], 1)
    sequences, size = int(control[0]), int(control[1])
    weights, rotation = self.weights(p), self.rotation(T, p)
    tokens = tokens.expand([K, -1, -1])
    result = torch.empty([2, K, B, T], dtype=6, device=tokens.device)
    for k in range(0, K, self.models):
      w = self.some(weights, k, k + self.models)
      for b in range(0, B, sequences):
        some = torch.slice(torch.slice(tokens, 0, k, k + self.models), 1, b, b + sequences)
        x = self.embed(w[0], some)
        for layer in range(torch.floordiv(len(w) - 3, 6)):
          x, kept = self.layer(x, torch.slice(w, 1 + 6 * layer, 7 + 6 * layer), rotation)
        n, r = self.norm(x)
        targets, output = self.targets(some), w[len(w) - 1]
        of_tokens = annotate(List[Tensor], [])
        for start in range(0, n.shape[1], size):
          log = torch.log_softmax(self.product(torch.slice(n, 1, start, start + size), output), 2, 6)  # [k, chunk, V]
          target = torch.slice(targets, 1, start, start + size)
          greedy = torch.eq(torch.argmax(log, 2, True), target).to(6)
          torch.append(of_tokens, torch.stack([torch.gather(log, 2, target), greedy]))
        tile = torch.cat(of_tokens, 2).view([2, x.shape[0], -1, T])
        torch.slice(torch.slice(result, 1, k, k + self.models), 2, b, b + sequences).copy_(tile)
    return result

  # The summed loss of the last layer and its gradient, made chunk by chunk in the forward pass, so that all logits
  # never exist at once, but those of some tokens. n [k, M, D], targets [k, M, 1] -> loss [k], its gradient by n; adds that by output to sum
  def cross_entropy(self, n: Tensor, output: Tensor, targets: Tensor, sum: Tensor, size: int) -> Tuple[Tensor, Tensor]:
    loss, gn = torch.zeros([n.shape[0]], dtype=6, device=n.device), torch.empty_like(n)
    for start in range(0, n.shape[1], size):
      h, target = torch.slice(n, 1, start, start + size), torch.slice(targets, 1, start, start + size)
      log = torch.log_softmax(self.product(h, output), 2, 6)  # [k, chunk, V]
      loss.sub_(torch.gather(log, 2, target).sum([1, 2]))
      g = log.exp_()  # softmax - one-hot
      g.scatter_add_(2, target, torch.full(target.shape, -1., dtype=6, device=n.device))
      g = g.to(self.precision)
      torch.slice(gn, 1, start, start + size).copy_(self.product_backward(g, output))
      self.accumulate(sum, h, g)
    return (loss, gn)

  # Forward and backward pass of some models and sequences: tokens [k, B, T + 1] -> summed loss [k]; adds to g
  def tile(self, w: List[Tensor], g: List[Tensor], tokens: Tensor, rotation: Tensor, size: int) -> Tensor:
    layers, last = torch.floordiv(len(w) - 3, 6), len(w) - 1
    x = self.embed(w[0], tokens)
    all_kept = annotate(List[List[Tensor]], [])
    for layer in range(layers):
      input = x
      x, kept = self.layer(input, torch.slice(w, 1 + 6 * layer, 7 + 6 * layer), rotation)
      if self.recompute == 1:
        kept = [input]
      torch.append(all_kept, kept)
    n, r = self.norm(x)
    loss, gn = self.cross_entropy(n, w[last], self.targets(tokens), g[last], size)
    gx = self.norm_backward(torch.zeros_like(x), gn, n, r)
    for done in range(layers):
      at = 1 + 6 * (layers - 1 - done)
      kept = torch.pop(all_kept)
      if self.recompute == 1:
        x, kept = self.layer(kept[0], torch.slice(w, at, at + 6), rotation)
      gx = self.layer_backward(gx, kept, torch.slice(w, at, at + 6), torch.slice(g, at, at + 6), rotation)
    rows, flat = self.rows(w[0], tokens).view([-1]), gx.view([-1, gx.shape[2]])
    of_embedding = g[0].view([-1, gx.shape[2]])
    if self.gpu == 1:  # sums in the same order each time, unlike index_add_ there
      of_embedding.add_(torch.embedding_dense_backward(flat, rows.to(4), of_embedding.shape[0], -1, False))
    else:
      of_embedding.index_add_(0, rows, flat)
    return loss

  # Fills g with the gradients of the summed loss. tokens [K, B, T + 1]; control as above
  # -> summed loss and squared norm of the gradient of each model [2, K]
  def gradients(self, p: List[Tensor], g: List[Tensor], tokens: Tensor, control: Tensor) -> Tensor:
    K, B, T = tokens.shape[0], tokens.shape[1], torch.sub(tokens.shape[2], 1)
    sequences, size = int(control[0]), int(control[1])
    for x in g:
      x.zero_()
    weights, rotation = self.weights(p), self.rotation(T, p)
    losses = annotate(List[Tensor], [])
    for k in range(0, K, self.models):
      w, of_w = self.some(weights, k, k + self.models), self.some(g, k, k + self.models)
      loss = torch.zeros([w[0].shape[0]], dtype=6, device=tokens.device)
      for b in range(0, B, sequences):
        some = torch.slice(torch.slice(tokens, 0, k, k + self.models), 1, b, b + sequences)
        loss.add_(self.tile(w, of_w, some, rotation, size))
      torch.append(losses, loss)
    for i in range(1, len(p)):  # from the gradient of gain times matrix to those of the two
      if p[i - 1].shape[1] == 1:
        g[i - 1].copy_(torch.sum(p[i] * g[i], [2]).view(g[i - 1].shape))
        g[i].mul_(p[i - 1].transpose(1, 2))
    return torch.stack([torch.cat(losses), self.squares(g)])

  # Squared norm of each model's gradient [K]
  def squares(self, g: List[Tensor]) -> Tensor:
    total = torch.zeros([g[0].shape[0]], dtype=6, device=g[0].device)
    for x in g:
      total.add_(torch.square(torch.linalg_vector_norm(x, 2, [1, 2])))
    return total

  # One step of AdamW (decoupled weight decay, betas 0.9 and 0.95, as RegMix). control: learning rate, weight decay,
  # number of the step from 1, then for each model what its gradient is multiplied with, 0 to leave the model as it is
  def update(self, p: List[Tensor], m: List[Tensor], v: List[Tensor], g: List[Tensor], control: Tensor) -> Tensor:
    scale = torch.slice(control, 0, 3)
    if bool(torch.all(scale > 0)):
      self.adamw(p, m, v, g, control, scale)
    else:
      for k in range(scale.shape[0]):
        if float(scale[k]) > 0:
          end = k + 1
          self.adamw(self.some(p, k, end), self.some(m, k, end), self.some(v, k, end), self.some(g, k, end), control, scale[k])
    return self.done(p[0])

  def adamw(self, p: List[Tensor], m: List[Tensor], v: List[Tensor], g: List[Tensor], control: Tensor, scale: Tensor) -> Tensor:
    steps = annotate(List[Tensor], [])
    for x in g:
      x.mul_(scale.view([-1, 1, 1]))
      torch.append(steps, control[2])
    torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), steps, lr=float(control[0]), beta1=0.9, beta2=0.95,
        weight_decay=float(control[1]), eps=1e-8, amsgrad=False, maximize=False)
    return control

  # One number that is there when x is: what a caller waits for who wants no result.
  def done(self, x: Tensor) -> Tensor:
    return torch.slice(x.view([-1]), 0, 0, 1)

  # Takes from tensors what they hold, whatever else refers to them.
  def empty(self, p: List[Tensor]) -> Tensor:
    for x in p:
      x.set_()
    return torch.zeros([1], dtype=6)

  # Adds tensors of another device, in pieces, so that little memory is needed beside them.
  def add(self, into: List[Tensor], other: List[Tensor]) -> Tensor:
    for i in range(len(into)):
      to, x = into[i].view([-1]), other[i].view([-1])
      for start in range(0, to.shape[0], 16777216):
        piece = torch.slice(to, 0, start, start + 16777216)
        piece.add_(torch.slice(x, 0, start, start + 16777216).to(to.device))
    return self.done(into[0])

  def copy(self, into: List[Tensor], other: List[Tensor]) -> Tensor:
    for i in range(len(into)):
      into[i].copy_(other[i])
    return self.done(into[0])

  # The same product several times, to be timed: a, b [1, N, N]
  def products(self, a: Tensor, b: Tensor) -> Tensor:
    a, b = a.to(self.precision), b.to(self.precision)
    c = a
    for i in range(4):
      c = self.product(a, b)
    return self.done(c).to(6)
