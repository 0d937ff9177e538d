package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// See [Planner#regMix].
///
/// @param care what is added to the prediction
record RegMix(MixtureLossModel model, Problem problem, Candidates candidates, Care care) implements Planner {

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
                new ConstraintProjection(problem.change(0), stages),
                List.of(),
                this::values,
                fraction -> progress.update("Planning by RegMix", fraction, message));
        MixtureSchedule schedule = MixtureSchedule.constant(best, stages);
        return Plan.withFinalLosses(
                name(), schedule, model.predict(best), model.coverage().left(schedule, 0));
    }

    private double[] values(List<Mixture> mixtures) {
        double[] values = problem.values(mixtures.size(), domain -> careful(mixtures, domain));
        Arrays.setAll(values, i -> values[i] + care.penalty(List.of(mixtures.get(i))));
        return values;
    }

    private double[] careful(List<Mixture> mixtures, int domain) {
        double[] losses = model.predict(mixtures, domain);
        if (care.standardErrors() > 0) {
            double[] errors = model.errors(mixtures, domain);
            Arrays.setAll(losses, i -> losses[i] + care.standardErrors() * errors[i]);
        }
        return losses;
    }
}
