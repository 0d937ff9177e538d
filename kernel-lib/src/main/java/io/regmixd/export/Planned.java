package io.regmixd.export;

import io.regmixd.Progress;
import io.regmixd.planning.Evidence;
import io.regmixd.planning.Problem;
import io.regmixd.planning.Proposal;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.util.List;

/// What speaks for a plan, and the plan, which is made only when it is asked for.
///
/// @param evidence what the runs tell
/// @param plan     makes the plan
record Planned(Evidence evidence, Making plan) {

    /// From so many runs on, models of halves tell enough, and no further ones are fitted.
    private static final int MANY = 128;

    /// Makes a plan.
    @FunctionalInterface
    interface Making {
        Proposal make() throws InterruptedException;
    }

    Proposal proposal() throws InterruptedException {
        return plan.make();
    }

    /// One mixture throughout, from final losses.
    static Planned once(PlanRequest request, List<String> metrics) throws InterruptedException {
        FinalLosses runs = request.runs().finalLosses(metrics);
        Problem problem = request.problem();
        return new Planned(
                Evidence.of(runs, problem, Regressor.standard(), request.seed()),
                () -> Proposal.of(
                        runs,
                        problem,
                        request.natural(),
                        request.stages(),
                        request.care(),
                        request.seed(),
                        Progress.SILENT));
    }

    /// A mixture per stage, from losses by stage.
    static Planned byStage(PlanRequest request) throws InterruptedException {
        Trajectories runs = request.runs().trajectories().orElseThrow();
        Problem problem = request.problem();
        boolean many = runs.completed().size() >= MANY;
        TransitionModel model = Proposal.model(runs, problem, request.seed(), Progress.SILENT);
        return new Planned(
                many
                        ? Evidence.of(model, runs, problem, Regressor.standard(), request.seed())
                        : Evidence.of(runs, problem, Regressor.standard(), request.seed()),
                () -> Proposal.of(
                        model,
                        problem,
                        request.method().orElseThrow(),
                        request.natural(),
                        request.care(),
                        request.seed(),
                        Progress.SILENT));
    }
}
