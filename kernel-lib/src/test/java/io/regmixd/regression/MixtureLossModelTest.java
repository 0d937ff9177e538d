package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MixtureLossModelTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(4, 2, 0.002, 1);

    private static Trajectories proxies(int count) {
        return WORLD.train(WORLD.constant(WORLD.mixtures(count, 2)), 3);
    }

    static Stream<Regressor> regressors() {
        return Stream.of(Regressor.boosting(), Regressor.gaussianProcess());
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void ranksMixturesItHasNotSeenInEveryDomain(Regressor regressor) throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(proxies(48), regressor, 4, Progress.SILENT);
        List<Mixture> unseen = WORLD.mixtures(100, 5);
        for (int d = 0; d < 4; d++) {
            int domain = d;
            double[] truth = WORLD.constant(unseen).stream()
                    .mapToDouble(schedule -> WORLD.losses(schedule)[2][domain])
                    .toArray();
            assertThat(RankCorrelation.of(model.predict(unseen, d), truth).spearman())
                    .as(regressor.name() + ", " + WORLD.domains().get(d))
                    .isGreaterThan(0.95);
        }
    }

    @Test
    void oneMixturesLossesAreThoseOfEachDomain() throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(proxies(16), Regressor.boosting(), 4, Progress.SILENT);
        Mixture mixture = WORLD.mixtures(1, 9).getFirst();
        double[] losses = model.predict(mixture);
        for (int d = 0; d < 4; d++) {
            assertThat(model.predict(List.of(mixture), d)).containsExactly(losses[d]);
        }
    }

    @Test
    void divergedRunsTakeNoPart() throws InterruptedException {
        Trajectories healthy = proxies(12);
        List<Trajectory> runs = new ArrayList<>(healthy.runs());
        runs.add(
                3,
                new Trajectory(
                        "diverged",
                        MixtureSchedule.constant(Mixture.uniform(WORLD.domains()), 2),
                        new double[][] {{5, 5, 5, 5}, {99, 99, 99, 99}},
                        OptionalInt.of(17)));
        List<Mixture> queries = WORLD.mixtures(10, 5);
        Regressor regressor = Regressor.boosting();
        assertThat(MixtureLossModel.fit(healthy.withRuns(runs), regressor, 4, Progress.SILENT)
                        .predict(queries, 0))
                .isEqualTo(MixtureLossModel.fit(healthy, regressor, 4, Progress.SILENT)
                        .predict(queries, 0));
    }

    @Test
    void sevenRunsAreTooFewAndTheMessageSaysHowManyDiverged() {
        List<Trajectory> runs = new ArrayList<>(proxies(7).runs());
        runs.add(new Trajectory(
                "diverged",
                MixtureSchedule.constant(Mixture.uniform(WORLD.domains()), 2),
                new double[][] {{5, 5, 5, 5}},
                OptionalInt.of(1)));
        assertThatThrownBy(
                        () -> MixtureLossModel.fit(proxies(7).withRuns(runs), Regressor.boosting(), 1, Progress.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("7 completed runs (1 diverged)")
                .hasMessageContaining("at least 8");
    }

    @Test
    void namesTheRunWhoseLossIsNotPositive() {
        List<Trajectory> runs = new ArrayList<>(proxies(9).runs());
        Trajectory last = runs.removeLast();
        runs.add(new Trajectory(
                "odd",
                last.schedule(),
                new double[][] {{5, 5, 5, 5}, {3, 3, 3, 3}, {1, 0, 1, 1}},
                OptionalInt.empty()));
        assertThatThrownBy(
                        () -> MixtureLossModel.fit(proxies(9).withRuns(runs), Regressor.boosting(), 1, Progress.SILENT))
                .hasMessageContaining("run odd: losses are positive and finite, got [1.0, 0.0, 1.0, 1.0]");
    }

    @Test
    void refusesMixturesOverOtherDomains() throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(proxies(8), Regressor.boosting(), 1, Progress.SILENT);
        assertThatThrownBy(() -> model.predict(Mixture.uniform(List.of("x")))).hasMessageContaining("mixture over [x]");
    }
}
