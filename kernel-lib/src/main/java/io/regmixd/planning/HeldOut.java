package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Parallel;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Predicts a problem's objective for runs that the model was not fitted on.
final class HeldOut {

    private static final int FOLDS = 5;

    private final double[] seen; // the objective's value of each run
    private final double[] ownWeight; // of the objective in each run's mean mixture
    private final int[] group; // runs of one group are never split between fitted and held out
    private final Model model;
    private final long seed;

    /// Fits on some runs and predicts others.
    @FunctionalInterface
    private interface Model {
        double[] predict(int[] fitted, int[] asked) throws InterruptedException;
    }

    private HeldOut(double[] seen, double[] ownWeight, int[] group, long seed, Model model) {
        this.seen = seen;
        this.ownWeight = ownWeight;
        this.group = group;
        this.seed = seed;
        this.model = model;
    }

    /// Final losses from mixtures.
    static HeldOut of(FinalLosses runs, Problem problem, Regressor regressor, long seed) {
        double[] seen = new double[runs.size()];
        for (int domain : problem.objectives()) {
            double[] losses = runs.losses(problem.domains().get(domain));
            Arrays.setAll(seen, i -> seen[i] + problem.objective().get(domain) * losses[i]);
        }
        return new HeldOut(
                seen,
                ownWeights(runs.mixtures(), problem),
                IntStream.range(0, seen.length).toArray(),
                seed,
                (fitted, asked) -> {
                    MixtureLossModel fit = MixtureLossModel.fit(runs.runs(fitted), regressor, seed, Progress.SILENT);
                    List<Mixture> mixtures =
                            Arrays.stream(asked).mapToObj(runs.mixtures()::get).toList();
                    return problem.values(asked.length, domain -> fit.predict(mixtures, domain));
                });
    }

    /// Final losses by rollouts from the mean untrained losses.
    static HeldOut of(Trajectories trajectories, Problem problem, Regressor regressor, long seed) {
        List<Trajectory> runs = trajectories.usable();
        List<String> objectives = Arrays.stream(problem.objectives())
                .mapToObj(problem.domains()::get)
                .toList();
        int stages = trajectories.stages();
        Map<Object, Integer> groups = new LinkedHashMap<>();
        return new HeldOut(
                runs.stream()
                        .mapToDouble(run -> problem.value(run.losses(stages)))
                        .toArray(),
                ownWeights(runs.stream().map(run -> run.schedule().mean()).toList(), problem),
                runs.stream()
                        .mapToInt(run -> groups.computeIfAbsent(run.schedule(), schedule -> groups.size()))
                        .toArray(),
                seed,
                (fitted, asked) -> {
                    TransitionModel fit = TransitionModel.fit(
                            trajectories.withRuns(
                                    Arrays.stream(fitted).mapToObj(runs::get).toList()),
                            objectives,
                            regressor,
                            seed,
                            Progress.SILENT);
                    return ended(fit, asked, runs, problem);
                });
    }

    private static double[] ownWeights(List<Mixture> mixtures, Problem problem) {
        return mixtures.stream()
                .mapToDouble(mixture -> problem.value(mixture.weights()))
                .toArray();
    }

    int size() {
        return seen.length;
    }

    /// The objective's value of some runs.
    double[] seen(int[] runs) {
        return Arrays.stream(runs).mapToDouble(i -> seen[i]).toArray();
    }

    /// Minus the objective's own weight in the mixtures of some runs: the predictor that knows nothing else.
    double[] minusWeight(int[] runs) {
        return Arrays.stream(runs).mapToDouble(i -> -ownWeight[i]).toArray();
    }

    /// The objective's value of each run by the mean of the model's halves that know nothing of its schedule; NaN
    /// where each half does.
    ///
    /// @param trajectories what this was made of
    double[] predictedByHalves(TransitionModel of, Trajectories trajectories, Problem problem) {
        if (of.halves().isEmpty()) {
            throw new IllegalArgumentException("a model without halves: fit it with TransitionModel.fitWithSpread");
        }
        List<Trajectory> runs = trajectories.usable();
        double[] sums = new double[runs.size()];
        int[] counts = new int[runs.size()];
        for (TransitionModel half : of.halves()) {
            Set<Integer> known = IntStream.range(0, runs.size())
                    .filter(i -> half.fittedOn().contains(runs.get(i).run()))
                    .mapToObj(i -> group[i])
                    .collect(Collectors.toSet());
            int[] asked = IntStream.range(0, runs.size())
                    .filter(i -> !known.contains(group[i]))
                    .toArray();
            double[] values = ended(half, asked, runs, problem);
            for (int i = 0; i < asked.length; i++) {
                sums[asked[i]] += values[i];
                counts[asked[i]]++;
            }
        }
        return IntStream.range(0, sums.length)
                .mapToDouble(i -> counts[i] == 0 ? Double.NaN : sums[i] / counts[i])
                .toArray();
    }

    /// The final objective of some runs, from the mean untrained losses of all: one rollout of many schedules.
    private static double[] ended(TransitionModel fit, int[] asked, List<Trajectory> runs, Problem problem) {
        List<MixtureSchedule> schedules =
                Arrays.stream(asked).mapToObj(i -> runs.get(i).schedule()).toList();
        return problem.values(asked.length, domain -> fit.finalLosses(schedules, 0, fit.initialLosses(), domain));
    }

    /// The objective's value of each of the runs as predicted from the others, in their order.
    double[] predicted(int[] runs) throws InterruptedException {
        int folds = Math.min(FOLDS, runs.length);
        List<Integer> distinct = new ArrayList<>(
                Arrays.stream(runs).map(i -> group[i]).distinct().boxed().toList());
        Collections.shuffle(distinct, new Random(seed));
        List<int[]> asked = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            int own = fold;
            asked.add(IntStream.range(0, runs.length)
                    .filter(i -> distinct.indexOf(group[runs[i]]) % folds == own)
                    .toArray());
        }
        List<double[]> answers = Parallel.map(
                "Cross-validating",
                folds,
                fold -> {
                    int[] out = asked.get(fold);
                    int[] in = IntStream.range(0, runs.length)
                            .filter(i -> Arrays.binarySearch(out, i) < 0)
                            .map(i -> runs[i])
                            .toArray();
                    return out.length == 0
                            ? new double[0]
                            : model.predict(
                                    in, Arrays.stream(out).map(i -> runs[i]).toArray());
                },
                Progress.SILENT);
        double[] predicted = new double[runs.length];
        for (int fold = 0; fold < folds; fold++) {
            for (int i = 0; i < asked.get(fold).length; i++) {
                predicted[asked.get(fold)[i]] = answers.get(fold)[i];
            }
        }
        return predicted;
    }
}
