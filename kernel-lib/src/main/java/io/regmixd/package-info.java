/// RegMix-D: find the data mixture to pretrain a language model on, stage by stage.
///
/// One package a room, one direction of flow; a room imports only rooms above it:
///
/// | room | what it does |
/// |---|---|
/// | `spark` | a sweep's pieces on a cluster |
/// | `mixture` | the words: mixture, schedule, random designs |
/// | `store` | tables in Arrow files, written whole or not at all |
/// | `data` | manifest -> corpus of token files -> batches |
/// | `model` | Llama: K models at once; the one training loop |
/// | `proxy` | the sweep over devices -> trajectories |
/// | `regression` | trajectories -> a model of the next losses |
/// | `schedule` | that model -> a schedule |
/// | `target` | schedule -> trained target |
/// | `eval` | target -> validation losses, methods compared |
/// | `notebook` | display in a kernel, progress, plots |
package io.regmixd;
