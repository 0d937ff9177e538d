package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// How well the regressions predict proxies that they were not fitted on: the completed runs are dealt into
/// folds, whole runs at a time, and each fold is predicted by models that were fitted on the others.
///
/// Two things are predicted: the *final loss* from the mixture ([MixtureLossModel]) and, by a *rollout* over
/// all stages from the run's own untrained losses, the final loss again ([TransitionModel]). Beside them stands
/// the predictor that knows nothing but minus the weight of the domain itself: on RegMix's published 1B runs
/// that alone ranks better than LightGBM does.
public final class CrossValidation {

    /// What [#table()] calls the two predictions.
    public static final String FINAL_LOSS = "final loss";

    public static final String ROLLOUT = "rollout";

    /// What [#table()] calls the trivial predictor.
    public static final String MINUS_WEIGHT = "minus weight";

    private static final String STEP = "Cross-validating";

    private final String objective;
    private final Table table;
    private final Table pairs;

    private CrossValidation(String objective, Table table, Table pairs) {
        this.objective = objective;
        this.table = table;
        this.pairs = pairs;
    }

    /// @param objective  the domain whose predictions [#pairs()] lists
    /// @param regressors at least one, each of another name
    /// @param folds      at least 2; 5 is usual
    /// @param seed       deals the runs and seeds the fits
    /// @throws IllegalArgumentException if there is no such domain, two regressors share a name, or the folds
    ///                                  leave fewer than eight completed runs to fit on
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static CrossValidation of(
            Trajectories trajectories,
            String objective,
            List<Regressor> regressors,
            int folds,
            long seed,
            Progress progress)
            throws InterruptedException {
        int objectiveDomain = trajectories.domains().indexOf(objective);
        if (objectiveDomain < 0) {
            throw new IllegalArgumentException("no domain " + objective + " in " + trajectories.domains());
        }
        long names = regressors.stream().map(Regressor::name).distinct().count();
        if (regressors.isEmpty() || names != regressors.size()) {
            throw new IllegalArgumentException("cross-validation takes at least one regressor, each of another name: "
                    + regressors.stream().map(Regressor::name).toList());
        }
        List<Trajectory> runs = new ArrayList<>(trajectories.usable());
        int largestFold = folds < 2 ? runs.size() : (runs.size() + folds - 1) / folds;
        if (folds > runs.size() || runs.size() - largestFold < Trajectories.FEWEST_RUNS) {
            throw new IllegalArgumentException(folds + " folds of " + runs.size()
                    + " completed runs leave too few to fit on: choose 2 folds or more, with at least "
                    + Trajectories.FEWEST_RUNS + " runs outside each");
        }
        Collections.shuffle(runs, new Random(seed));
        Sheet sheet = new Sheet(trajectories, runs, objectiveDomain);
        int steps = 2 * regressors.size() * folds;
        int done = 0;
        for (Regressor regressor : regressors) {
            double[][] finals = new double[runs.size()][];
            double[][] rollouts = new double[runs.size()][];
            for (int fold = 0; fold < folds; fold++) {
                Trajectories seen = trajectories.withRuns(others(runs, folds, fold));
                MixtureLossModel losses = MixtureLossModel.fit(seen, regressor, seed, Progress.SILENT);
                progress.update(STEP, (double) ++done / steps, done + " of " + steps + " fits");
                TransitionModel transitions = TransitionModel.fit(seen, regressor, seed, Progress.SILENT);
                for (int i = fold; i < runs.size(); i += folds) {
                    Trajectory run = runs.get(i);
                    finals[i] = losses.predict(run.schedule().mean());
                    rollouts[i] = transitions.rollout(run.schedule(), run.losses(0))[trajectories.stages()];
                }
                progress.update(STEP, (double) ++done / steps, done + " of " + steps + " fits");
            }
            sheet.add(regressor.name(), FINAL_LOSS, finals);
            sheet.add(regressor.name(), ROLLOUT, rollouts);
        }
        sheet.addMinusWeight();
        return new CrossValidation(objective, sheet.table, sheet.pairs);
    }

    /// The domain whose predictions [#pairs()] lists.
    public String objective() {
        return objective;
    }

    /// One row per regressor, prediction and domain: `regressor, what, domain, runs, spearman, spearman_low,
    /// spearman_high, mean_absolute_error_nats`. Spearman's correlation is over all held-out runs together,
    /// with its 95% interval ([RankCorrelation]); it is missing where all predictions are the same. The trivial
    /// predictor has no error in nats.
    public Table table() {
        return table.copy();
    }

    /// The objective's predictions, one row per regressor, prediction and run: `regressor, what, run,
    /// predicted_nats, seen_nats`.
    public Table pairs() {
        return pairs.copy();
    }

    /// The regressor whose predictions ranked the objective's held-out final losses best: the one to plan with. One
    /// that
    /// predicted a constant comes last.
    ///
    /// @param what       [#FINAL_LOSS] or [#ROLLOUT], whichever the planner predicts by
    /// @param regressors those that were validated
    /// @throws IllegalArgumentException as [#spearman(Regressor, String)]
    public Regressor best(String what, List<Regressor> regressors) {
        return regressors.stream()
                .max(Comparator.comparingDouble(regressor -> spearman(regressor, what)))
                .orElseThrow();
    }

    /// Spearman's correlation of the objective's predicted and seen final losses over all held-out runs; 0
    /// where all predictions are the same.
    ///
    /// @param what [#FINAL_LOSS] or [#ROLLOUT]
    /// @throws IllegalArgumentException if the regressor was not validated, or there is no such prediction
    public double spearman(Regressor regressor, String what) {
        double spearman = RankCorrelation.of(predicted(regressor, what), seen(regressor, what))
                .spearman();
        return Double.isNaN(spearman) ? 0 : spearman;
    }

    /// The objective's predicted final losses, one a held-out run, nats per token.
    ///
    /// @throws IllegalArgumentException as [#spearman(Regressor, String)]
    public double[] predicted(Regressor regressor, String what) {
        return pairs(regressor, what).doubleColumn("predicted_nats").asDoubleArray();
    }

    /// The objective's seen final losses in the order of [#predicted(Regressor, String)].
    ///
    /// @throws IllegalArgumentException as [#spearman(Regressor, String)]
    public double[] seen(Regressor regressor, String what) {
        return pairs(regressor, what).doubleColumn("seen_nats").asDoubleArray();
    }

    /// Whether a regressor learned more of the objective than that its own weight lowers it, in a sentence made from
    /// the rank correlations of one prediction.
    ///
    /// @param what [#FINAL_LOSS] or [#ROLLOUT]
    /// @throws IllegalArgumentException if the regressor was not validated, or there is no such prediction
    public String inWords(String what, Regressor regressor) {
        double trivial = table.where(table.stringColumn("regressor")
                        .isEqualTo(MINUS_WEIGHT)
                        .and(table.stringColumn("domain").isEqualTo(objective)))
                .doubleColumn("spearman")
                .getDouble(0);
        double spearman = spearman(regressor, what);
        return String.format(
                Locale.ROOT,
                "By Spearman's rank correlation on %s, %s by %s ranks held-out proxies at %.3f, minus the weight of %1$s"
                        + " alone at %.3f: %s.",
                objective,
                what,
                regressor.name(),
                spearman,
                trivial,
                spearman > trivial
                        ? "the regression ranks better than the weight alone"
                        : "the regression ranks no better than the weight alone, so it has learned little");
    }

    private Table pairs(Regressor regressor, String what) {
        Table some = pairs.where(pairs.stringColumn("regressor")
                .isEqualTo(regressor.name())
                .and(pairs.stringColumn("what").isEqualTo(what)));
        if (some.isEmpty()) {
            throw new IllegalArgumentException("no " + what + " by " + regressor.name() + " was cross-validated");
        }
        return some;
    }

    /// The runs of the other folds; run i belongs to fold i modulo the folds.
    private static List<Trajectory> others(List<Trajectory> runs, int folds, int fold) {
        return IntStream.range(0, runs.size())
                .filter(i -> i % folds != fold)
                .mapToObj(runs::get)
                .toList();
    }

    /// The two tables while they grow.
    private static final class Sheet {

        private final Trajectories trajectories;
        private final List<Trajectory> runs;
        private final int objective;
        private final Table table = Table.create(
                "cross-validation",
                StringColumn.create("regressor"),
                StringColumn.create("what"),
                StringColumn.create("domain"),
                IntColumn.create("runs"),
                DoubleColumn.create("spearman"),
                DoubleColumn.create("spearman_low"),
                DoubleColumn.create("spearman_high"),
                DoubleColumn.create("mean_absolute_error_nats"));
        private final Table pairs = Table.create(
                "predicted and seen",
                StringColumn.create("regressor"),
                StringColumn.create("what"),
                StringColumn.create("run"),
                DoubleColumn.create("predicted_nats"),
                DoubleColumn.create("seen_nats"));

        Sheet(Trajectories trajectories, List<Trajectory> runs, int objective) {
            this.trajectories = trajectories;
            this.runs = runs;
            this.objective = objective;
        }

        /// @param predicted shape `[runs][domains]`
        void add(String regressor, String what, double[][] predicted) {
            for (int d = 0; d < trajectories.domains().size(); d++) {
                int domain = d;
                double[] ofDomain =
                        Arrays.stream(predicted).mapToDouble(run -> run[domain]).toArray();
                double[] seen = seen(d);
                double error = IntStream.range(0, seen.length)
                        .mapToDouble(i -> Math.abs(ofDomain[i] - seen[i]))
                        .average()
                        .orElseThrow();
                append(regressor, what, d, RankCorrelation.of(ofDomain, seen), error);
            }
            double[] seen = seen(objective);
            for (int i = 0; i < seen.length; i++) {
                Row row = pairs.appendRow();
                row.setString("regressor", regressor);
                row.setString("what", what);
                row.setString("run", runs.get(i).run());
                row.setDouble("predicted_nats", predicted[i][objective]);
                row.setDouble("seen_nats", seen[i]);
            }
        }

        void addMinusWeight() {
            for (int d = 0; d < trajectories.domains().size(); d++) {
                int domain = d;
                double[] minusWeight = runs.stream()
                        .mapToDouble(run -> -run.schedule().mean().weight(domain))
                        .toArray();
                append(MINUS_WEIGHT, FINAL_LOSS, d, RankCorrelation.of(minusWeight, seen(d)), Double.NaN);
            }
        }

        private double[] seen(int domain) {
            return runs.stream()
                    .mapToDouble(run -> run.loss(trajectories.stages(), domain))
                    .toArray();
        }

        private void append(String regressor, String what, int domain, RankCorrelation correlation, double error) {
            Row row = table.appendRow();
            row.setString("regressor", regressor);
            row.setString("what", what);
            row.setString("domain", trajectories.domains().get(domain));
            row.setInt("runs", runs.size());
            row.setDouble("spearman", correlation.spearman());
            row.setDouble("spearman_low", correlation.low());
            row.setDouble("spearman_high", correlation.high());
            row.setDouble("mean_absolute_error_nats", error);
        }
    }
}
