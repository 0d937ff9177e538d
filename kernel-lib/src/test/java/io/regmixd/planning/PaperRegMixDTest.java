package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.Regressor;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Algorithms 1 and 2 of the paper, step by step with a regressor that shows what it is given.
class PaperRegMixDTest {

    private static final List<String> AB = List.of("a", "b");
    private static final Problem PROBLEM = Problem.minimise("b", AB);
    private static final Mixture NATURAL = Mixture.of(AB, 0.9, 0.1);

    /// 200 candidates, of which the 128 with most of b are those from 72 on.
    private static final List<Mixture> CANDIDATES = IntStream.range(0, 200)
            .mapToObj(i -> Mixture.of(AB, 1 - i / 200.0, i / 200.0))
            .toList();

    private final List<double[]> x = new ArrayList<>();
    private final List<Double> y = new ArrayList<>();
    private final List<double[]> asked = new ArrayList<>();

    /// The next loss is half the loss before, less the weight of b: a formula to check the recursion with.
    private final Regressor spy = (rows, values, seed) -> {
        x.addAll(List.of(rows.scaled()));
        Arrays.stream(values).forEach(y::add);
        return queries -> {
            asked.addAll(List.of(queries.scaled()));
            return Arrays.stream(queries.scaled())
                    .mapToDouble(row -> 0.5 * row[3] - 0.1 * row[2])
                    .toArray();
        };
    };

    /// Three runs of three stages; the loss of b is 10 * run + stage.
    private static Trajectories runs() {
        return new Trajectories(
                AB,
                3,
                1000,
                IntStream.range(1, 4)
                        .mapToObj(i -> new Trajectory(
                                "run" + i,
                                MixtureSchedule.constant(Mixture.of(AB, 0.25 * i, 1 - 0.25 * i), 3),
                                new double[][] {{1, 10 * i}, {1, 10 * i + 1}, {1, 10 * i + 2}, {1, 10 * i + 3}},
                                OptionalInt.empty()))
                        .toList());
    }

    private OnlinePlanner planner(double sizes) throws InterruptedException {
        return Planner.published(runs(), PROBLEM, spy, NATURAL, CANDIDATES, sizes, 1);
    }

    @Test
    void fitsOneRowAProxyAndSwitchPoint() throws InterruptedException {
        planner(1000);
        assertThat(x)
                .containsExactly(
                        new double[] {1, 0.25, 0.75, 11}, new double[] {2, 0.25, 0.75, 12},
                        new double[] {1, 0.5, 0.5, 21}, new double[] {2, 0.5, 0.5, 22},
                        new double[] {1, 0.75, 0.25, 31}, new double[] {2, 0.75, 0.25, 32});
        assertThat(y).containsExactly(12.0, 13.0, 22.0, 23.0, 32.0, 33.0);
    }

    @Test
    void offlineStartsAtTheMeanFirstLossAndFeedsPredictionsForward() throws InterruptedException {
        Plan plan = planner(1000).plan(3, Progress.SILENT);
        Mixture best = Mixture.mean(CANDIDATES.subList(72, 200));
        assertThat(plan.schedule().stages().getFirst()).isEqualTo(NATURAL);
        for (int stage = 1; stage < 3; stage++) {
            assertThat(plan.schedule().stages().get(stage).weights()).containsExactly(best.weights(), within(1e-12));
        }
        assertThat(asked.getFirst()[0]).isEqualTo(1);
        assertThat(asked.getFirst()[3]).isEqualTo(21);
        double next = 0.5 * 21 - 0.1 * best.weight(1);
        assertThat(asked.getLast()[0]).isEqualTo(2);
        assertThat(asked.getLast()[3]).isCloseTo(next, within(1e-12));
        assertThat(plan.predictedFinalLosses()).isEmpty();
    }

    @Test
    void onlineAsksWithTheTargetsLossTimesThePowerOfTheSizes() throws InterruptedException {
        Trajectory soFar = new Trajectory(
                "target",
                MixtureSchedule.constant(NATURAL, 2),
                new double[][] {{9, 9}, {5, 5}, {4, 3}},
                OptionalInt.empty());
        Plan plan = planner(1000).replan(soFar, 3, Progress.SILENT);
        assertThat(asked).allSatisfy(row -> {
            assertThat(row[0]).isEqualTo(2);
            assertThat(row[3]).isCloseTo(3 * 1.4125375446227544, within(1e-12)); // 1000^0.05
        });
        assertThat(plan.schedule().stages().subList(0, 2)).containsExactly(NATURAL, NATURAL);
        assertThat(plan.schedule().stages().get(2).weight("b")).isGreaterThan(0.6);
    }

    @Test
    void refusesWhatDoesNotFit() throws InterruptedException {
        OnlinePlanner planner = planner(1000);
        assertThatThrownBy(() -> planner.plan(4, Progress.SILENT)).hasMessageContaining("but the proxies had 3");
        assertThatThrownBy(() -> planner(0)).hasMessageContaining("positive ratio");
        assertThatThrownBy(() -> Planner.published(runs().withRuns(List.of()), PROBLEM, spy, NATURAL, CANDIDATES, 1, 1))
                .hasMessageContaining("0 completed runs");
    }
}
