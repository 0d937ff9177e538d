/// From a model of the losses to the schedule that the target trains on.
///
/// - [io.regmixd.schedule.Problem]: what is wanted: the objective, and the constraints of the schedule.
/// - [io.regmixd.schedule.Planner]: chooses a schedule before the target trains;
///   [io.regmixd.schedule.OnlinePlanner] can be asked again before each stage, with what the target showed.
/// - [io.regmixd.schedule.RegMixD]: a mixture a stage by rollouts of the transition model, greedy or with
///   look-ahead; offline or, through a [io.regmixd.schedule.ScaleMap], online.
/// - [io.regmixd.schedule.Plan]: the schedule, the losses that it is expected to reach, with intervals, and
///   where it leaves what the proxies covered.
/// - [io.regmixd.schedule.ScheduleExport]: the schedule on its way to other trainers, as each
///   [io.regmixd.schedule.ScheduleFormat] has it.
/// - [io.regmixd.schedule.PlanOnline]: the command that plans for a trainer in another process while it runs.
/// - [io.regmixd.schedule.AdaptiveSweep]: trains what the plan needs to know next, until it is settled.
///
/// The other planners stand beside for comparison: RegMix, RegMix-D as published, Human, Uniform.
package io.regmixd.schedule;
