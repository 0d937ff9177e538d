package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.Regression;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.Rows;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;

/// RegMix-D to the letter; see [Planner#published].
final class PaperRegMixD implements OnlinePlanner {

    private static final double EXPONENT = 0.05;

    private final Regression regression;
    private final int stages;
    private final double firstLoss;
    private final Problem problem;
    private final Mixture natural;
    private final Candidates candidates;
    private final ScaleMap scale;

    PaperRegMixD(
            Trajectories trajectories,
            Problem problem,
            Regressor regressor,
            Mixture natural,
            Candidates candidates,
            double sizes,
            long seed)
            throws InterruptedException {
        problem.requireDomains(trajectories.domains());
        natural.requireDomains(trajectories.domains());
        this.problem = problem;
        this.natural = natural;
        this.candidates = candidates;
        scale = ScaleMap.power(sizes, EXPONENT);
        stages = trajectories.stages();
        List<Trajectory> runs = trajectories.completed();
        if (stages < 2 || runs.size() < 2) {
            throw new IllegalArgumentException(
                    stages + " stages and " + runs.size() + " completed runs: RegMix-D takes at least 2 of each");
        }
        List<double[]> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        double sum = 0;
        for (Trajectory run : runs) {
            sum += problem.value(run.losses(1));
            for (int stage = 1; stage < stages; stage++) {
                Mixture mixture = run.schedule().stages().get(stage);
                x.add(row(stage, mixture, problem.value(run.losses(stage))));
                y.add(problem.value(run.losses(stage + 1)));
            }
        }
        firstLoss = sum / runs.size();
        regression = regressor.fit(
                Rows.of(x.toArray(double[][]::new)),
                y.stream().mapToDouble(v -> v).toArray(),
                seed);
    }

    @Override
    public String name() {
        return "RegMix-D as published";
    }

    @Override
    public Plan plan(int stages, Progress progress) throws InterruptedException {
        return plan(stages, List.of(natural), firstLoss, progress);
    }

    @Override
    public Plan replan(Trajectory soFar, int stages, Progress progress) throws InterruptedException {
        double loss = problem.value(scale.toProxies(soFar, new double[0][]));
        return plan(stages, soFar.schedule().stages(), loss, progress);
    }

    private Plan plan(int asked, List<Mixture> before, double lossBefore, Progress progress)
            throws InterruptedException {
        if (asked != stages) {
            throw new IllegalArgumentException("a schedule of " + asked + " stages, but the proxies had " + stages
                    + ": plan and sweep with the same number of stages");
        }
        ConstraintProjection feasible = new ConstraintProjection(problem, stages);
        List<Mixture> schedule = new ArrayList<>(before);
        double loss = lossBefore;
        while (schedule.size() < stages) {
            int stage = schedule.size();
            double now = loss;
            DoubleConsumer fraction = share -> progress.update(
                    "Planning by " + name(),
                    1 - (stages - stage - share) / (stages - before.size()),
                    "stage " + (stage + 1) + " of " + stages);
            Mixture best = candidates.meanOfBest(
                    feasible, schedule, mixtures -> Problem.rounded(predict(stage, mixtures, now)), fraction);
            loss = predict(stage, List.of(best), now)[0];
            schedule.add(best);
        }
        return Plan.withoutPrediction(name(), new MixtureSchedule(schedule));
    }

    private double[] predict(int stage, List<Mixture> mixtures, double loss) {
        return regression.predict(Rows.of(
                mixtures.stream().map(mixture -> row(stage, mixture, loss)).toArray(double[][]::new)));
    }

    /// The step, the bare weights, the loss: 19 features for 17 domains.
    private static double[] row(int stage, Mixture mixture, double loss) {
        double[] weights = mixture.weights();
        double[] row = Arrays.copyOf(new double[] {stage}, weights.length + 2);
        System.arraycopy(weights, 0, row, 1, weights.length);
        row[weights.length + 1] = loss;
        return row;
    }
}
