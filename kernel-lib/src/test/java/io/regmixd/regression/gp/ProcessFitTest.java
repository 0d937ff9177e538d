package io.regmixd.regression.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.regression.Lbfgs;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessFitTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void gradientIsThatOfTheDensity(long seed) throws InterruptedException {
        Random random = new Random(seed);
        double[][] rows = new double[20][6]; // roots and logarithms of three weights
        for (double[] row : rows) {
            Arrays.setAll(row, j -> random.nextDouble());
        }
        double[][] x =
                Arrays.stream(rows).map(row -> Arrays.copyOfRange(row, 3, 6)).toArray(double[][]::new);
        double[] y = random.doubles(20, -1, 1).toArray();
        ProcessFit fit = new ProcessFit(x, rows, new Trend(3), y);
        double[] p = fit.centre();
        for (int k = 0; k < p.length; k++) {
            p[k] += 0.3 * random.nextGaussian();
        }
        double[] gradient = new double[p.length];
        fit.at(p, gradient);
        for (int k = 0; k < p.length; k++) {
            double step = 1e-5;
            double[] above = p.clone();
            double[] below = p.clone();
            above[k] += step;
            below[k] -= step;
            double[] ignored = new double[p.length];
            assertThat(gradient[k])
                    .as("parameter " + k)
                    .isCloseTo((fit.at(above, ignored) - fit.at(below, ignored)) / (2 * step), within(1e-4));
        }
    }

    @Test
    void densityOfTwoRowsIsTheClosedForm() throws InterruptedException {
        double[][] x = {{0}, {1}};
        double[] y = {1, -1};
        ProcessFit fit = new ProcessFit(x, x, new Trend(0), y);
        double[] p = {Math.log(2), Math.log(3), Math.log(0.5)}; // length scale, signal, noise
        double diagonal = 9 + 0.25;
        double off = 9 * Math.exp(-1.0 / 8);
        double determinant = diagonal * diagonal - off * off;
        // y' K^-1 y of (1, -1) is 2 / (diagonal - off)
        double expected = 0.5 * 2 / (diagonal - off) + 0.5 * Math.log(determinant);
        double prior = 0;
        double[] centre = fit.centre();
        double[] spread = {1.5, 2, 2};
        for (int k = 0; k < 3; k++) {
            prior += 0.5 * Math.pow((p[k] - centre[k]) / spread[k], 2);
        }
        assertThat(fit.at(p, new double[3])).isCloseTo(expected + prior, within(1e-5));
    }

    @Test
    void searchFindsTheLowestPointOfACurvedValley() throws InterruptedException {
        double[] found = Lbfgs.minimise(
                (p, gradient) -> { // Rosenbrock's
                    double a = 1 - p[0];
                    double b = p[1] - p[0] * p[0];
                    gradient[0] = -2 * a - 400 * p[0] * b;
                    gradient[1] = 200 * b;
                    return a * a + 100 * b * b;
                },
                new double[] {-1.2, 1},
                200,
                1e-12);
        assertThat(found).containsExactly(new double[] {1, 1}, within(1e-4));
    }

    @Test
    void searchStaysWhereTheFunctionIsDefined() throws InterruptedException {
        double[] found = Lbfgs.minimise(
                (p, gradient) -> {
                    gradient[0] = 1 - 1 / p[0];
                    return p[0] > 0 ? p[0] - Math.log(p[0]) : Double.NaN;
                },
                new double[] {0.01},
                100,
                1e-12);
        assertThat(found[0]).isCloseTo(1, within(1e-3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 700})
    void kernelSumsAreTheFormulaWhateverTheBlock(int queries) {
        Random random = new Random(queries);
        double[][] centres = new double[50][19];
        double[][] q = new double[queries][20]; // the first number is not a feature
        for (double[] row : centres) {
            Arrays.setAll(row, j -> random.nextDouble());
        }
        for (double[] row : q) {
            Arrays.setAll(row, j -> 2 * random.nextDouble());
        }
        double[] scales = random.doubles(19, 0.5, 3).toArray();
        double[] weights = random.doubles(50, -1, 1).toArray();
        double[] expected = Arrays.stream(q)
                .mapToDouble(row -> {
                    double sum = 0;
                    for (int i = 0; i < 50; i++) {
                        double squares = 0;
                        for (int j = 0; j < 19; j++) {
                            squares += Math.pow((row[j + 1] - centres[i][j]) / scales[j], 2);
                        }
                        sum += weights[i] * Math.exp(-squares / 2);
                    }
                    return sum;
                })
                .toArray();
        KernelSum sums = new KernelSum(1, centres, scales, weights);
        assertThat(sums.at(q)).containsExactly(expected, within(5e-5));
        assertThat(sums.at(new double[][] {q[0]})[0]).isEqualTo(sums.at(q)[0]);
    }
}
