package io.regmixd.schedule;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import java.util.List;

/// See [Planner#regMix].
record RegMix(MixtureLossModel model, Problem problem, Candidates candidates) implements Planner {

    @Override
    public String name() {
        return "RegMix";
    }

    @Override
    public Plan plan(int stages, Progress progress) throws InterruptedException {
        Plan.requireStages(stages);
        Mixture best = candidates.meanOfBest(
                new Feasible(problem.change(0), stages),
                List.of(),
                mixtures -> values(mixtures),
                fraction -> progress.update("Planning by RegMix", fraction, "comparing candidates"));
        return Plan.withFinalLosses(name(), MixtureSchedule.constant(best, stages), model.predict(best));
    }

    private double[] values(List<Mixture> mixtures) {
        double[] values = new double[mixtures.size()];
        for (int domain : problem.objectives()) {
            double[] losses = model.predict(mixtures, domain);
            for (int i = 0; i < values.length; i++) {
                values[i] += problem.objective().get(domain) * losses[i];
            }
        }
        return values;
    }
}
