package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegressorTest {

    static Stream<Regressor> regressors() {
        return Stream.concat(
                learnsFromFewRows(),
                Stream.of(
                        Regressor.randomForest(), Regressor.lightGbm(), Regressor.mixingLaw(), Regressor.lawProcess()));
    }

    static Stream<Regressor> learnsFromFewRows() {
        return Stream.of(Regressor.boosting(), Regressor.gaussianProcess(), Regressor.ridge(), Regressor.standard());
    }

    @ParameterizedTest
    @MethodSource("learnsFromFewRows")
    void predictsAFunctionItHasSeenFewValuesOf(Regressor regressor) throws InterruptedException {
        double[][] x = points(48, 3, 1);
        double[][] unseen = points(200, 3, 2);
        double[] predicted = regressor.fit(Rows.of(x), truth(x), 1).predict(Rows.of(unseen));
        assertThat(RankCorrelation.of(predicted, truth(unseen)).spearman()).isGreaterThan(0.9);
        assertThat(meanAbsoluteDifference(predicted, truth(unseen))).isLessThan(0.15);
    }

    @Test
    void gaussianProcessRecoversASmoothFunctionToASmallPartOfItsSpread() throws InterruptedException {
        double[][] x = points(48, 3, 1);
        double[][] unseen = points(200, 3, 2);
        double[] predicted =
                Regressor.gaussianProcess().fit(Rows.of(x), truth(x), 1).predict(Rows.of(unseen));
        assertThat(meanAbsoluteDifference(predicted, truth(unseen))).isLessThan(0.02);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 39})
    void boostingSplitsEvenWhenRowsAreFew(int rows) throws InterruptedException {
        double[][] x = points(rows, 3, 1);
        double[] predicted = Regressor.boosting().fit(Rows.of(x), truth(x), 1).predict(Rows.of(x));
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
        double[] here = regressor.fit(Rows.of(x), truth(x), 7).predict(Rows.of(x));
        Callable<double[]> fit = () -> regressor.fit(Rows.of(x), truth(x), 7).predict(Rows.of(x));
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
        Regression regression = regressor.fit(Rows.of(x), truth(x), 7);
        assertThat(regression.predict(Rows.of(new double[][] {queries[42]}))[0])
                .isEqualTo(regression.predict(Rows.of(queries))[42]);
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void predictsAConstantWhereAllTargetsAreTheSame(Regressor regressor) throws InterruptedException {
        double[] constant = new double[20];
        Arrays.fill(constant, 3.25);
        double[] predicted =
                regressor.fit(Rows.of(points(20, 2, 1)), constant, 1).predict(Rows.of(points(5, 2, 2)));
        assertThat(predicted).containsOnly(new double[] {3.25}, within(1e-12));
    }

    @Test
    void gaussianProcessAveragesRepeatedMeasurements() throws InterruptedException {
        double[][] x = {{0}, {0}, {0}, {0}, {1}, {1}, {1}, {1}};
        double[] y = {1.1, 0.9, 1.2, 0.8, 3.1, 2.9, 3.2, 2.8};
        assertThat(Regressor.gaussianProcess().fit(Rows.of(x), y, 1).predict(Rows.of(new double[][] {{0}, {1}})))
                .containsExactly(new double[] {1, 3}, within(0.1));
    }

    @Test
    void gaussianProcessLearnsWhichFeaturesMatter() throws InterruptedException {
        double[][] x = points(40, 12, 1); // eleven of them say nothing
        double[] y = Arrays.stream(x).mapToDouble(row -> Math.sin(6 * row[4])).toArray();
        double[][] unseen = points(200, 12, 2);
        double[] seen =
                Arrays.stream(unseen).mapToDouble(row -> Math.sin(6 * row[4])).toArray();
        double[] predicted = Regressor.gaussianProcess().fit(Rows.of(x), y, 1).predict(Rows.of(unseen));
        assertThat(meanAbsoluteDifference(predicted, seen)).isLessThan(0.1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nineOfTenMeasurementsLieWithinTheIntervalsOfNinetyPercent(long seed) throws InterruptedException {
        double[][] x = points(150, 3, seed);
        double[][] unseen = points(400, 3, seed + 10);
        Random noise = new Random(seed);
        double[] y =
                Arrays.stream(truth(x)).map(v -> v + 0.1 * noise.nextGaussian()).toArray();
        double[] seen = Arrays.stream(truth(unseen))
                .map(v -> v + 0.1 * noise.nextGaussian())
                .toArray();
        Regression fitted = Regressor.gaussianProcess().fit(Rows.of(x), y, seed);
        double[] predicted = fitted.predict(Rows.of(unseen));
        double[] deviations = fitted.deviations(Rows.of(unseen)).orElseThrow();
        long within = IntStream.range(0, 400)
                .filter(i -> Math.abs(seen[i] - predicted[i]) < 1.645 * deviations[i])
                .count();
        assertThat(within).isBetween(330L, 390L);
    }

    @Test
    void onlyProcessesAndStacksOfThemKnowTheirUncertainty() throws InterruptedException {
        double[][] x = points(20, 2, 1);
        assertThat(Regressor.boosting().fit(Rows.of(x), truth(x), 1).deviations(Rows.of(x)))
                .isEmpty();
        assertThat(Regressor.standard().fit(Rows.of(x), truth(x), 1).deviations(Rows.of(x)))
                .isPresent();
        assertThat(Regressor.stack("mixed", List.of(Regressor.gaussianProcess(), Regressor.boosting()))
                        .fit(Rows.of(x), truth(x), 1)
                        .deviations(Rows.of(x)))
                .isEmpty();
    }

    /// What a normal prior of variance v leaves after one measurement with noise of variance n is v n / (v +
    /// n), and what measuring one of two places takes from the other's variance follows from their
    /// covariance.
    @Test
    void believingAPlaceLeavesWhatBayesSays() throws InterruptedException {
        double[][] x = points(30, 2, 1);
        Random noise = new Random(2);
        double[] y =
                Arrays.stream(truth(x)).map(v -> v + 0.1 * noise.nextGaussian()).toArray();
        Regression before = Regressor.gaussianProcess().fit(Rows.of(x), y, 1);
        double[][] places = {{0.93, 0.95}, {0.85, 0.9}};
        double[] error = before.errors(Rows.of(places)).orElseThrow();
        double[] deviation = before.deviations(Rows.of(places)).orElseThrow();
        double[] measured = {deviation[0] * deviation[0], deviation[1] * deviation[1]};
        double variance = measured[0] - error[0] * error[0];
        assertThat(measured[1] - error[1] * error[1]).isCloseTo(variance, within(1e-9));

        double[][] left = {
            before.believing(row(places[0]))
                    .orElseThrow()
                    .errors(Rows.of(places))
                    .orElseThrow(),
            before.believing(row(places[1]))
                    .orElseThrow()
                    .errors(Rows.of(places))
                    .orElseThrow()
        };
        double v = error[0] * error[0];
        assertThat(left[0][0] * left[0][0]).isCloseTo(v * variance / (v + variance), within(1e-4 * v));
        double[] taken = {error[0] * error[0] - left[1][0] * left[1][0], error[1] * error[1] - left[0][1] * left[0][1]};
        assertThat(taken[1]).isPositive();
        assertThat(taken[1] * measured[0]).isCloseTo(taken[0] * measured[1], within(1e-4 * taken[0] * measured[1]));
    }

    @Test
    void believingChangesNoPredictionAndTheOrderDoesNotMatter() throws InterruptedException {
        List<Mixture> x = mixtures(20, 1, 1);
        Random noise = new Random(2);
        double[] y = each(x, mixture -> law(mixture) + 0.1 * noise.nextGaussian());
        Regression before = Regressor.standard().fit(Rows.ofRuns(x), y, 1);
        List<Mixture> others = mixtures(50, 1, 2);
        Rows other = Rows.ofRuns(others);
        Rows one = Rows.ofRuns(others.subList(0, 1));
        Rows two = Rows.ofRuns(others.subList(1, 2));
        Regression oneTwo = before.believing(one).orElseThrow().believing(two).orElseThrow();
        Regression twoOne = before.believing(two).orElseThrow().believing(one).orElseThrow();
        assertThat(oneTwo.predict(other)).containsExactly(before.predict(other));
        double[] errors = oneTwo.errors(other).orElseThrow();
        assertThat(errors).containsExactly(twoOne.errors(other).orElseThrow(), within(1e-9));
        double[] unbelieved = before.errors(other).orElseThrow();
        for (int i = 0; i < errors.length; i++) {
            assertThat(errors[i]).isLessThanOrEqualTo(unbelieved[i] + 1e-12);
        }
        assertThat(errors[0]).isLessThan(unbelieved[0]);
        assertThat(Regressor.boosting().fit(Rows.ofRuns(x), y, 1).believing(one))
                .isEmpty();
    }

    @Test
    void stackPredictsTheMean() throws InterruptedException {
        Regressor one = (x, y, seed) -> queries -> new double[] {1};
        Regressor four = (x, y, seed) -> queries -> new double[] {4};
        assertThat(Regressor.stack("both", List.of(one, four))
                        .fit(null, null, 1)
                        .predict(Rows.of(new double[1][1])))
                .containsExactly(2.5);
    }

    @Test
    void lawProcessFollowsTheLawFarFromAllRows() throws InterruptedException {
        List<Mixture> x = mixtures(40, 0.3, 1); // no weight of the first domain exceeds 0.3
        List<Mixture> far = mixtures(50, 1, 2);
        double[] predicted = Regressor.lawProcess()
                .fit(Rows.ofRuns(x), each(x, RegressorTest::law), 1)
                .predict(Rows.ofRuns(far));
        assertThat(meanAbsoluteDifference(predicted, each(far, RegressorTest::law)))
                .isLessThan(0.05);
    }

    @Test
    void mixingLawRecoversALawOfItsOwnShape() throws InterruptedException {
        List<Mixture> x = mixtures(60, 1, 1);
        List<Mixture> unseen = mixtures(60, 1, 2);
        double[] predicted = Regressor.mixingLaw()
                .fit(Rows.ofRuns(x), each(x, RegressorTest::mixingLaw), 1)
                .predict(Rows.ofRuns(unseen));
        assertThat(meanAbsoluteDifference(predicted, each(unseen, RegressorTest::mixingLaw)))
                .isLessThan(0.01);
    }

    @Test
    void standardHasALawWhereRowsAreWholeRunsAndOneProcessElsewhere() throws InterruptedException {
        List<Mixture> x = mixtures(20, 1, 1);
        double[] y = each(x, RegressorTest::law);
        for (Rows rows : List.of(Rows.ofRuns(x), Rows.ofStages(x, 0, new double[20][0]))) {
            double[] process = Regressor.gaussianProcess().fit(rows, y, 1).predict(rows);
            double[] law = Regressor.lawProcess().fit(rows, y, 1).predict(rows);
            double[] mean = IntStream.range(0, 20)
                    .mapToDouble(i -> process[i] / 2 + law[i] / 2)
                    .toArray();
            assertThat(Regressor.standard().fit(rows, y, 1).predict(rows)).isEqualTo(rows.areRuns() ? mean : process);
        }
    }

    /// Nothing of an encoding may be left in what trees and laws are told.
    @Test
    void treesAndLawsSeeTheWeightsThemselves() {
        List<Mixture> x = mixtures(5, 1, 1);
        double[][] bare = Rows.ofRuns(x).bare();
        for (int i = 0; i < x.size(); i++) {
            assertThat(bare[i]).containsExactly(x.get(i).weights(), within(1e-15));
        }
    }

    private static double mixingLaw(Mixture mixture) {
        return Math.log(2 + Math.exp(1 - 2 * mixture.weight(0) - mixture.weight(1)));
    }

    private static double law(Mixture mixture) {
        return 1.5 - 0.4 * Math.log(1 + 20 * mixture.weight(0) + 3 * mixture.weight(1));
    }

    private static double[] each(List<Mixture> mixtures, ToDoubleFunction<Mixture> of) {
        return mixtures.stream().mapToDouble(of).toArray();
    }

    /// Mixtures of three domains, the first's weight at most `most`.
    private static List<Mixture> mixtures(int rows, double most, long seed) {
        RandomGenerator random = new Random(seed);
        return IntStream.range(0, rows)
                .mapToObj(i -> {
                    double first = most * random.nextDouble();
                    double second = (1 - first) * random.nextDouble();
                    return Mixture.of(List.of("a", "b", "c"), first, second, 1 - first - second);
                })
                .toList();
    }

    @Test
    void ridgeRecoversAQuadraticFunction() throws InterruptedException {
        double[][] x = points(60, 3, 1);
        double[][] unseen = points(60, 3, 2);
        double[] predicted = Regressor.ridge().fit(Rows.of(x), quadratic(x), 1).predict(Rows.of(unseen));
        assertThat(meanAbsoluteDifference(predicted, quadratic(unseen))).isLessThan(1e-3);
    }

    private static double[] quadratic(double[][] x) {
        return Arrays.stream(x)
                .mapToDouble(row -> 1 + row[0] - 3 * row[0] * row[1] + row[2] * row[2])
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void refusesRowsThatCannotBeFitted(Regressor regressor) {
        double[][] x = {{1, 2}, {3, 4}};
        List<Mixture> runs = List.of(Mixture.of(List.of("a"), 1), Mixture.of(List.of("a"), 1));
        assertThatThrownBy(() -> regressor.fit(Rows.ofRuns(runs), new double[3], 1))
                .hasMessage("2 rows of features for 3 values to predict");
        assertThatThrownBy(() -> regressor.fit(Rows.of(x), new double[3], 1))
                .hasMessage("2 rows of features for 3 values to predict");
        assertThatThrownBy(() -> regressor.fit(Rows.of(new double[][] {{1}}), new double[1], 1))
                .hasMessage("a regression needs at least 2 rows, got 1");
        assertThatThrownBy(() -> regressor.fit(Rows.of(new double[][] {{1, 2}, {3}}), new double[2], 1))
                .hasMessage("row 1 has 1 features, row 0 has 2");
        assertThatThrownBy(() -> regressor.fit(Rows.of(x), new double[] {1, Double.NaN}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("row 1 holds a number that is not finite");
    }

    @Test
    void fittingAGaussianProcessCanBeInterrupted() {
        double[][] x = points(40, 3, 1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Regressor.gaussianProcess().fit(Rows.of(x), truth(x), 1))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aMissingLinearAlgebraLibraryIsOneClearSentence(@TempDir Path broken) throws Exception {
        Files.createFile(broken.resolve("libopenblas.so")); // hides one that the system may have of its own
        ProcessBuilder java = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FitsWithoutLibrary.class.getName());
        java.environment().put("LD_LIBRARY_PATH", broken.toString());
        Process process = java.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
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
            Regressor.boosting().fit(Rows.of(x), truth(x), 1).predict(Rows.of(x));
            System.out.println("boosting works");
        }

        private static String failure(double[][] x) throws InterruptedException {
            try {
                Regressor.gaussianProcess().fit(Rows.of(x), truth(x), 1);
                return "fitted";
            } catch (IllegalStateException e) {
                return e.getClass().getSimpleName() + ": " + e.getMessage();
            }
        }
    }

    private static Rows row(double[] numbers) {
        return Rows.of(new double[][] {numbers});
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
