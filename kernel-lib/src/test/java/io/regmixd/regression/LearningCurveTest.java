package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.trajectory.FinalLosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class LearningCurveTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(4, 2, 0.01, 1);

    private static FinalLosses runs(int count) {
        return FinalLosses.of(WORLD.train(WORLD.constant(WORLD.mixtures(count, 2)), 3));
    }

    private static LearningCurve curve(int runs, Regressor regressor) throws InterruptedException {
        return LearningCurve.of(runs(runs), "domain0", regressor, 7, Progress.SILENT);
    }

    @Test
    void moreRunsRankHeldOutRunsBetter() throws InterruptedException {
        LearningCurve curve = curve(40, Regressor.gaussianProcess());
        assertThat(curve.points()).extracting(LearningCurve.Point::fittedOn).containsExactly(8, 16, 24, 32);
        assertThat(curve.points().getLast().mean())
                .isGreaterThan(curve.points().getFirst().mean() + 0.02)
                .isGreaterThan(0.8);
        assertThat(curve.points()).allSatisfy(point -> assertThat(point.low()).isLessThanOrEqualTo(point.high()));
        assertThat(curve.inWords()).contains("8, 16, 24 and 32 runs", "The last 8 runs changed it by");
    }

    /// What each fit saw, and what it was asked.
    private record Fit(List<String> saw, List<String> asked) {
        static Fit of(Rows x, Rows asked) {
            return new Fit(names(x), names(asked));
        }

        private static List<String> names(Rows rows) {
            return Arrays.stream(rows.bare()).map(Arrays::toString).toList();
        }
    }

    @Test
    void noRunIsPredictedByAFitThatSawItAndEachIsHeldOutEquallyOften() throws InterruptedException {
        List<Fit> fits = Collections.synchronizedList(new ArrayList<>());
        Regressor watched = (x, y, seed) -> asked -> {
            fits.add(Fit.of(x, asked));
            return new double[asked.size()];
        };
        LearningCurve curve = curve(23, watched);
        assertThat(curve.points()).allSatisfy(point -> assertThat(point.mean()).isZero()); // constants rank nothing
        assertThat(fits).hasSize(4 * 20);
        Map<String, Integer> heldOut = new HashMap<>();
        for (Fit fit : fits) {
            assertThat(fit.saw).doesNotContainAnyElementsOf(fit.asked);
            fit.asked.forEach(run -> heldOut.merge(run, 1, Integer::sum));
        }
        assertThat(heldOut).hasSize(23);
        assertThat(heldOut.values()).containsOnly(4 * 4); // sizes and deals
    }

    @Test
    void smallerPartLiesWithinTheLargerOne() throws InterruptedException {
        List<List<Double>> seen = Collections.synchronizedList(new ArrayList<>());
        Regressor watched = (x, y, seed) -> {
            seen.add(DoubleStream.of(y).boxed().toList());
            return asked -> new double[asked.size()];
        };
        curve(20, watched);
        List<List<Double>> largest = seen.stream().filter(y -> y.size() == 16).toList();
        assertThat(seen.stream().filter(y -> y.size() == 4))
                .hasSize(20)
                .allSatisfy(small -> assertThat(largest)
                        .anySatisfy(large -> assertThat(large).containsAll(small)));
    }

    @Test
    void regressionThatKnowsTheLossRanksAllRightFromAnyNumberOfRuns() throws InterruptedException {
        FinalLosses runs = runs(30);
        Map<String, Double> known = new HashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            Mixture mixture = runs.mixtures().get(i);
            known.put(rounded(mixture.weights()), Math.log(runs.losses("domain0")[i]));
        }
        Regressor oracle = (x, y, seed) -> asked -> Arrays.stream(asked.bare())
                .mapToDouble(weights -> known.get(rounded(weights)))
                .toArray();
        LearningCurve curve = LearningCurve.of(runs, "domain0", oracle, 1, Progress.SILENT);
        assertThat(curve.points())
                .allSatisfy(point -> assertThat(DoubleStream.of(point.mean(), point.low(), point.high()))
                        .containsOnly(1.0));
    }

    private static String rounded(double... weights) {
        return Arrays.toString(
                Arrays.stream(weights).map(w -> Math.round(1e9 * w)).toArray());
    }

    @Test
    void sameSeedGivesTheSameCurve() throws InterruptedException {
        assertThat(curve(20, Regressor.gaussianProcess())).isEqualTo(curve(20, Regressor.gaussianProcess()));
    }

    @Test
    void fifteenRunsAreTooFew() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> curve(15, Regressor.gaussianProcess()))
                .withMessageContaining("15 runs")
                .withMessageContaining("at least 16");
    }
}
