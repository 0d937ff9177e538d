/// Training, proxies and targets alike.
///
/// - [io.regmixd.training.Training]: the one training loop, for a group of runs.
/// - [io.regmixd.training.ProxySweep]: one proxy per mixture, group by group on the attached devices or on a cluster,
///   kept in a ledger, seen as trajectories.
/// - [io.regmixd.training.TargetRun]: the same size and token budget for each method, with a schedule or with a
///   [io.regmixd.training.Steering]; several seeds, resumable.
package io.regmixd.training;
