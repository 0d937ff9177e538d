/// Downstream tasks, put to trained targets as lm-evaluation-harness puts them.
///
/// - [io.regmixd.evaluation.harness.Downstream]: puts tasks ([io.regmixd.evaluation.harness.Task]) to the models of
///   a target run; [io.regmixd.evaluation.harness.TaskScores]: what came of it, and the papers' averages.
///
/// Inside, a `Document` of a data set becomes a `Question` in words (`Prompts`), a `TaskRound` puts shots before it
/// and makes `Requests` of tokens, and the models' answers become a [io.regmixd.evaluation.harness.Judgement] per
/// metric.
package io.regmixd.evaluation.harness;
