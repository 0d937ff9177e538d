package io.regmixd.regression;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
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
        return fit(x, 0, Trend.NONE, y, seed);
    }

    @Override
    public Regression fitMixtures(double[][] x, int domains, double[] y, long seed) throws InterruptedException {
        Rows.requireUsable(x, y);
        return law
                ? fit(x, domains, new Trend(domains, x[0].length - 2 * domains), y, seed)
                : fit(x, 0, Trend.NONE, y, seed);
    }

    /// @param first how many features the kernel leaves out
    private static Regression fit(double[][] rows, int first, Trend trend, double[] y, long seed)
            throws InterruptedException {
        double[][] x = Arrays.stream(rows)
                .map(row -> Arrays.copyOfRange(row, first, row.length))
                .toArray(double[][]::new);
        double mean = Arrays.stream(y).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(y).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
        if (ProcessFit.distance(x) == 0 || Arrays.stream(y).allMatch(v -> v == y[0])) {
            return new Constant(mean, deviation);
        }
        double[] standardised =
                Arrays.stream(y).map(v -> (v - mean) / deviation).toArray();
        try {
            OpenBlas.useOneThread();
            int[] deciding = deciding(x.length, seed);
            ProcessFit density = new ProcessFit(
                    Arrays.stream(deciding).mapToObj(i -> x[i]).toArray(double[][]::new),
                    Arrays.stream(deciding).mapToObj(i -> rows[i]).toArray(double[][]::new),
                    trend,
                    Arrays.stream(deciding).mapToDouble(i -> standardised[i]).toArray());
            double[] p = Lbfgs.minimise(density, density.centre(), ITERATIONS, GAIN);
            return Posterior.of(rows, x, trend, standardised, density, p, deviation, mean);
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

    /// What is known where all rows or all values are the same.
    private record Constant(double mean, double deviation) implements Regression {

        @Override
        public double[] predict(double[][] x) {
            return filled(x.length, mean);
        }

        @Override
        public Optional<double[]> deviations(double[][] x) {
            return Optional.of(filled(x.length, deviation));
        }

        private static double[] filled(int count, double value) {
            double[] all = new double[count];
            Arrays.fill(all, value);
            return all;
        }
    }

    /// The process given its rows; variances in those of the target.
    private static final class Posterior implements Regression {

        private final ToDoubleFunction<double[]> law;
        private final KernelSum kernels; // weighted by what the rows' residuals say
        private final double[] inverse; // [rows * rows], of the rows' covariance
        private final double signal; // variance
        private final double noise; // variance
        private final double mean;
        private final double deviation; // of the target

        private Posterior(
                ToDoubleFunction<double[]> law,
                KernelSum kernels,
                double[] inverse,
                double signal,
                double noise,
                double mean,
                double deviation) {
            this.law = law;
            this.kernels = kernels;
            this.inverse = inverse;
            this.signal = signal;
            this.noise = noise;
            this.mean = mean;
            this.deviation = deviation;
        }

        static Posterior of(
                double[][] rows,
                double[][] x,
                Trend trend,
                double[] y,
                ProcessFit density,
                double[] p,
                double deviation,
                double mean) {
            double[] lengthScales = density.lengthScales(p);
            double signal = Math.exp(2 * p[p.length - 2]);
            double noise = Math.exp(2 * p[p.length - 1]);
            double[][] scaled = ProcessFit.scaled(x, lengthScales);
            Cholesky cholesky = ProcessFit.cholesky(
                    ProcessFit.kernel(Matrices.of(scaled), scaled, signal),
                    x.length,
                    noise + ProcessFit.JITTER * signal);
            var law = trend.with(p);
            double[] residual = new double[x.length];
            Arrays.setAll(residual, i -> y[i] - law.applyAsDouble(rows[i]));
            var solved = cholesky.solve(residual);
            double[] weights = new double[x.length];
            Arrays.setAll(weights, i -> signal * solved.get(i));
            return new Posterior(
                    law,
                    new KernelSum(rows[0].length - x[0].length, x, lengthScales, weights),
                    Matrices.inverse(cholesky),
                    signal,
                    noise,
                    mean,
                    deviation);
        }

        @Override
        public double[] predict(double[][] x) {
            double[] predictions = kernels.at(x);
            Arrays.parallelSetAll(predictions, i -> mean + deviation * (law.applyAsDouble(x[i]) + predictions[i]));
            return predictions;
        }

        @Override
        public Optional<double[]> deviations(double[][] x) {
            double[] deviations = new double[x.length];
            Arrays.parallelSetAll(deviations, i -> deviation * Math.sqrt(signal + noise - known(x[i])));
            return Optional.of(deviations);
        }

        /// How much of the variance the rows take away.
        private double known(double[] query) {
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
