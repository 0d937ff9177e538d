/// From a model of the losses to the schedule that the target trains on. Neither PyTorch nor a corpus is needed.
///
/// - [io.regmixd.planning.Problem]: what is wanted: the objective, and the constraints of the schedule.
/// - [io.regmixd.planning.Planner]: chooses a schedule before the target trains;
///   [io.regmixd.planning.OnlinePlanner] can be asked again before each stage, with what the target showed.
/// - [io.regmixd.planning.RegMixD]: a mixture per stage by rollouts of the transition model, greedy or with
///   look-ahead; offline or, through a [io.regmixd.planning.ScaleMap], online.
/// - [io.regmixd.planning.Plan]: the schedule, the losses that it is expected to reach, with intervals, and
///   where it leaves what the proxies covered.
/// - [io.regmixd.planning.Proposal]: a plan from runs that were trained elsewhere, and what it is compared with;
///   [io.regmixd.planning.Evidence]: what speaks for it.
///
/// The other planners stand beside for comparison: RegMix, RegMix-D as published, Human, Uniform.
package io.regmixd.planning;
