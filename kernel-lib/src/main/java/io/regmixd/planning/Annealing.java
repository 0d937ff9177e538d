package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/// See [Planner#annealing].
record Annealing(Mixture natural, Problem problem) implements Planner {

    Annealing {
        problem.requireDomains(natural.domains());
    }

    @Override
    public String name() {
        return "Annealing";
    }

    @Override
    public Plan plan(int stages, Progress progress) {
        Plan.requireStages(stages);
        ConstraintProjection feasible = new ConstraintProjection(withoutBoundsOnScarceText(), stages);
        Mixture evenly =
                withObjective(d -> Math.min(natural.weight(d), problem.supply().get(d)));
        List<Mixture> chosen = new ArrayList<>();
        while (chosen.size() < stages - 1) {
            chosen.add(feasible.next(chosen, evenly));
        }
        Mixture late = withObjective(
                d -> scarce(d) ? left(d, chosen, stages) : problem.highest().get(d));
        chosen.add(feasible.next(chosen, late));
        return Plan.withoutPrediction(name(), new MixtureSchedule(chosen));
    }

    /// What the stages before leave of a domain for the last one, in stages.
    private double left(int domain, List<Mixture> before, int stages) {
        double seen =
                before.stream().mapToDouble(mixture -> mixture.weight(domain)).sum();
        return Math.clamp(stages * problem.supply().get(domain) - seen, 0, 1);
    }

    /// These weights of the objective's domains, together 1 at most; the others as nature has them.
    private Mixture withObjective(IntToDoubleFunction weight) {
        double[] weights = natural.weights();
        double most = 0;
        for (int d : problem.objectives()) {
            weights[d] = weight.applyAsDouble(d);
            most += weights[d];
        }
        double others = 0;
        for (int d = 0; d < weights.length; d++) {
            others += objective(d) ? 0 : weights[d];
        }
        for (int d = 0; d < weights.length; d++) {
            weights[d] = objective(d)
                    ? weights[d] / Math.max(1, most)
                    : others > 0 ? weights[d] * Math.max(0, 1 - most) / others : 0;
        }
        return Mixture.proportional(natural.domains(), weights);
    }

    private boolean objective(int domain) {
        return problem.objective().get(domain) > 0;
    }

    private boolean scarce(int domain) {
        return problem.supply().get(domain) < 1;
    }

    private Problem withoutBoundsOnScarceText() {
        List<Double> highest = new ArrayList<>(problem.highest());
        for (int d : problem.objectives()) {
            highest.set(d, scarce(d) ? 1.0 : highest.get(d));
        }
        List<Double> lowest = Collections.nCopies(highest.size(), 0.0);
        return new Problem(problem.domains(), problem.objective(), lowest, highest, problem.supply(), 1);
    }
}
