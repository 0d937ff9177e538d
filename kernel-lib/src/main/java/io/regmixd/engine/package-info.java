/// Llama: K models at once in one TorchScript program, on the attached devices. PyTorch, through DJL, stays in
/// this room.
///
/// - [io.regmixd.engine.LlamaConfig]: the size; [io.regmixd.engine.Compute]: how the arithmetic is done.
/// - [io.regmixd.engine.Llama]: parameters, training steps, losses.
/// - [io.regmixd.engine.ComputeDevice]: where they are computed; [io.regmixd.engine.Gpus]: what a machine has.
package io.regmixd.engine;
