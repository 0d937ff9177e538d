/// RegMix-D: find the data mixture to pretrain a language model on, stage by stage.
///
/// One package per room, one direction of flow. Values stand at the bottom; on them two wings that never import each
/// other; one roof over both (`docs/architecture.md` has the picture):
///
/// | room | what it does |
/// |---|---|
/// | `mixture` | the words: mixture, schedule, random designs, learning rate |
/// | `store` | files written whole or not at all, run folders and their locks |
/// | `trajectory` | losses by stage and domain, and their files |
/// | `executor` | many independent pieces of work, here or on a cluster |
/// | *planning* | |
/// | `regression` | trajectories -> a model of the next losses |
/// | `planning` | that model -> a schedule |
/// | `export` | schedule -> other trainers' files |
/// | *training* | |
/// | `data` | manifest -> corpus of token files -> batches |
/// | `engine` | Llama: K models at once |
/// | `training` | the one training loop: sweep and target |
/// | `evaluation` | target -> validation losses, methods compared |
/// | *roof* | |
/// | `notebook` | display in a kernel, progress, plots |
package io.regmixd;
