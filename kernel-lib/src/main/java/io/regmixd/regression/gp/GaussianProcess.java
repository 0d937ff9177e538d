package io.regmixd.regression.gp;

import io.regmixd.regression.Lbfgs;
import io.regmixd.regression.Matrices;
import io.regmixd.regression.OpenBlas;
import io.regmixd.regression.Regression;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.Rows;
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
public record GaussianProcess(boolean law) implements Regressor {

    private static final int DECIDING_ROWS = 512;
    private static final int ITERATIONS = 100;
    private static final double GAIN = 0.02; // nats of the posterior density: less does not change the ranks

    @Override
    public String name() {
        return law ? "law + process" : "gaussian process";
    }

    @Override
    public Regression fit(Rows x, double[] y, long seed) throws InterruptedException {
        x.requireUsable(y);
        double[][] scaled = x.scaled();
        int domains = law && x.areRuns() ? scaled[0].length / 2 : 0;
        return fit(scaled, domains, new Trend(domains), y, seed);
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
        public double[] predict(Rows x) {
            return filled(x.size(), mean);
        }

        @Override
        public Optional<double[]> deviations(Rows x) {
            return Optional.of(filled(x.size(), deviation));
        }

        @Override
        public Optional<double[]> errors(Rows x) {
            return deviations(x); // one row says nothing of others
        }

        @Override
        public Optional<Regression> believing(Rows x) {
            return Optional.of(this);
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
        private final Known known;
        private final double signal; // variance
        private final double noise; // variance
        private final double mean;
        private final double deviation; // of the target

        private Posterior(
                ToDoubleFunction<double[]> law,
                KernelSum kernels,
                Known known,
                double signal,
                double noise,
                double mean,
                double deviation) {
            this.law = law;
            this.kernels = kernels;
            this.known = known;
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
            int first = rows[0].length - x[0].length;
            KernelSum kernels = new KernelSum(first, x, lengthScales, weights);
            return new Posterior(
                    law,
                    kernels,
                    new Known(first, x, lengthScales, kernels, Matrices.inverse(cholesky)),
                    signal,
                    noise,
                    mean,
                    deviation);
        }

        @Override
        public double[] predict(Rows rows) {
            double[][] x = rows.scaled();
            double[] predictions = kernels.at(x);
            Arrays.parallelSetAll(predictions, i -> mean + deviation * (law.applyAsDouble(x[i]) + predictions[i]));
            return predictions;
        }

        @Override
        public Optional<double[]> deviations(Rows rows) {
            double[][] x = rows.scaled();
            double[] deviations = new double[x.length];
            Arrays.parallelSetAll(deviations, i -> deviation * Math.sqrt(unknown(x[i]) + noise));
            return Optional.of(deviations);
        }

        @Override
        public Optional<double[]> errors(Rows rows) {
            double[][] x = rows.scaled();
            double[] errors = new double[x.length];
            Arrays.parallelSetAll(errors, i -> deviation * Math.sqrt(unknown(x[i])));
            return Optional.of(errors);
        }

        /// The variance that the rows leave.
        private double unknown(double[] query) {
            return Math.max(0, signal - signal * signal * known.share(query));
        }

        @Override
        public Optional<Regression> believing(Rows rows) {
            double[] x = rows.scaled()[0];
            double diagonal = signal + noise + ProcessFit.JITTER * signal;
            return Optional.of(
                    new Posterior(law, kernels, known.with(x, signal, diagonal), signal, noise, mean, deviation));
        }
    }

    /// What the variance depends on: where the rows lie, not what was measured there.
    private static final class Known {

        private final int first; // how many numbers of a query the kernel leaves out
        private final double[][] x;
        private final double[] lengthScales;
        private final KernelSum kernels; // about every row
        private final double[] inverse; // [rows * rows], of the rows' covariance

        private Known(int first, double[][] x, double[] lengthScales, KernelSum kernels, double[] inverse) {
            this.first = first;
            this.x = x;
            this.lengthScales = lengthScales;
            this.kernels = kernels;
            this.inverse = inverse;
        }

        /// How much of the variance the rows take away, over the signal's squared.
        double share(double[] query) {
            double[] k = kernels.kernels(query);
            return Lbfgs.dot(k, solved(k));
        }

        private double[] solved(double[] k) {
            double[] solved = new double[k.length];
            for (int i = 0; i < k.length; i++) {
                double row = 0;
                for (int j = 0; j < k.length; j++) {
                    row += inverse[i * k.length + j] * k[j];
                }
                solved[i] = row;
            }
            return solved;
        }

        /// With one more row, by the inverse of a bordered matrix.
        ///
        /// @param diagonal the variance of a measured value
        Known with(double[] query, double signal, double diagonal) {
            int n = x.length;
            double[] k = kernels.kernels(query);
            double[] u = solved(k); // over the signal
            double rest = diagonal - signal * signal * Lbfgs.dot(k, u);
            double[] bordered = new double[(n + 1) * (n + 1)];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    bordered[i * (n + 1) + j] = inverse[i * n + j] + signal * signal * u[i] * u[j] / rest;
                }
                bordered[i * (n + 1) + n] = -signal * u[i] / rest;
                bordered[n * (n + 1) + i] = -signal * u[i] / rest;
            }
            bordered[n * (n + 1) + n] = 1 / rest;
            double[][] more = Arrays.copyOf(x, n + 1);
            more[n] = Arrays.copyOfRange(query, first, query.length);
            return new Known(
                    first, more, lengthScales, new KernelSum(first, more, lengthScales, new double[n + 1]), bordered);
        }
    }
}
