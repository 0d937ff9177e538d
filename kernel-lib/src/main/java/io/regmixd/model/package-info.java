/// Llama: configuration, parameters, one training step, losses; the one training loop, which proxies and target
/// share; and the way out to, and in from, the files of Hugging Face's libraries. PyTorch, through DJL, stays
/// in this room.
package io.regmixd.model;
