/// Judging trained targets.
///
/// - [io.regmixd.evaluation.Evaluation]: validation losses of every domain;
///   [io.regmixd.evaluation.Comparison]: methods compared over seeds.
/// - `harness` inside puts downstream tasks to them.
package io.regmixd.evaluation;
