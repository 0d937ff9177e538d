package io.regmixd.regression;

import java.util.Arrays;
import java.util.stream.IntStream;
import smile.linalg.UPLO;
import smile.tensor.DenseMatrix;
import smile.tensor.EVD;

/// Ridge regression on quadratic features; see [Regressor#ridge()].
///
/// Solved in the space of the rows, whose number is the smaller one: with the eigenvectors of the rows' products
/// every penalty's leave-one-out error is a sum (Rasmussen and Williams, *Gaussian Processes for Machine
/// Learning*, 2006, equation 5.12, of which ridge regression is the linear case).
record QuadraticRidge() implements Regressor {

    private static final int PENALTIES = 31; // from 1e-6 to 1e4 of the mean eigenvalue

    @Override
    public String name() {
        return "quadratic ridge";
    }

    @Override
    public Regression fit(Rows rows, double[] y, long seed) {
        rows.requireUsable(y);
        double[][] x = rows.scaled();
        int n = x.length;
        double mean = Arrays.stream(y).average().orElseThrow();
        double[] centred = Arrays.stream(y).map(v -> v - mean).toArray();
        double[][] quadratic = Arrays.stream(x).map(QuadraticRidge::expand).toArray(double[][]::new);
        Scale scale = Scale.of(quadratic);
        double[][] z = Arrays.stream(quadratic).map(scale::apply).toArray(double[][]::new);
        double[] dual;
        try {
            OpenBlas.useOneThread();
            DenseMatrix products = Matrices.of(z).aat();
            EVD eigen = Matrices.symmetric(Matrices.columns(products), n)
                    .withUplo(UPLO.LOWER)
                    .eigen(false, true);
            dual = dual(eigen, centred);
        } catch (LinkageError e) { // thrown by Smile's static initialisers
            throw OpenBlas.missing("Ridge regression", e);
        }
        double[] coefficients = new double[z[0].length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < coefficients.length; j++) {
                coefficients[j] += dual[i] * z[i][j];
            }
        }
        return asked -> {
            double[][] queries = asked.scaled();
            double[] predictions = new double[queries.length];
            IntStream.range(0, queries.length)
                    .parallel()
                    .forEach(i -> predictions[i] = mean + Lbfgs.dot(coefficients, scale.apply(expand(queries[i]))));
            return predictions;
        };
    }

    /// The weights of the rows, at the penalty of the lowest leave-one-out error.
    private static double[] dual(EVD eigen, double[] y) {
        int n = y.length;
        double[] vectors = Matrices.columns(eigen.Vr()); // [n * n], one after the other
        double[] values = IntStream.range(0, n)
                .mapToDouble(k -> Math.max(0, eigen.wr().get(k)))
                .toArray();
        double[] projected = IntStream.range(0, n)
                .mapToDouble(k -> Lbfgs.dot(Arrays.copyOfRange(vectors, k * n, (k + 1) * n), y))
                .toArray();
        double scale = Math.max(1e-12, Arrays.stream(values).average().orElseThrow());
        double[] best = new double[n];
        double least = Double.POSITIVE_INFINITY;
        for (int p = 0; p < PENALTIES; p++) {
            double penalty = scale * Math.pow(10, -6 + 10.0 * p / (PENALTIES - 1));
            double[] dual = new double[n];
            double[] diagonal = new double[n]; // of the inverse
            for (int k = 0; k < n; k++) {
                double inverse = 1 / (values[k] + penalty);
                for (int i = 0; i < n; i++) {
                    double v = vectors[k * n + i];
                    dual[i] += v * inverse * projected[k];
                    diagonal[i] += v * v * inverse;
                }
            }
            double error = 0;
            for (int i = 0; i < n; i++) {
                error += Math.pow(dual[i] / diagonal[i], 2);
            }
            if (error < least) {
                least = error;
                best = dual;
            }
        }
        return best;
    }

    /// The features, their squares and products.
    private static double[] expand(double[] row) {
        int d = row.length;
        double[] all = Arrays.copyOf(row, d + d * (d + 1) / 2);
        int next = d;
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                all[next++] = row[i] * row[j];
            }
        }
        return all;
    }

    /// Each feature to mean 0 and variance 1; a constant one to 0.
    private static final class Scale {

        private final double[] means;
        private final double[] factors;

        private Scale(double[] means, double[] factors) {
            this.means = means;
            this.factors = factors;
        }

        static Scale of(double[][] x) {
            double[] means = new double[x[0].length];
            double[] factors = new double[x[0].length];
            for (int j = 0; j < means.length; j++) {
                int feature = j;
                double mean = Arrays.stream(x)
                        .mapToDouble(row -> row[feature])
                        .average()
                        .orElseThrow();
                double variance = Arrays.stream(x)
                        .mapToDouble(row -> (row[feature] - mean) * (row[feature] - mean))
                        .average()
                        .orElseThrow();
                means[j] = mean;
                factors[j] = variance > 1e-20 ? 1 / Math.sqrt(variance) : 0;
            }
            return new Scale(means, factors);
        }

        double[] apply(double[] row) {
            double[] scaled = new double[row.length];
            for (int j = 0; j < row.length; j++) {
                scaled[j] = (row[j] - means[j]) * factors[j];
            }
            return scaled;
        }
    }
}
