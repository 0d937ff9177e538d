package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.util.Optional;

/// Decides, before each stage of a target, what it trains on from there: an online planner at the wheel
/// (`planner::steer`), or a rule of one's own. What it answers must depend on its arguments alone, so that a
/// target that was stopped goes on as if it had not been.
@FunctionalInterface
public interface Steering {

    /// @param soFar  what the target was trained on, and its losses before the first stage and after each; empty before
    ///     the first stage
    /// @param stages how many stages the whole schedule has
    /// @return a schedule of all the stages, which begins with those of `soFar`
    /// @throws InterruptedException if the thread is interrupted meanwhile
    MixtureSchedule steer(Optional<Trajectory> soFar, int stages, Progress progress) throws InterruptedException;
}
