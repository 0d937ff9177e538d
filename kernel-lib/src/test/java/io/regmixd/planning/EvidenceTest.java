package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.RankCorrelation;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(4, 2, 0.002, 1);
    private static final Problem PROBLEM = Problem.minimise("domain0", WORLD.domains());

    @Test
    void halvesThatDoNotKnowARunRankAsFoldsDo() throws Exception {
        Trajectories runs = WORLD.train(WORLD.switching(48, 3), 4);
        TransitionModel model = Proposal.model(runs, PROBLEM, 1, Progress.SILENT);
        Evidence folds = Evidence.of(runs, PROBLEM, Regressor.standard(), 1);
        Evidence halves = Evidence.of(model, runs, PROBLEM, Regressor.standard(), 1);
        assertThat(folds.rank().spearman()).isGreaterThan(0.95);
        assertThat(halves.rank().spearman()).isCloseTo(folds.rank().spearman(), within(0.03));
        assertThat(halves.error()).isBetween(0.5 * folds.error(), 3 * folds.error());
        assertThat(halves.runs()).isEqualTo(48);
        assertThat(halves.tellsApart()).isTrue();
        halves.requireTellsApart();
    }

    @Test
    void heldOutPredictionsMakeTheErrorAndTheRank() throws Exception {
        Trajectories runs = WORLD.train(WORLD.switching(16, 3), 4);
        Evidence evidence = Evidence.of(runs, PROBLEM, Regressor.standard(), 1);
        double[] predicted = evidence.predicted().stream().mapToDouble(v -> v).toArray();
        double[] seen = evidence.seen().stream().mapToDouble(v -> v).toArray();
        assertThat(seen)
                .containsExactly(
                        runs.runs().stream().mapToDouble(run -> run.loss(2, 0)).toArray());
        assertThat(IntStream.range(0, 16)
                        .mapToDouble(i -> Math.abs(predicted[i] - seen[i]))
                        .average())
                .hasValue(evidence.error());
        assertThat(RankCorrelation.of(predicted, seen)).isEqualTo(evidence.rank());
    }

    /// Two thirds of the runs repeat eight schedules: every half knows most of them, and predicts none that it
    /// knows.
    @Test
    void noRunIsPredictedFromItsOwnRepetition() throws Exception {
        List<MixtureSchedule> schedules = new ArrayList<>(WORLD.switching(8, 3));
        for (int i = 0; i < 2; i++) {
            schedules.addAll(WORLD.switching(8, 3));
        }
        Trajectories repeated = WORLD.train(schedules, 4);
        TransitionModel model = Proposal.model(repeated, PROBLEM, 1, Progress.SILENT);
        HeldOut heldOut = HeldOut.of(repeated, PROBLEM, Regressor.standard(), 1);
        double[] predicted = heldOut.predictedByHalves(model, repeated, PROBLEM);
        for (int i = 0; i < 24; i++) {
            int run = i;
            boolean unknown = model.halves().stream()
                    .anyMatch(half -> List.of(run % 8, run % 8 + 8, run % 8 + 16).stream()
                            .noneMatch(same -> half.fittedOn()
                                    .contains(repeated.runs().get(same).run())));
            assertThat(Double.isNaN(predicted[i])).isEqualTo(!unknown);
        }
        TransitionModel whole = TransitionModel.fit(repeated, Regressor.standard(), 1, Progress.SILENT);
        assertThatThrownBy(() -> heldOut.predictedByHalves(whole, repeated, PROBLEM))
                .hasMessageContaining("fitWithSpread");
    }

    @Test
    void weakRunsAreToldHowManyMoreWouldDoAndTheStrongerTheSignalTheFewer() throws Exception {
        assertThat(noisy(0).tellsApart()).isFalse();
        assertThatThrownBy(() -> noisy(0).requireTellsApart())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(noisy(0).needed().orElseThrow().inWords());
        Evidence clear = noisy(5);
        assertThat(clear.tellsApart()).isTrue();
        assertThat(clear.baseline()).isGreaterThan(0.9);
        MoreRuns none = noisy(0).needed().orElseThrow();
        assertThat(none.about()).isGreaterThanOrEqualTo(none.low());
        assertThat(none.high()).isGreaterThanOrEqualTo(none.about());
    }

    /// Twenty runs whose loss falls with the objective's weight by so many standard deviations of the noise.
    private static Evidence noisy(double signal) throws InterruptedException {
        Random random = new Random(7);
        List<Mixture> mixtures = new ArrayList<>();
        double[][] losses = new double[20][1];
        for (double[] loss : losses) {
            double a = random.nextDouble();
            mixtures.add(Mixture.of(List.of("a", "b"), a, 1 - a));
            loss[0] = 3 + 0.05 * (random.nextGaussian() - 3 * signal * a);
        }
        FinalLosses runs = FinalLosses.of(List.of("a"), mixtures, losses);
        return Evidence.of(runs, Problem.minimise("a", List.of("a", "b")), Regressor.standard(), 1);
    }

    @Test
    void moreRunsAreSaidInWords() {
        assertThat(new MoreRuns(31, 20, 60).inWords()).isEqualTo("about 31 more would, 20 to 60");
        assertThat(new MoreRuns(31, 20, MoreRuns.UNKNOWN).inWords()).isEqualTo("about 31 more would, 20 to far more");
        assertThat(new MoreRuns(MoreRuns.UNKNOWN, 9, MoreRuns.UNKNOWN).inWords())
                .startsWith("their learning curve");
    }
}
