package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import smile.math.kernel.GaussianKernel;
import smile.regression.GaussianProcessRegression;

class RegressorTest {

    static Stream<Regressor> regressors() {
        return Stream.of(Regressor.boosting(), Regressor.gaussianProcess());
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void predictsAFunctionItHasSeenFewValuesOf(Regressor regressor) throws InterruptedException {
        double[][] x = points(48, 3, 1);
        double[][] unseen = points(200, 3, 2);
        double[] predicted = regressor.fit(x, truth(x), 1).predict(unseen);
        assertThat(RankCorrelation.of(predicted, truth(unseen)).spearman()).isGreaterThan(0.9);
        assertThat(meanAbsoluteDifference(predicted, truth(unseen))).isLessThan(0.15);
    }

    @Test
    void gaussianProcessRecoversASmoothFunctionToASmallPartOfItsSpread() throws InterruptedException {
        double[][] x = points(48, 3, 1);
        double[][] unseen = points(200, 3, 2);
        double[] predicted = Regressor.gaussianProcess().fit(x, truth(x), 1).predict(unseen);
        assertThat(meanAbsoluteDifference(predicted, truth(unseen))).isLessThan(0.02);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 39})
    void boostingSplitsEvenWhenRowsAreFew(int rows) throws InterruptedException {
        double[][] x = points(rows, 3, 1);
        double[] predicted = Regressor.boosting().fit(x, truth(x), 1).predict(x);
        assertThat(Arrays.stream(predicted).distinct().count()).isGreaterThan(rows / 2);
    }

    @Test
    void leavesOfTreesShrinkWithTheRowsDownToOneAndUpToTwenty() {
        assertThat(IntStream.of(8, 128, 512, 1_280, 100_000).map(Boosting::leafSize))
                .containsExactly(1, 2, 8, 20, 20);
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void predictsTheSameFromAnyThreadForTheSameSeed(Regressor regressor) throws Exception {
        double[][] x = points(40, 5, 3);
        double[] here = regressor.fit(x, truth(x), 7).predict(x);
        Callable<double[]> fit = () -> regressor.fit(x, truth(x), 7).predict(x);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (Future<double[]> there : threads.invokeAll(List.of(fit, fit, fit))) {
                assertThat(there.get()).isEqualTo(here);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void predictsOneRowAsAmongMany(Regressor regressor) throws InterruptedException {
        double[][] x = points(30, 4, 3);
        double[][] queries = points(100, 4, 4);
        Regression regression = regressor.fit(x, truth(x), 7);
        assertThat(regression.predict(new double[][] {queries[42]})[0])
                .isEqualTo(regression.predict(queries)[42]);
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void predictsAConstantWhereAllTargetsAreTheSame(Regressor regressor) throws InterruptedException {
        double[] constant = new double[20];
        Arrays.fill(constant, 3.25);
        double[] predicted = regressor.fit(points(20, 2, 1), constant, 1).predict(points(5, 2, 2));
        assertThat(predicted).containsOnly(new double[] {3.25}, within(1e-12));
    }

    @Test
    void gaussianProcessAveragesRepeatedMeasurements() throws InterruptedException {
        double[][] x = {{0}, {0}, {0}, {0}, {1}, {1}, {1}, {1}};
        double[] y = {1.1, 0.9, 1.2, 0.8, 3.1, 2.9, 3.2, 2.8};
        assertThat(Regressor.gaussianProcess().fit(x, y, 1).predict(new double[][] {{0}, {1}}))
                .containsExactly(new double[] {1, 3}, within(0.1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void kernelSumEqualsSmilesOwnPrediction(long seed) {
        double[][] x = points(60, 8, seed);
        var smile = GaussianProcessRegression.fit(
                x, truth(x), new GaussianKernel(1.3), new GaussianProcessRegression.Options(1e-3, true));
        double[][] queries = points(50, 8, seed + 10);
        assertThat(new GaussianProcess.KernelSum(smile).predict(queries))
                .containsExactly(
                        Arrays.stream(queries).mapToDouble(smile::predict).toArray(), within(1e-9));
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void refusesRowsThatCannotBeFitted(Regressor regressor) {
        double[][] x = {{1, 2}, {3, 4}};
        assertThatThrownBy(() -> regressor.fit(x, new double[3], 1))
                .hasMessage("2 rows of features for 3 values to predict");
        assertThatThrownBy(() -> regressor.fit(new double[][] {{1}}, new double[1], 1))
                .hasMessage("a regression needs at least 2 rows, got 1");
        assertThatThrownBy(() -> regressor.fit(new double[][] {{1, 2}, {3}}, new double[2], 1))
                .hasMessage("row 1 has 1 features, row 0 has 2");
        assertThatThrownBy(() -> regressor.fit(x, new double[] {1, Double.NaN}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("row 1 holds a number that is not finite");
    }

    @Test
    void fittingAGaussianProcessCanBeInterrupted() {
        double[][] x = points(40, 3, 1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Regressor.gaussianProcess().fit(x, truth(x), 1))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aMissingLinearAlgebraLibraryIsOneClearSentence() throws IOException, InterruptedException {
        ProcessBuilder java = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FitsWithoutLibrary.class.getName());
        java.environment().remove("LD_LIBRARY_PATH");
        Process process = java.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        assumeThat(output).as("the system has a libopenblas.so of its own").doesNotContain("fitted");
        assertThat(output.lines())
                .containsExactly(
                        "IllegalStateException: The Gaussian process needs the native library OpenBLAS, which Smile opens"
                                + " as libopenblas.so: start the notebook with ./run-notebook, which provides it, or put"
                                + " the folder that holds libopenblas.so on LD_LIBRARY_PATH before Java starts"
                                + " (Regressor.boosting() needs no native library).",
                        "the same again",
                        "boosting works");
    }

    /// Run as a program of its own, without the library.
    static final class FitsWithoutLibrary {

        private FitsWithoutLibrary() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) throws InterruptedException {
            double[][] x = points(10, 2, 1);
            String first = failure(x);
            System.out.println(first);
            System.out.println(failure(x).equals(first) ? "the same again" : "not the same again");
            Regressor.boosting().fit(x, truth(x), 1).predict(x);
            System.out.println("boosting works");
        }

        private static String failure(double[][] x) throws InterruptedException {
            try {
                Regressor.gaussianProcess().fit(x, truth(x), 1);
                return "fitted";
            } catch (IllegalStateException e) {
                return e.getClass().getSimpleName() + ": " + e.getMessage();
            }
        }
    }

    private static double[][] points(int rows, int features, long seed) {
        RandomGenerator random = new Random(seed);
        double[][] x = new double[rows][features];
        for (double[] row : x) {
            Arrays.setAll(row, j -> random.nextDouble());
        }
        return x;
    }

    private static double[] truth(double[][] x) {
        return Arrays.stream(x)
                .mapToDouble(row -> 2 * row[0] - row[1] + Math.sin(2 * row[1] * row[0]))
                .toArray();
    }

    private static double meanAbsoluteDifference(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .average()
                .orElseThrow();
    }
}
