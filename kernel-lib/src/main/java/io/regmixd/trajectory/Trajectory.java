package io.regmixd.trajectory;

import io.regmixd.mixture.MixtureSchedule;
import java.io.Serializable;
import java.util.Arrays;
import java.util.OptionalInt;

/// What one training run showed: the validation loss of every domain before the first stage and after each
/// stage.
///
/// A run whose loss stops being finite is *diverged*: its trajectory says at which step, holds the losses up to
/// the last complete stage, and takes no part in any fit.
public final class Trajectory implements Serializable {

    private static final long serialVersionUID = 1;

    private final String run;
    private final MixtureSchedule schedule;
    private final double[][] losses; // [stages + 1][domains], nats per token
    private final int divergedAt; // step, or 0

    /// @param run      the run's name, unique within its table
    /// @param schedule what it trained on
    /// @param losses shape `[stages + 1][domains]`, nats per token; row 0 is the untrained model; shorter only if
    ///     diverged
    /// @param divergedAt the step at which the loss stopped being finite
    /// @throws IllegalArgumentException if the shape does not fit the schedule, or a loss is not finite
    public Trajectory(String run, MixtureSchedule schedule, double[][] losses, OptionalInt divergedAt) {
        int rows = schedule.size() + 1;
        if (divergedAt.isPresent() ? losses.length > rows : losses.length != rows) {
            throw new IllegalArgumentException(
                    "run " + run + " has " + losses.length + " rows of losses, expected " + rows);
        }
        for (double[] row : losses) {
            if (row.length != schedule.domains().size()) {
                throw new IllegalArgumentException("run " + run + " has " + row.length + " losses a row for "
                        + schedule.domains().size() + " domains");
            }
            if (!Arrays.stream(row).allMatch(Double::isFinite)) {
                throw new IllegalArgumentException("run " + run + " has a loss that is not finite");
            }
        }
        this.run = run;
        this.schedule = schedule;
        this.losses = Arrays.stream(losses).map(double[]::clone).toArray(double[][]::new);
        this.divergedAt = divergedAt.orElse(0);
    }

    public String run() {
        return run;
    }

    public MixtureSchedule schedule() {
        return schedule;
    }

    public OptionalInt divergedAt() {
        return divergedAt == 0 ? OptionalInt.empty() : OptionalInt.of(divergedAt);
    }

    public boolean completed() {
        return divergedAt == 0;
    }

    /// How many rows of losses there are: stages + 1 for a completed run.
    public int rows() {
        return losses.length;
    }

    /// Validation losses of all domains after `stage` stages (0: untrained), nats per token; a copy.
    public double[] losses(int stage) {
        return losses[stage].clone();
    }

    /// Validation loss of one domain after `stage` stages, nats per token.
    public double loss(int stage, int domain) {
        return losses[stage][domain];
    }

    /// Refuses what cannot be losses.
    ///
    /// @param whose begins the message
    /// @throws IllegalArgumentException if there is not one positive loss per domain
    public static void requireLosses(double[] losses, int domains, String whose) {
        if (losses.length != domains) {
            throw new IllegalArgumentException(whose + ": " + losses.length + " losses for " + domains + " domains");
        }
        if (!Arrays.stream(losses).allMatch(loss -> loss > 0 && loss < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    whose + ": losses are positive and finite, got " + Arrays.toString(losses));
        }
    }
}
