/// Judging trained targets.
///
/// - [io.regmixd.eval.Evaluation]: validation losses of every domain; [io.regmixd.eval.Comparison]: methods
///   compared over seeds.
/// - [io.regmixd.eval.Downstream]: puts downstream tasks ([io.regmixd.eval.Task]) to models, as
///   lm-evaluation-harness does; [io.regmixd.eval.TaskScores]: what came of it, and the papers' averages.
///   Inside: a `Document` of a data set becomes a `Question` in words (`Prompts`), a `TaskRound` puts shots
///   before it and makes `Requests` of tokens, and the models' answers become a [io.regmixd.eval.Judgement] a
///   metric.
package io.regmixd.eval;
