/// From trajectories to a model of the losses that another mixture or schedule would give.
///
/// - [io.regmixd.regression.Regressor]: how to fit one number on [io.regmixd.regression.Rows]: boosted trees or a
///   Gaussian process ([io.regmixd.regression.gp]), or a lambda of one's own.
/// - [io.regmixd.regression.MixtureLossModel]: RegMix's regression, mixture -> final losses.
/// - [io.regmixd.regression.TransitionModel]: RegMix-D's, mixture and losses before a stage -> losses after it;
///   rolled out, schedule -> trajectory, with its standard errors.
/// - [io.regmixd.regression.Coverage]: where the proxies have been, past which any of these guesses.
/// - [io.regmixd.regression.CrossValidation]: how well either predicts proxies that it has not seen, beside the
///   trivial predictor that any regression must beat.
/// - [io.regmixd.regression.RankCorrelation]: Spearman's, with an interval.
///
/// Smile stays inside this room.
package io.regmixd.regression;
