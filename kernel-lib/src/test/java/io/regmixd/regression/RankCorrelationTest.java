package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {

    @Test
    void withoutTiesIsTheTextbooksFormula() {
        // rank differences 1, 1, 0, 1, 1: 1 - 6 * 4 / (5 * 24) = 0.8
        assertThat(RankCorrelation.of(new double[] {1, 2, 3, 4, 5}, new double[] {20, 10, 30, 50, 40})
                        .spearman())
                .isCloseTo(0.8, within(1e-12));
    }

    @Test
    void tiesShareTheMeanOfTheirRanks() {
        // ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4, deviations -1.5, 0, 0, 1.5 and -1.5, 0.5, -0.5, 1.5:
        // 4.5 / sqrt(4.5 * 5)
        assertThat(RankCorrelation.of(new double[] {10, 20, 20, 30}, new double[] {1, 3, 2, 4})
                        .spearman())
                .isCloseTo(4.5 / Math.sqrt(22.5), within(1e-12));
    }

    @Test
    void intervalIsFishersWithTheVarianceOfBonettAndWright() {
        // atanh(0.8) = 1.098612, margin 1.959964 * sqrt(1.32 / 2) = 1.592287
        RankCorrelation correlation =
                RankCorrelation.of(new double[] {1, 2, 3, 4, 5}, new double[] {20, 10, 30, 50, 40});
        assertThat(correlation.low()).isCloseTo(Math.tanh(1.098612 - 1.592287), within(1e-5));
        assertThat(correlation.high()).isCloseTo(Math.tanh(1.098612 + 1.592287), within(1e-5));
    }

    @Test
    void perfectOrderIsOneAndReversedOrderIsMinusOne() {
        double[] rising = {1, 2, 3, 4, 5, 6};
        double[] falling = {6, 5, 4, 3, 2, 1};
        assertThat(RankCorrelation.of(rising, rising)).isEqualTo(new RankCorrelation(1, 1, 1));
        assertThat(RankCorrelation.of(rising, falling)).isEqualTo(new RankCorrelation(-1, -1, -1));
    }

    @Test
    void isUndefinedForAConstant() {
        assertThat(RankCorrelation.of(new double[] {1, 1, 1, 1}, new double[] {1, 2, 3, 4})
                        .spearman())
                .isNaN();
    }

    @Test
    void zeroAndMinusZeroAreATie() {
        assertThat(RankCorrelation.of(new double[] {0.0, -0.0, 1}, new double[] {5, 5, 6})
                        .spearman())
                .isEqualTo(1);
    }

    @Test
    void refusesListsThatDoNotPair() {
        assertThatThrownBy(() -> RankCorrelation.of(new double[2], new double[3]))
                .hasMessageContaining("got 2 and 3");
        assertThatThrownBy(() -> RankCorrelation.of(new double[] {1, Double.NaN}, new double[2]))
                .hasMessageContaining("NaN");
    }
}
