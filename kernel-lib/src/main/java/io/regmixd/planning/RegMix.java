package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import java.util.List;
import java.util.Locale;

/// See [Planner#regMix].
record RegMix(MixtureLossModel model, Problem problem, Candidates candidates) implements Planner {

    @Override
    public String name() {
        return "RegMix";
    }

    @Override
    public Plan plan(int stages, Progress progress) throws InterruptedException {
        Plan.requireStages(stages);
        String message = String.format(
                Locale.ROOT, "%,d candidates", candidates.mixtures().size());
        Mixture best = candidates.meanOfBest(
                new Feasible(problem.change(0), stages),
                List.of(),
                mixtures -> problem.values(mixtures.size(), domain -> model.predict(mixtures, domain)),
                fraction -> progress.update("Planning by RegMix", fraction, message));
        MixtureSchedule schedule = MixtureSchedule.constant(best, stages);
        return Plan.withFinalLosses(
                name(), schedule, model.predict(best), model.coverage().left(schedule, 0));
    }
}
