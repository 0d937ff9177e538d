package io.regmixd.planning.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.planning.Problem;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.analysis.integration.SimpsonIntegrator;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectedImprovementTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(4, 1, 0.005, 1);
    private static final List<Mixture> TRAINED = WORLD.mixtures(24, 2);

    private static MixtureLossModel model(Regressor regressor) throws InterruptedException {
        return MixtureLossModel.fit(WORLD.train(WORLD.constant(TRAINED), 3), regressor, 4, Progress.SILENT);
    }

    @ParameterizedTest
    @CsvSource({"3, 3, 0.2", "3, 2.5, 0.1", "3, 3.4, 0.2", "3, 4, 0.25", "2.9, 3.1, 1"})
    void isTheIntegralOfWhatALossLiesBelowTheLowest(double lowest, double mean, double error) {
        var loss = new NormalDistribution(mean, error);
        double integral = new SimpsonIntegrator(1e-10, 1e-14, 10, 60)
                .integrate(1 << 24, x -> (lowest - x) * loss.density(x), Math.min(lowest, mean) - 12 * error, lowest);
        assertThat(ExpectedImprovement.of(lowest, mean, error)).isCloseTo(integral, within(1e-8 * (integral + 1e-3)));
    }

    @Test
    void isThePlainImprovementWhereTheLossIsKnown() {
        assertThat(ExpectedImprovement.of(3, 2.5, 0)).isEqualTo(0.5);
        assertThat(ExpectedImprovement.of(3, 3.5, 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7})
    void everyChoiceIsTheBestCandidateOnceThoseBeforeItAreBelieved(long seed) throws InterruptedException {
        Problem problem = Problem.minimise(Map.of("domain0", 2.0, "domain2", 1.0), WORLD.domains());
        MixtureLossModel model = model(Regressor.standard());
        List<Mixture> candidates = WORLD.mixtures(200, seed);
        List<Mixture> chosen = ExpectedImprovement.choose(model, problem, TRAINED, candidates, 6);

        List<Mixture> before = new ArrayList<>(TRAINED);
        List<Mixture> left = new ArrayList<>(candidates);
        for (Mixture choice : chosen) {
            double best = 0;
            for (Mixture candidate : left) {
                best = Math.max(best, improvement(model, before, candidate));
            }
            assertThat(improvement(model, before, choice)).isPositive().isCloseTo(best, within(1e-9));
            model = model.believing(choice);
            before.add(choice);
            assertThat(left.remove(choice)).isTrue();
        }
    }

    private static double improvement(MixtureLossModel model, List<Mixture> before, Mixture mixture) {
        double lowest = before.stream()
                .mapToDouble(trained -> (2 * model.predict(trained)[0] + model.predict(trained)[2]) / 3)
                .min()
                .orElseThrow();
        List<Mixture> one = List.of(mixture);
        return ExpectedImprovement.of(
                lowest,
                (2 * model.predict(mixture)[0] + model.predict(mixture)[2]) / 3,
                (2 * model.errors(one, 0)[0] + model.errors(one, 2)[0]) / 3);
    }

    /// A hundred near copies of the most promising mixture are one choice, not a round.
    @Test
    void nearCopiesAreNotChosenTogether() throws InterruptedException {
        Problem problem = Problem.minimise("domain0", WORLD.domains());
        MixtureLossModel model = model(Regressor.gaussianProcess());
        List<Mixture> spread = WORLD.mixtures(100, 5);
        Mixture first =
                ExpectedImprovement.choose(model, problem, TRAINED, spread, 1).getFirst();
        List<Mixture> candidates = new ArrayList<>(spread);
        for (int i = 1; i <= 100; i++) {
            double[] weights = first.weights();
            weights[1] += 1e-5 * i;
            candidates.add(Mixture.proportional(WORLD.domains(), weights));
        }
        List<Mixture> chosen = ExpectedImprovement.choose(model, problem, TRAINED, candidates, 5);
        assertThat(chosen.stream().filter(mixture -> Math.abs(mixture.weight(0) - first.weight(0)) < 2e-3))
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aRegressorThatDoesNotKnowItsUncertaintyIsRefused() throws InterruptedException {
        MixtureLossModel trees = model(Regressor.boosting());
        Problem problem = Problem.minimise("domain0", WORLD.domains());
        assertThatThrownBy(() -> ExpectedImprovement.choose(trees, problem, TRAINED, WORLD.mixtures(10, 5), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Regressor.standard()");
    }
}
