package io.regmixd.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.store.Provenance;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    @Test
    void constantRateFollowsItsWarmUp() {
        LearningRate constant = LearningRate.constant(4e-4, 100);
        assertThat(constant.at(1, 1000)).isCloseTo(4e-6, ROUNDING);
        assertThat(constant.at(100, 1000)).isEqualTo(4e-4);
        assertThat(constant.at(1000, 1000)).isEqualTo(4e-4);
    }

    @Test
    void cosineFallsFromTheEndOfItsWarmUpToTheFloor() {
        LearningRate cosine = LearningRate.cosine(4e-4, 1000, 1e-5);
        assertThat(cosine.at(500, 25_000)).isCloseTo(2e-4, ROUNDING);
        assertThat(cosine.at(1000, 25_000)).isCloseTo(4e-4, ROUNDING);
        assertThat(cosine.at(13_000, 25_000)).isCloseTo((4e-4 + 1e-5) / 2, ROUNDING);
        assertThat(cosine.at(25_000, 25_000)).isCloseTo(1e-5, ROUNDING);
    }

    @Test
    void stableRateFallsInAStraightLineOverTheLastShareOfTheSteps() {
        LearningRate rate = LearningRate.warmUpStableDecay(3e-3, 25, 0.2, 1e-4);
        assertThat(rate.at(5, 500)).isCloseTo(6e-4, ROUNDING);
        assertThat(rate.at(25, 500)).isEqualTo(3e-3);
        assertThat(rate.at(400, 500)).as("the last step before the decay").isEqualTo(3e-3);
        assertThat(rate.at(401, 500)).isCloseTo(3e-3 - 2.9e-5, ROUNDING);
        assertThat(rate.at(450, 500)).isCloseTo((3e-3 + 1e-4) / 2, ROUNDING);
        assertThat(rate.at(500, 500)).isCloseTo(1e-4, ROUNDING);
    }

    @Test
    void decayWaitsForTheEndOfTheWarmUp() {
        LearningRate rate = LearningRate.warmUpStableDecay(1, 6, 0.8, 0);
        assertThat(rate.at(5, 10)).isCloseTo(5 / 6.0, ROUNDING);
        assertThat(rate.at(6, 10)).isEqualTo(1);
        assertThat(rate.at(8, 10)).isCloseTo(0.5, ROUNDING);
        assertThat(rate.at(10, 10)).isEqualTo(0);
    }

    @Test
    void decayOverNoStepOrMoreThanAllIsRefused() {
        for (double decay : new double[] {0, -0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> LearningRate.warmUpStableDecay(1, 1, decay, 0))
                    .hasMessageContaining("decay " + decay);
        }
    }

    private record Settings(LearningRate learningRate) {}

    @Test
    void recordOfSettingsNamesTheShape() {
        Settings settings = new Settings(LearningRate.warmUpStableDecay(3e-3, 25, 0.2, 1e-4));
        assertThat(Provenance.of(Map.of("settings", settings)).json())
                .contains("\"shape\":\"WarmUpStableDecay\",\"peak\":0.003,\"warm_up_steps\":25,\"decay\":0.2,");
    }
}
