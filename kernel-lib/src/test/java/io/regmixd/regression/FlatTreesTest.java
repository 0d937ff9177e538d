package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatTreesTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void boostingPredictsWhatSmilePredictsToTheBit(long seed) {
        double[][] x = rows(100, seed);
        var smile = Boosting.smile(x, target(x), seed);
        double[][] queries = rows(1000, seed + 10);
        assertThat(new Boosting().fit(Rows.of(x), target(x), seed).predict(Rows.of(queries)))
                .containsExactly(smile.predict(Boosting.frame(queries, new double[1000])));
        assertThat(new Boosting().fit(Rows.of(x), target(x), seed).predict(Rows.of(x)))
                .as("rows that may lie on a threshold")
                .containsExactly(smile.predict(Boosting.frame(x, new double[100])));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void forestPredictsWhatSmilePredictsToTheBit(long seed) {
        double[][] x = rows(60, seed);
        var smile = Forest.smile(x, target(x), seed);
        double[][] queries = rows(200, seed + 10);
        assertThat(new Forest().fit(Rows.of(x), target(x), seed).predict(Rows.of(queries)))
                .containsExactly(smile.predict(Boosting.frame(queries, new double[200])));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void lightGbmPredictsWhatItsNativeLibraryPredicts(long seed) throws Exception {
        double[][] x = rows(120, seed);
        double[][] queries = rows(300, seed + 10);
        try (LightGbm.Fitted fitted = LightGbm.Fitted.of(x, target(x))) {
            assertThat(fitted.trees().predict(queries)).containsExactly(fitted.predict(queries), within(1e-12));
            assertThat(fitted.predict(queries)).as("more than a constant").doesNotContain(fitted.predict(x)[0]);
        }
    }

    /// A third of the numbers are zero and many repeat, as weights of mixtures do.
    private static double[][] rows(int count, long seed) {
        Random random = new Random(seed);
        double[][] x = new double[count][5];
        for (double[] row : x) {
            Arrays.setAll(row, j -> Math.max(0, Math.rint(1000 * (random.nextDouble() - 0.3)) / 1000));
        }
        return x;
    }

    private static double[] target(double[][] x) {
        return Arrays.stream(x)
                .mapToDouble(row -> 2 * row[0] - Math.sqrt(row[1]) * row[2])
                .toArray();
    }
}
