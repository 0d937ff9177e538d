package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransitionModelTest {

    private static final List<String> DOMAINS = List.of("a", "b");

    /// The logarithm of the next loss: half the standardised loss, minus the root of a's weight, plus twice the
    /// stage.
    private static final Regressor LINEAR = (x, y, seed) -> queries -> Arrays.stream(queries.scaled())
            .mapToDouble(row -> 0.5 * row[3] - row[0] + 2 * row[4])
            .toArray();

    /// Eight runs of two stages; before the second, the logarithms of the losses are 1 or -1 in a and 3 or 1 in
    /// b.
    private static Trajectories runs() {
        return new Trajectories(
                DOMAINS,
                2,
                1000,
                IntStream.range(0, 8)
                        .mapToObj(i -> new Trajectory(
                                "run" + i,
                                MixtureSchedule.constant(Mixture.uniform(DOMAINS), 2),
                                new double[][] {
                                    {5 + i, 7},
                                    {Math.exp(i % 2 == 0 ? 1 : -1), Math.exp(i % 2 == 0 ? 3 : 1)},
                                    {1, 1}
                                },
                                OptionalInt.empty()))
                        .toList());
    }

    @Test
    void finalLossesOfNamedSchedulesAreTheEndsOfTheirRollouts() throws InterruptedException {
        TransitionModel model = TransitionModel.fit(runs(), LINEAR, 1, Progress.SILENT);
        MixtureSchedule early =
                new MixtureSchedule(List.of(Mixture.of(DOMAINS, 0.9, 0.1), Mixture.of(DOMAINS, 0.1, 0.9)));
        MixtureSchedule late =
                new MixtureSchedule(List.of(Mixture.of(DOMAINS, 0.1, 0.9), Mixture.of(DOMAINS, 0.9, 0.1)));
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        schedules.put("early", early);
        schedules.put("late", late);

        Map<String, Double> losses = model.finalLosses(schedules, "b");

        assertThat(losses).containsOnlyKeys("early", "late");
        assertThat(losses.get("early")).isEqualTo(model.rollout(early, model.initialLosses())[2][1]);
        assertThat(losses.get("late")).isEqualTo(model.rollout(late, model.initialLosses())[2][1]);
        assertThatThrownBy(() -> model.finalLosses(schedules, "c")).hasMessageContaining("c");
    }

    @Test
    void rolloutFeedsEachPredictionIntoTheNextStage() throws InterruptedException {
        TransitionModel model = TransitionModel.fit(runs(), LINEAR, 1, Progress.SILENT);
        MixtureSchedule schedule =
                new MixtureSchedule(List.of(Mixture.of(DOMAINS, 0.25, 0.75), Mixture.of(DOMAINS, 1, 0)));
        double[] initial = {Math.exp(2), Math.exp(2)};
        double[][] losses = model.rollout(schedule, initial);
        assertThat(losses).hasNumberOfRows(3);
        assertThat(losses[0]).isEqualTo(initial);
        // standardised: 2 and 0; root of a's weight 0.5; stage 0
        assertThat(losses[1]).containsExactly(new double[] {Math.exp(0.5), Math.exp(-0.5)}, within(1e-12));
        // standardised: 0.5 and -0.5 - 2; root of a's weight 1; stage 0.3 * 1 / 2
        assertThat(losses[2]).containsExactly(new double[] {Math.exp(-0.45), Math.exp(-1.95)}, within(1e-12));
    }

    @Test
    void theNextStageAndTheLastOneAreThoseOfTheRollout() throws InterruptedException {
        SyntheticWorld world = new SyntheticWorld(3, 4, 0.003, 1);
        TransitionModel model = TransitionModel.fit(
                world.train(world.switching(12, 2), 3), Regressor.gaussianProcess(), 4, Progress.SILENT);
        List<MixtureSchedule> schedules = world.switching(3, 5);
        double[] seen = {3, 3.5, 4};
        for (int i = 0; i < schedules.size(); i++) {
            MixtureSchedule schedule = schedules.get(i);
            double[][] rollout = model.rollout(schedule, 2, seen);
            assertThat(rollout).hasNumberOfRows(3);
            assertThat(rollout[0]).isEqualTo(seen);
            for (int d = 0; d < 3; d++) {
                List<Mixture> stages = schedule.stages();
                assertThat(model.next(stages.subList(0, 2), stages.subList(2, 3), seen, d))
                        .containsExactly(rollout[1][d]);
                assertThat(model.next(stages.subList(0, 3), stages.subList(3, 4), rollout[1], d))
                        .containsExactly(rollout[2][d]);
                assertThat(model.finalLosses(schedules, 2, seen, d)[i]).isEqualTo(rollout[2][d]);
            }
        }
    }

    @Test
    void aStageKnowsWhatTheRunWasTrainedOnBefore() throws InterruptedException {
        Regressor history = (x, y, seed) -> queries ->
                Arrays.stream(queries.scaled()).mapToDouble(row -> row[5]).toArray();
        TransitionModel model = TransitionModel.fit(runs(), history, 1, Progress.SILENT);
        MixtureSchedule schedule =
                new MixtureSchedule(List.of(Mixture.of(DOMAINS, 0.25, 0.75), Mixture.of(DOMAINS, 1, 0)));
        double[][] losses = model.rollout(schedule, new double[] {1, 1});
        assertThat(losses[1][0]).isEqualTo(1); // nothing yet
        assertThat(losses[2][0]).isCloseTo(Math.exp(2 * 0.25 / 2), within(1e-12)); // a quarter of the first half
    }

    @Test
    void spreadCoversTheErrorOfItsOwnPredictions() throws InterruptedException {
        double covered = 0;
        double asked = 0;
        for (long seed = 1; seed <= 3; seed++) {
            SyntheticWorld world = new SyntheticWorld(4, 3, 0.003, seed);
            TransitionModel model = TransitionModel.fitWithSpread(
                    world.train(world.switching(40, 2), 3), Regressor.gaussianProcess(), 4, Progress.SILENT);
            assertThat(model.halves()).hasSize(8);
            for (MixtureSchedule schedule : world.switching(40, 5)) {
                double[][] predicted = model.rollout(schedule, model.initialLosses());
                double[][] spread = model.spread(schedule, 0, model.initialLosses());
                assertThat(spread[0]).containsOnly(0);
                for (int d = 0; d < 4; d++) {
                    covered += Math.abs(predicted[3][d] - world.losses(schedule)[3][d]) < 2 * spread[3][d] ? 1 : 0;
                    asked++;
                }
            }
        }
        assertThat(covered / asked).isBetween(0.8, 0.99);
    }

    @Test
    void withoutHalvesThereIsNoSpread() throws InterruptedException {
        TransitionModel model = TransitionModel.fit(runs(), LINEAR, 1, Progress.SILENT);
        assertThatThrownBy(() ->
                        model.spread(MixtureSchedule.constant(Mixture.uniform(DOMAINS), 2), 0, new double[] {1, 1}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fitWithSpread");
        assertThatThrownBy(() -> TransitionModel.fitWithSpread(runs(), LINEAR, 1, Progress.SILENT))
                .hasMessageContaining("4 completed runs");
    }

    @Test
    void startsAtTheMeanOfTheUntrainedProxies() throws InterruptedException {
        assertThat(TransitionModel.fit(runs(), LINEAR, 1, Progress.SILENT).initialLosses())
                .containsExactly(8.5, 7);
    }

    @Test
    void learnsFromTheMixtureOfEachStage() throws InterruptedException {
        SyntheticWorld world = new SyntheticWorld(3, 2, 0, 1);
        List<MixtureSchedule> schedules = world.switching(8, 1);
        List<double[]> seen = new ArrayList<>();
        Regressor spy = (x, y, seed) -> {
            synchronized (seen) {
                seen.addAll(List.of(x.scaled()));
            }
            return LINEAR.fit(x, y, seed);
        };
        TransitionModel.fit(world.train(schedules, 1), spy, 1, Progress.SILENT);
        assertThat(seen).hasSize(3 * 8 * 2);
        for (MixtureSchedule schedule : schedules) {
            for (Mixture mixture : schedule.stages()) {
                assertThat(seen.stream().filter(row -> row[0] == Math.sqrt(mixture.weight(0))))
                        .hasSize(3);
            }
        }
    }

    private static double[] scaled(Mixture mixture, int domain, double... state) {
        return Rows.ofStages(List.of(mixture), domain, new double[][] {state}).scaled()[0];
    }

    @Test
    void ownWeightCountsOnALogarithmicScaleFromZeroToTwo() {
        assertThat(scaled(Mixture.of(DOMAINS, 0, 1), 0, 3, 4)).containsExactly(0, 1, 0, 3, 4);
        assertThat(scaled(Mixture.of(DOMAINS, 0, 1), 1)).containsExactly(0, 1, 2);
        double half = (Math.sqrt(1001) - 1) / 1000; // half of it on a logarithmic scale
        assertThat(scaled(Mixture.of(DOMAINS, half, 1 - half), 0)[2]).isCloseTo(1, within(1e-12));
    }

    @Test
    void rollsOutConstantMixturesItHasNotSeen() throws InterruptedException {
        assertThat(relativeErrorOfRollouts(false, false)).isLessThan(0.25);
    }

    @Test
    void rollsOutSchedulesBetterIfTheProxiesSwitched() throws InterruptedException {
        double fromConstant = relativeErrorOfRollouts(false, true);
        double fromSwitching = relativeErrorOfRollouts(true, true);
        assertThat(fromConstant).isLessThan(0.9);
        assertThat(fromSwitching).isLessThan(0.5 * fromConstant);
    }

    /// Of the final losses, relative to that of always predicting the mean.
    private static double relativeErrorOfRollouts(boolean proxiesSwitch, boolean switching)
            throws InterruptedException {
        SyntheticWorld world = new SyntheticWorld(5, 5, 0.003, 1);
        TransitionModel model = TransitionModel.fit(
                world.train(proxiesSwitch ? world.switching(48, 2) : world.constant(world.mixtures(48, 2)), 3),
                Regressor.gaussianProcess(),
                4,
                Progress.SILENT);
        List<MixtureSchedule> unseen = switching ? world.switching(50, 5) : world.constant(world.mixtures(50, 5));
        List<double[]> seen = unseen.stream().map(s -> world.losses(s)[5]).toList();
        double error = 0;
        double spread = 0;
        for (int d = 0; d < 5; d++) {
            int domain = d;
            double mean =
                    seen.stream().mapToDouble(row -> row[domain]).average().orElseThrow();
            for (int i = 0; i < seen.size(); i++) {
                double predicted = model.rollout(unseen.get(i), model.initialLosses())[5][d];
                error += Math.abs(predicted - seen.get(i)[d]);
                spread += Math.abs(mean - seen.get(i)[d]);
            }
        }
        return error / spread;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void isTheSameForTheSameSeed(long seed) throws InterruptedException {
        SyntheticWorld world = new SyntheticWorld(3, 3, 0.01, seed);
        Trajectories runs = world.train(world.constant(world.mixtures(12, 2)), 3);
        List<Mixture> queries = world.mixtures(20, 4);
        for (Regressor regressor : List.of(Regressor.boosting(), Regressor.gaussianProcess())) {
            TransitionModel one = TransitionModel.fit(runs, regressor, seed, Progress.SILENT);
            TransitionModel other = TransitionModel.fit(runs, regressor, seed, Progress.SILENT);
            assertThat(one.next(queries.subList(0, 1), queries, new double[] {3, 3, 3}, 0))
                    .containsExactly(other.next(queries.subList(0, 1), queries, new double[] {3, 3, 3}, 0));
        }
    }

    @Test
    void oneStageIsEnough() throws InterruptedException {
        SyntheticWorld world = new SyntheticWorld(2, 1, 0, 1);
        TransitionModel model = TransitionModel.fit(
                world.train(world.constant(world.mixtures(16, 2)), 3), Regressor.gaussianProcess(), 4, Progress.SILENT);
        MixtureSchedule half = MixtureSchedule.constant(Mixture.uniform(world.domains()), 1);
        assertThat(model.rollout(half, model.initialLosses())[1]).containsExactly(world.losses(half)[1], within(0.05));
    }

    @Test
    void refusesWhatDoesNotFit() throws InterruptedException {
        TransitionModel model = TransitionModel.fit(runs(), LINEAR, 1, Progress.SILENT);
        List<Mixture> mixtures = List.of(Mixture.uniform(DOMAINS));
        assertThatThrownBy(() -> model.rollout(MixtureSchedule.constant(mixtures.getFirst(), 3), new double[] {1, 1}))
                .hasMessage(
                        "a schedule of 3 stages, but the proxies had 2: plan and sweep with the same number of stages");
        List<Mixture> two = List.of(mixtures.getFirst(), mixtures.getFirst());
        assertThatThrownBy(() -> model.next(two, mixtures, new double[] {1, 1}, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> model.next(List.of(), mixtures, new double[] {1}, 0))
                .hasMessageContaining("1 losses for 2 domains");
        assertThatThrownBy(() -> model.next(List.of(), mixtures, new double[] {1, Double.NaN}, 0))
                .hasMessageContaining("positive and finite");
        assertThatThrownBy(() -> model.next(List.of(), List.of(Mixture.uniform(List.of("c"))), new double[] {1, 1}, 0))
                .hasMessageContaining("mixture over [c], expected [a, b]");
    }

    @Test
    void fittingCanBeInterrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> TransitionModel.fit(runs(), Regressor.gaussianProcess(), 1, Progress.SILENT))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class, InterruptedException.class})
    void whatTheRegressorThrowsReachesTheCallerAsItIs(Class<? extends Throwable> kind) throws Exception {
        Throwable failure = kind.getConstructor(String.class).newInstance("broken");
        Regressor broken = (x, y, seed) -> {
            switch (failure) {
                case InterruptedException e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw (Error) failure;
            }
        };
        assertThatThrownBy(() -> TransitionModel.fit(runs(), broken, 1, Progress.SILENT))
                .isSameAs(failure);
    }

    @Test
    void tellsProgressFromTheCallersThreadUpToOne() throws InterruptedException {
        List<Double> fractions = new ArrayList<>();
        Thread caller = Thread.currentThread();
        TransitionModel.fit(runs(), LINEAR, 1, (step, fraction, message) -> {
            assertThat(Thread.currentThread()).isEqualTo(caller);
            fractions.add(fraction);
        });
        assertThat(fractions).containsExactly(0.5, 1.0);
    }
}
