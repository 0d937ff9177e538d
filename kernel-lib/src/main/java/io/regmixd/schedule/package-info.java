/// From a model of the losses to the schedule that the target trains on.
///
/// A [io.regmixd.schedule.Planner] makes a [io.regmixd.schedule.Plan]: the schedule, and the losses that it is
/// expected to reach where the planner predicts them. The ones that search
/// ([io.regmixd.schedule.Planner#regMix], constant, and [io.regmixd.schedule.RegMixD], a mixture a stage)
/// choose among candidate mixtures that they are given; the others stand beside them for comparison.
package io.regmixd.schedule;
