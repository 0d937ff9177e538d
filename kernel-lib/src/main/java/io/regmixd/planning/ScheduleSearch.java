package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import java.util.List;
import java.util.function.DoubleConsumer;

/// How [RegMixD] chooses the mixtures of the stages that are left.
interface ScheduleSearch {

    /// What plans are called.
    String name();

    /// All mixtures of the schedule: those before, then the chosen ones.
    ///
    /// @param before   the mixtures of the stages that are behind
    /// @param losses   the losses after them, one per domain, at the proxies' size
    /// @param fraction hears how much is done, up to 1
    List<Mixture> schedule(
            ObjectiveValue value,
            ConstraintProjection feasible,
            List<Mixture> before,
            double[] losses,
            DoubleConsumer fraction)
            throws InterruptedException;
}
