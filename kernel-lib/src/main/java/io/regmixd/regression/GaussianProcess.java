package io.regmixd.regression;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import smile.tensor.Cholesky;

/// A Gaussian process, about a law or not; see [Regressor#gaussianProcess()] and [Regressor#lawProcess()].
record GaussianProcess(boolean law) implements Regressor {

    private static final int DECIDING_ROWS = 512;
    private static final int ITERATIONS = 100;
    private static final double GAIN = 0.02; // nats of the posterior density: less does not change the ranks

    @Override
    public String name() {
        return law ? "law + process" : "gaussian process";
    }

    @Override
    public Regression fit(double[][] x, double[] y, long seed) throws InterruptedException {
        Rows.requireUsable(x, y);
        return fit(x, new double[x.length][], Trend.NONE, y, seed);
    }

    @Override
    public Regression fitMixtures(double[][] x, int domains, double[] y, long seed) throws InterruptedException {
        Rows.requireUsable(x, y);
        if (!law) {
            return fit(x, y, seed);
        }
        Trend trend = new Trend(domains, x[0].length - 2 * domains);
        Posterior posterior = fit(withoutRoots(x, domains), lawRows(x, domains), trend, y, seed);
        return new Regression() {
            @Override
            public double[] predict(double[][] queries) {
                return posterior.predict(withoutRoots(queries, domains), lawRows(queries, domains));
            }

            @Override
            public Optional<double[]> deviations(double[][] queries) {
                return posterior.deviations(withoutRoots(queries, domains));
            }
        };
    }

    private static double[][] withoutRoots(double[][] x, int domains) {
        return Arrays.stream(x)
                .map(row -> Arrays.copyOfRange(row, domains, row.length))
                .toArray(double[][]::new);
    }

    private static double[][] lawRows(double[][] x, int domains) {
        return Arrays.stream(x).map(row -> Rows.weights(row, domains)).toArray(double[][]::new);
    }

    private static Posterior fit(double[][] x, double[][] trendRows, Trend trend, double[] y, long seed)
            throws InterruptedException {
        double mean = Arrays.stream(y).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(y).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
        if (ProcessFit.distance(x) == 0 || Arrays.stream(y).allMatch(v -> v == y[0])) {
            double[] weightless = new double[x.length];
            double[] scales = new double[x[0].length];
            Arrays.fill(scales, 1);
            return new Posterior(
                    Trend.NONE, new double[0], new KernelSum(x, scales, weightless), null, deviation, mean, 1, 0);
        }
        double[] standardised =
                Arrays.stream(y).map(v -> (v - mean) / deviation).toArray();
        try {
            OpenBlas.useOneThread();
            int[] deciding = deciding(x.length, seed);
            ProcessFit density = new ProcessFit(
                    Arrays.stream(deciding).mapToObj(i -> x[i]).toArray(double[][]::new),
                    Arrays.stream(deciding).mapToObj(i -> trendRows[i]).toArray(double[][]::new),
                    trend,
                    Arrays.stream(deciding).mapToDouble(i -> standardised[i]).toArray());
            double[] p = Lbfgs.minimise(density, density.centre(), ITERATIONS, GAIN);
            return Posterior.of(x, trendRows, trend, standardised, density, p, deviation, mean);
        } catch (LinkageError e) { // thrown by Smile's static initialisers
            throw OpenBlas.missing("The Gaussian process", e);
        }
    }

    private static int[] deciding(int rows, long seed) {
        List<Integer> all = IntStream.range(0, rows).boxed().collect(Collectors.toList());
        if (rows > DECIDING_ROWS) {
            Collections.shuffle(all, new Random(seed));
        }
        return all.stream().limit(DECIDING_ROWS).mapToInt(Integer::intValue).toArray();
    }

    /// The process given its rows.
    private static final class Posterior implements Regression {

        private final Trend trend;
        private final double[] p;
        private final KernelSum kernels; // weighted by what the rows' residuals say, in the target's deviations
        private final double[] inverse; // [rows * rows], of the rows' covariance over the signal's variance; null: none
        private final double deviation; // of the target
        private final double mean;
        private final double unknown; // variance of a measured value far from all rows, of the target's variance
        private final double signal; // the signal's variance, of the target's

        private Posterior(
                Trend trend,
                double[] p,
                KernelSum kernels,
                double[] inverse,
                double deviation,
                double mean,
                double unknown,
                double signal) {
            this.trend = trend;
            this.p = p;
            this.kernels = kernels;
            this.inverse = inverse;
            this.deviation = deviation;
            this.mean = mean;
            this.unknown = unknown;
            this.signal = signal;
        }

        static Posterior of(
                double[][] x,
                double[][] trendRows,
                Trend trend,
                double[] y,
                ProcessFit density,
                double[] p,
                double deviation,
                double mean) {
            int n = x.length;
            double[] lengthScales = density.lengthScales(p);
            double signal = Math.exp(2 * p[p.length - 2]);
            double noise = Math.exp(2 * p[p.length - 1]);
            double[][] scaled = ProcessFit.scaled(x, lengthScales);
            Cholesky cholesky = ProcessFit.cholesky(
                    ProcessFit.kernel(Matrices.of(scaled), scaled, signal), n, noise + ProcessFit.JITTER * signal);
            double[] slopes = new double[trend.size()];
            double[] residual = new double[n];
            for (int i = 0; i < n; i++) {
                residual[i] = y[i] - trend.at(p, trendRows[i], slopes);
            }
            var alpha = cholesky.solve(residual);
            double[] weights = new double[n];
            Arrays.setAll(weights, i -> signal * alpha.get(i));
            return new Posterior(
                    trend,
                    p,
                    new KernelSum(x, lengthScales, weights),
                    Matrices.inverse(cholesky),
                    deviation,
                    mean,
                    signal + noise,
                    signal);
        }

        @Override
        public double[] predict(double[][] x) {
            return predict(x, x);
        }

        double[] predict(double[][] x, double[][] trendRows) {
            double[] predictions = kernels.at(x);
            double[] slopes = new double[trend.size()];
            for (int i = 0; i < predictions.length; i++) {
                double law = trend.at(p, trendRows[i], slopes);
                predictions[i] = mean + deviation * (law + predictions[i]);
            }
            return predictions;
        }

        @Override
        public Optional<double[]> deviations(double[][] x) {
            double[] deviations = new double[x.length];
            IntStream.range(0, x.length)
                    .parallel()
                    .forEach(i -> deviations[i] = deviation * Math.sqrt(unknown - known(x[i])));
            return Optional.of(deviations);
        }

        /// How much of the variance the rows take away.
        private double known(double[] query) {
            if (inverse == null) {
                return 0;
            }
            double[] k = kernels.kernels(query);
            double sum = 0;
            for (int i = 0; i < k.length; i++) {
                double row = 0;
                for (int j = 0; j < k.length; j++) {
                    row += inverse[i * k.length + j] * k[j];
                }
                sum += k[i] * row;
            }
            return Math.min(signal, signal * signal * sum);
        }
    }
}
