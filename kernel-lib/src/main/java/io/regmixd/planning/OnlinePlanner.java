package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.util.Optional;

/// A planner that can also be asked again while the target trains, before each stage after the first, with the
/// losses that the target has shown so far. What it answers depends on its arguments alone, so that a target
/// that was stopped goes on as if it had not been.
///
/// ```java
/// Plan plan = planner.plan(stages, progress);                       // before the first stage
/// while (there are stages left) {
///     train the next stage of plan.schedule();
///     plan = planner.replan(what the target showed, stages, progress);
/// }
/// ```
public interface OnlinePlanner extends Planner {

    /// Plans the stages that are left.
    ///
    /// @param soFar what the target was trained on so far, and its losses before the first stage and after
    ///     each: `soFar.schedule()` has at least one stage and at most `stages`
    /// @param stages how many stages the whole schedule has
    /// @return a plan of all the stages, which begins with those of `soFar`; its predicted losses begin with
    ///     those seen, at the proxies' size
    /// @throws IllegalArgumentException if the planner cannot plan this number of stages, or `soFar` does not
    ///     fit
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    Plan replan(Trajectory soFar, int stages, Progress progress) throws InterruptedException;

    /// Both in one, as a target that is trained here asks: before the first stage a plan, before each later one a new
    /// plan of those that are left.
    ///
    /// @param soFar  as in [#replan]; empty before the first stage
    /// @param stages how many stages the whole schedule has
    /// @throws InterruptedException if the thread is interrupted meanwhile
    default MixtureSchedule steer(Optional<Trajectory> soFar, int stages, Progress progress)
            throws InterruptedException {
        Plan plan = soFar.isPresent() ? replan(soFar.get(), stages, progress) : plan(stages, progress);
        return plan.schedule();
    }
}
