package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectory;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Look-ahead, constraints, caution, and planning on while the target trains, in a world whose best schedule is
/// known.
class LookAheadTest {

    private static final int STAGES = 4;
    private static final SyntheticWorld WORLD = new SyntheticWorld(4, STAGES, 0.002, 1);
    private static final Problem PROBLEM = Problem.minimise("domain0", WORLD.domains());
    private static final List<Mixture> CANDIDATES = WORLD.mixtures(3_000, 2);
    private static TransitionModel model;
    private static MixtureLossModel losses;

    @BeforeAll
    static void fit() throws InterruptedException {
        model = TransitionModel.fitWithSpread(
                WORLD.train(WORLD.switching(60, 3), 4), Regressor.gaussianProcess(), 5, Progress.SILENT);
        losses = MixtureLossModel.fit(
                WORLD.train(WORLD.constant(WORLD.mixtures(60, 3)), 4), Regressor.gaussianProcess(), 5, Progress.SILENT);
    }

    private static double finalLoss(MixtureSchedule schedule) {
        return WORLD.losses(schedule)[STAGES][0];
    }

    private static double finalLoss(Planner planner) throws InterruptedException {
        return finalLoss(planner.plan(STAGES, Progress.SILENT).schedule());
    }

    @Test
    void beatsTheBestMixtureAndGreed() throws InterruptedException {
        double best = finalLoss(WORLD.bestSchedule(0));
        double bestMixture = finalLoss(MixtureSchedule.constant(WORLD.bestMixture(0), STAGES));
        double found = finalLoss(Planner.lookAhead(model, PROBLEM, 1));
        assertThat(found).isLessThan(finalLoss(Planner.greedy(model, PROBLEM, CANDIDATES)));
        assertThat(found - best).as("of " + (bestMixture - best)).isLessThan(0.5 * (bestMixture - best));
    }

    @Test
    void noChangeBetweenStagesIsTheSearchForOneMixture() throws InterruptedException {
        Plan plan = Planner.lookAhead(model, PROBLEM.change(0), 1).plan(STAGES, Progress.SILENT);
        for (Mixture stage : plan.schedule().stages()) {
            for (int d = 0; d < 4; d++) {
                assertThat(stage.weight(d))
                        .isCloseTo(plan.schedule().stages().getFirst().weight(d), within(1e-9));
            }
        }
    }

    @Test
    void everyPlannerKeepsTheConstraints() throws InterruptedException {
        Problem constrained = PROBLEM.weight("domain1", 0.1, 0.5)
                .without("domain3")
                .epochs(2, new long[] {100, 400, 800, 900}, 1_000)
                .change(0.3);
        List<Planner> planners = List.of(
                Planner.regMix(losses, constrained, CANDIDATES),
                Planner.greedy(model, constrained, CANDIDATES),
                Planner.lookAhead(model, constrained, 1),
                Planner.lookAhead(model, constrained, 1).cautious(1),
                Planner.published(
                        WORLD.train(WORLD.constant(WORLD.mixtures(20, 3)), 4),
                        constrained,
                        Regressor.boosting(),
                        Mixture.of(WORLD.domains(), 0.1, 0.4, 0.5, 0),
                        CANDIDATES,
                        1,
                        1));
        for (Planner planner : planners) {
            MixtureSchedule schedule = planner.plan(STAGES, Progress.SILENT).schedule();
            assertThat(schedule.mean().weight(0)).as(planner.name()).isLessThanOrEqualTo(0.2 + 1e-6);
            Mixture last = schedule.stages().getFirst();
            for (Mixture stage : schedule.stages()) {
                assertThat(stage.weight(1)).as(planner.name()).isBetween(0.1 - 1e-6, 0.5 + 1e-6);
                assertThat(stage.weight(3)).as(planner.name()).isZero();
                double change = 0;
                for (int d = 0; d < 4; d++) {
                    change += Math.abs(stage.weight(d) - last.weight(d)) / 2;
                }
                assertThat(change).as(planner.name()).isLessThanOrEqualTo(0.3 + 1e-6);
                last = stage;
            }
        }
    }

    @Test
    void cautionNeverChoosesWhatIsWorseByItsOwnMeasure() throws InterruptedException {
        Plan bold = Planner.lookAhead(model, PROBLEM, 1).plan(STAGES, Progress.SILENT);
        Plan cautious = Planner.lookAhead(model, PROBLEM, 1).cautious(2).plan(STAGES, Progress.SILENT);
        assertThat(quantile(cautious)).isLessThan(quantile(bold));
        assertThat(last(cautious.standardErrors().orElseThrow())[0])
                .isLessThan(last(bold.standardErrors().orElseThrow())[0]);
        assertThatThrownBy(() -> Planner.lookAhead(model, PROBLEM, 1).cautious(-1))
                .hasMessageContaining("expected at least 0");
        assertThatThrownBy(() ->
                        Planner.lookAhead(model.halves().getFirst(), PROBLEM, 1).cautious(1))
                .hasMessageContaining("fitWithSpread");
    }

    private static double quantile(Plan plan) {
        return plan.predictedFinalLosses().orElseThrow()[0]
                + 2 * last(plan.standardErrors().orElseThrow())[0];
    }

    private static double[] last(double[][] rows) {
        return rows[rows.length - 1];
    }

    @Test
    void plansOnFromWhatTheTargetShowed() throws InterruptedException {
        RegMixD planner = Planner.lookAhead(model, PROBLEM, 1).scale(ScaleMap.none());
        MixtureSchedule badStart = MixtureSchedule.constant(Mixture.of(WORLD.domains(), 0, 0, 0, 1), 2);
        double[][] seen = WORLD.losses(new MixtureSchedule(
                List.of(badStart.stages().getFirst(), badStart.stages().getFirst(), WORLD.natural(), WORLD.natural())));
        Trajectory soFar = new Trajectory("target", badStart, Arrays.copyOf(seen, 3), OptionalInt.empty());
        Plan plan = planner.replan(soFar, STAGES, Progress.SILENT);
        assertThat(plan.schedule().stages().subList(0, 2)).isEqualTo(badStart.stages());
        assertThat(plan.predictedLosses().orElseThrow()[2]).isEqualTo(seen[2]);
        assertThat(plan.standardErrors().orElseThrow()[2]).containsOnly(0);
        MixtureSchedule rest = WORLD.constant(CANDIDATES).stream()
                .map(constant -> new MixtureSchedule(List.of(
                        badStart.stages().getFirst(),
                        badStart.stages().getFirst(),
                        constant.stages().getFirst(),
                        constant.stages().getFirst())))
                .min((a, b) -> Double.compare(finalLoss(a), finalLoss(b)))
                .orElseThrow();
        assertThat(finalLoss(plan.schedule())).isLessThan(finalLoss(rest) + 0.02);
        assertThat(planner.replan(soFar, STAGES, Progress.SILENT).schedule()).isEqualTo(plan.schedule());
    }

    @Test
    void afterTheLastStageThereIsNothingToChoose() throws InterruptedException {
        MixtureSchedule done = MixtureSchedule.constant(WORLD.natural(), STAGES);
        Trajectory soFar = new Trajectory("target", done, WORLD.losses(done), OptionalInt.empty());
        assertThat(Planner.lookAhead(model, PROBLEM, 1)
                        .replan(soFar, STAGES, Progress.SILENT)
                        .schedule())
                .isEqualTo(done);
    }

    @Test
    void warnsWhereTheTargetLeavesWhatTheProxiesCovered() throws InterruptedException {
        MixtureSchedule one = MixtureSchedule.constant(WORLD.natural(), 1);
        double[][] low = {WORLD.losses(one)[0], {0.1, 0.1, 0.1, 0.1}};
        Trajectory soFar = new Trajectory("target", one, low, OptionalInt.empty());
        Plan plan = Planner.lookAhead(model, PROBLEM, 1).scale(ScaleMap.none()).replan(soFar, STAGES, Progress.SILENT);
        assertThat(plan.warnings().getFirst())
                .startsWith("after stage 1 the target's loss at the proxies' size is 0.100 nats on domain0, the proxies"
                        + " had ");
        assertThat(plan.toString()).contains("beyond the proxies: after stage 1");
        Trajectory diverged = new Trajectory("target", one, Arrays.copyOf(low, 1), OptionalInt.of(3));
        assertThatThrownBy(() -> Planner.lookAhead(model, PROBLEM, 1).replan(diverged, STAGES, Progress.SILENT))
                .hasMessageContaining("diverged");
    }

    @Test
    void thePredictedTrajectoryHasIntervals() throws InterruptedException {
        Plan plan = Planner.lookAhead(model, PROBLEM, 1).plan(STAGES, Progress.SILENT);
        var table = plan.predictions();
        assertThat(table.columnNames()).containsExactly("stage", "domain", "loss_nats", "low_nats", "high_nats");
        assertThat(table.rowCount()).isEqualTo((STAGES + 1) * 4);
        double error = plan.standardErrors().orElseThrow()[STAGES][3];
        var row = table.row(table.rowCount() - 1);
        assertThat(row.getDouble("high_nats") - row.getDouble("loss_nats")).isCloseTo(2.306 * error, within(1e-12));
    }
}
