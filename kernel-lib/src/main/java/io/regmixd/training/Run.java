package io.regmixd.training;

import io.regmixd.mixture.MixtureSchedule;
import java.io.Serializable;

/// One model to train: a proxy, or a target with one method's schedule and one seed.
///
/// @param name     unique in its table
/// @param schedule which mixture in which stage
/// @param seed of the initial parameters and of the data stream; runs with one seed start equal and see each domain's
///     text in the same order, so that their difference is the schedules'
public record Run(String name, MixtureSchedule schedule, long seed) implements Serializable {}
