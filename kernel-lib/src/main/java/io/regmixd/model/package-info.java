/// Llama: configuration, parameters, one training step, losses; and the one training loop, which proxies and
/// target share. PyTorch, through DJL, stays in this room.
package io.regmixd.model;
