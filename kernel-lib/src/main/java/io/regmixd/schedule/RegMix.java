package io.regmixd.schedule;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;

/// See [Planner#regMix].
record RegMix(MixtureLossModel model, int objective, Candidates candidates) implements Planner {

    @Override
    public String name() {
        return "RegMix";
    }

    @Override
    public Plan plan(int stages, Progress progress) throws InterruptedException {
        if (stages < 1) {
            throw new IllegalArgumentException("a schedule of " + stages + " stages, expected at least 1");
        }
        Mixture best = candidates.meanOfBest(
                mixtures -> model.predict(mixtures, objective),
                fraction -> progress.update("Planning by RegMix", fraction, "comparing candidates"));
        return Plan.withFinalLosses(name(), MixtureSchedule.constant(best, stages), model.predict(best));
    }
}
