package io.regmixd.mixture;

import java.util.Objects;

/// The stages of a training: consecutive spans of its steps, counted from 0, that cover all of them.
///
/// Where the steps divide evenly, all stages are equally long. Elsewhere their ends move to the nearest multiples of
/// an interval, the greatest divisor of all steps that is no more than a tenth of a stage: several trainers can stop
/// at a checkpoint alone, and would have to save one at every step. So six stages, RegMix-D's five switch points, end
/// after 170, 330, 500, 670, 830 and 1,000 steps of a proxy, and after 25 times as many of a target.
///
/// @param count    how many, at least one
/// @param steps    of the whole training, at least one per stage
/// @param interval that all ends are multiples of
public record Stages(int count, int steps, int interval) {

    /// @throws IllegalArgumentException if there are fewer steps than stages, or the interval does not divide them
    public Stages {
        if (count < 1 || steps < count) {
            throw new IllegalArgumentException("steps " + steps + " in " + count
                    + " stages: expected at least one stage, and one step for each of them");
        }
        if (interval < 1 || steps % interval != 0 || interval > steps / count) {
            throw new IllegalArgumentException("interval " + interval + ": expected a divisor of " + steps
                    + " steps, and no more than a stage of " + steps / count);
        }
    }

    /// So many stages of so many steps.
    ///
    /// @throws IllegalArgumentException if there are fewer steps than stages
    public static Stages of(int count, int steps) {
        return new Stages(count, steps, interval(count, steps));
    }

    private static int interval(int count, int steps) {
        if (count < 1 || steps < count) {
            return 1; // refused by the constructor
        }
        if (steps % count == 0) {
            return steps / count;
        }
        int interval = Math.max(1, steps / count / 10);
        while (steps % interval != 0) {
            interval--;
        }
        return interval;
    }

    /// The first step after a stage.
    ///
    /// @param stage counted from 0
    /// @throws IndexOutOfBoundsException if there is no such stage
    public int end(int stage) {
        Objects.checkIndex(stage, count);
        long ofAll = (stage + 1L) * (steps / interval); // intervals, times the stages
        return interval == 1 ? (int) (ofAll / count) : (int) ((2 * ofAll + count) / (2L * count)) * interval;
    }

    /// The first step of a stage; after the last one, all steps.
    ///
    /// @param stage from 0 to [#count()]
    /// @throws IndexOutOfBoundsException if it is not in that range
    public int start(int stage) {
        return stage == 0 ? 0 : end(stage - 1);
    }

    /// The stage of a step, both counted from 0.
    ///
    /// @throws IndexOutOfBoundsException if the step is not in 0 to steps-1
    public int at(int step) {
        Objects.checkIndex(step, steps);
        return ended(step);
    }

    /// How many stages are over after so many steps.
    public int ended(int taken) {
        int stage = 0;
        while (stage < count && end(stage) <= taken) {
            stage++;
        }
        return stage;
    }

    /// How many stages have begun after so many steps: before the first step none has.
    public int begun(int taken) {
        return taken == 0 ? 0 : at(Math.min(taken, steps) - 1) + 1;
    }
}
