/// What runs showed, as values: losses by stage and domain beside the schedule that led to them.
///
/// - [io.regmixd.trajectory.Trajectory]: one run; [io.regmixd.trajectory.Trajectories]: several over the same
///   domains and stages, as a Tablesaw frame and in Arrow files.
/// - [io.regmixd.trajectory.TrajectoriesCsv]: the same from one's own runs.
/// - [io.regmixd.trajectory.Runs]: runs that were trained elsewhere, from any of the tables that people have.
/// - [io.regmixd.trajectory.FinalLosses]: mixtures and the losses at the end alone, RegMix's files among them.
package io.regmixd.trajectory;
