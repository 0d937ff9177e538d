package io.regmixd.regression.gp;

import io.regmixd.regression.Lbfgs;
import io.regmixd.regression.Matrices;
import java.util.Arrays;
import smile.tensor.Cholesky;
import smile.tensor.DenseMatrix;

/// The density of a Gaussian process's parameters given some rows, and its gradient.
///
/// Parameters, all but the trend's logarithms: those of the trend, one length scale per feature, the signal's and
/// the noise's standard deviation. The target is standardised. Each has a normal prior; the length scales' is
/// about the distance between rows.
///
/// Source: Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, equations 5.8 and 5.9; the
/// sums over pairs of rows for all length scales at once come from one matrix product.
final class ProcessFit implements Lbfgs.Objective {

    private static final double LENGTH_SPREAD = 1.5;
    private static final double LENGTH_SPREAD_WITH_TREND = 1; // what a law leaves over says less of its shape
    private static final double LONGER_WITH_TREND = 0.35;
    private static final double LOG_SIGNAL_WITH_TREND = Math.log(0.5);
    private static final double LOG_NOISE = Math.log(0.1);
    private static final double SPREAD = 2; // of signal and noise
    private static final double HIGHEST = 12; // of a logarithm: what exceeds it is no number to compute with
    static final double JITTER = 1e-8; // of the signal's variance

    private final double[][] x; // [rows][features]
    private final double[][] trendRows;
    private final Trend trend;
    private final double[] y;
    private final int features;
    private final double[] centre; // of the priors
    private final double[] spread;

    /// @param x         shape `[rows][features]`
    /// @param trendRows the same rows with all features, which the trend sees
    /// @param y         standardised
    ProcessFit(double[][] x, double[][] trendRows, Trend trend, double[] y) {
        this.x = x;
        this.trendRows = trendRows;
        this.trend = trend;
        this.y = y;
        features = x[0].length;
        int q = trend.size();
        centre = new double[q + features + 2];
        spread = new double[centre.length];
        boolean law = q > 0;
        for (int k = 0; k < q; k++) {
            centre[k] = trend.prior(k, 0);
            spread[k] = trend.prior(k, 1);
        }
        Arrays.fill(centre, q, q + features, Math.log(distance(x)) + (law ? LONGER_WITH_TREND : 0));
        Arrays.fill(spread, q, q + features, law ? LENGTH_SPREAD_WITH_TREND : LENGTH_SPREAD);
        centre[q + features] = law ? LOG_SIGNAL_WITH_TREND : 0;
        centre[q + features + 1] = LOG_NOISE;
        Arrays.fill(spread, q + features, spread.length, SPREAD);
    }

    /// Where the priors are densest, and the search starts.
    double[] centre() {
        return centre.clone();
    }

    /// Minus the logarithm of the posterior density, but for a constant.
    @Override
    public double at(double[] p, double[] gradient) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("fitting a Gaussian process");
        }
        for (double v : p) {
            if (!(Math.abs(v) < HIGHEST)) {
                return Double.POSITIVE_INFINITY;
            }
        }
        int n = x.length;
        int q = trend.size();
        double signal = Math.exp(2 * p[q + features]);
        double noise = Math.exp(2 * p[q + features + 1]);
        double[][] scaled = scaled(x, lengthScales(p));
        DenseMatrix z = Matrices.of(scaled);
        double[] kernel = kernel(z, scaled, signal);
        Cholesky cholesky;
        try {
            cholesky = cholesky(kernel, n, noise + JITTER * signal);
        } catch (ArithmeticException e) { // not positive definite
            return Double.POSITIVE_INFINITY;
        }
        double[][] slopes = new double[n][q];
        double[] residual = new double[n];
        for (int i = 0; i < n; i++) {
            residual[i] = y[i] - trend.at(p, trendRows[i], slopes[i]);
        }
        double[] inverse = Matrices.inverse(cholesky);
        double[] alpha = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += inverse[i * n + j] * residual[j];
            }
            alpha[i] = sum;
        }
        double value = 0.5 * Lbfgs.dot(residual, alpha) + 0.5 * cholesky.logdet();

        Arrays.fill(gradient, 0);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < q; k++) {
                gradient[k] -= alpha[i] * slopes[i][k];
            }
        }
        double trace = 0;
        double all = 0;
        double[] sums = new double[n];
        for (int i = 0; i < n; i++) {
            trace += inverse[i * n + i] - alpha[i] * alpha[i];
            for (int j = 0; j < n; j++) {
                double h = (inverse[i * n + j] - alpha[i] * alpha[j]) * kernel[i * n + j];
                kernel[i * n + j] = h; // from here on the derivative by the kernel's logarithm
                sums[i] += h;
            }
            all += sums[i];
        }
        // sum over pairs of h (z_i - z_j)^2 / 2 = sum of z_i^2 sums_i - z' H z, a feature
        double[] products = Matrices.columns(Matrices.symmetric(kernel, n).mm(z)); // [features * n]
        for (int f = 0; f < features; f++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += scaled[i][f] * (scaled[i][f] * sums[i] - products[f * n + i]);
            }
            gradient[q + f] = sum;
        }
        gradient[q + features] = all + JITTER * signal * trace;
        gradient[q + features + 1] = noise * trace;
        for (int k = 0; k < p.length; k++) {
            double u = (p[k] - centre[k]) / spread[k];
            value += 0.5 * u * u;
            gradient[k] += u / spread[k];
        }
        return value;
    }

    double[] lengthScales(double[] p) {
        return Arrays.stream(p, trend.size(), trend.size() + features)
                .map(Math::exp)
                .toArray();
    }

    static double[][] scaled(double[][] x, double[] lengthScales) {
        double[][] scaled = new double[x.length][lengthScales.length];
        for (int i = 0; i < x.length; i++) {
            for (int f = 0; f < lengthScales.length; f++) {
                scaled[i][f] = x[i][f] / lengthScales[f];
            }
        }
        return scaled;
    }

    /// Shape `[rows * rows]`, without noise.
    static double[] kernel(DenseMatrix z, double[][] scaled, double signal) {
        int n = scaled.length;
        double[] kernel = Matrices.columns(z.aat());
        double[] squares =
                Arrays.stream(scaled).mapToDouble(row -> Lbfgs.dot(row, row)).toArray();
        for (int i = 0; i < n; i++) {
            kernel[i * n + i] = signal;
            for (int j = 0; j < i; j++) {
                double squared = Math.max(0, squares[i] + squares[j] - 2 * kernel[j * n + i]);
                double k = signal * Math.exp(-squared / 2);
                kernel[i * n + j] = k;
                kernel[j * n + i] = k;
            }
        }
        return kernel;
    }

    /// @throws ArithmeticException if the matrix is not positive definite
    static Cholesky cholesky(double[] kernel, int n, double diagonal) {
        double[] matrix = kernel.clone();
        for (int i = 0; i < n; i++) {
            matrix[i * n + i] += diagonal;
        }
        return Matrices.symmetric(matrix, n).cholesky();
    }

    /// The root mean square distance between two rows.
    static double distance(double[][] x) {
        double sum = 0;
        for (int f = 0; f < x[0].length; f++) {
            int feature = f;
            double mean =
                    Arrays.stream(x).mapToDouble(row -> row[feature]).average().orElseThrow();
            sum += Arrays.stream(x)
                    .mapToDouble(row -> (row[feature] - mean) * (row[feature] - mean))
                    .average()
                    .orElseThrow();
        }
        return Math.sqrt(2 * sum);
    }
}
