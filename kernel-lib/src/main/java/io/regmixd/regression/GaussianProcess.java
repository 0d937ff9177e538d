package io.regmixd.regression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import smile.math.kernel.GaussianKernel;
import smile.regression.GaussianProcessRegression;

/// Smile's Gaussian process; see [Regressor#gaussianProcess()].
record GaussianProcess() implements Regressor {

    /// Where the search starts: length scales in root mean square distances between rows, noise variances in
    /// variances of the signal.
    private static final double[] LENGTH_SCALES = {0.5, 1, 2, 4, 8, 16};
    private static final double[] NOISES = {1e-6, 1e-4, 1e-2, 1};

    /// Its finer steps, as factors; a round that gains less than [#CLIMB] in log-likelihood is the last.
    private static final double[] STRETCHES = {Math.sqrt(0.5), 1, Math.sqrt(2)};
    private static final double[] LOUDNESSES = {Math.sqrt(0.1), 1, Math.sqrt(10)};
    private static final double CLIMB = 0.01;

    @Override
    public String name() {
        return "gaussian process";
    }

    @Override
    public Regression fit(double[][] x, double[] y, long seed) throws InterruptedException {
        Rows.requireUsable(x, y);
        double distance = rootMeanSquareDistance(x);
        if (distance == 0 || Arrays.stream(y).allMatch(v -> v == y[0])) {
            double mean = Arrays.stream(y).average().orElseThrow();
            return queries -> {
                double[] predictions = new double[queries.length];
                Arrays.fill(predictions, mean);
                return predictions;
            };
        }
        try {
            OpenBlas.useOneThread();
            Candidate best = search(x, y, distance);
            return new KernelSum(best.smile(x, y));
        } catch (LinkageError e) { // thrown by Smile's static initialisers
            throw new IllegalStateException(
                    "The Gaussian process needs the native library OpenBLAS, which Smile opens as libopenblas.so: start"
                            + " the notebook with ./run-notebook, which provides it, or put the folder that holds"
                            + " libopenblas.so on LD_LIBRARY_PATH before Java starts (Regressor.boosting() needs no"
                            + " native library).",
                    e);
        }
    }

    /// The hyperparameters of the highest marginal likelihood: the best point of a coarse grid, then the best
    /// of its neighbours on a finer one, for as long as that climbs. Smile's own search holds the signal's
    /// variance at that of `y`, which ranks held-out proxies worse.
    private static Candidate search(double[][] x, double[] y, double distance) throws InterruptedException {
        List<Candidate> grid = new ArrayList<>();
        for (double lengthScale : LENGTH_SCALES) {
            for (double noise : NOISES) {
                grid.add(Candidate.of(x, y, lengthScale * distance, noise));
            }
        }
        Candidate best = Collections.max(grid);
        while (true) {
            List<Candidate> neighbours = new ArrayList<>();
            for (double stretch : STRETCHES) {
                for (double loudness : LOUDNESSES) {
                    neighbours.add(Candidate.of(x, y, best.lengthScale * stretch, best.noise * loudness));
                }
            }
            Candidate neighbour = Collections.max(neighbours);
            if (!(neighbour.logLikelihood > best.logLikelihood + CLIMB)) {
                return best;
            }
            best = neighbour;
        }
    }

    private static double rootMeanSquareDistance(double[][] x) {
        double sum = 0;
        for (int j = 0; j < x[0].length; j++) {
            int feature = j;
            double mean =
                    Arrays.stream(x).mapToDouble(row -> row[feature]).average().orElseThrow();
            sum += Arrays.stream(x)
                    .mapToDouble(row -> (row[feature] - mean) * (row[feature] - mean))
                    .average()
                    .orElseThrow();
        }
        return Math.sqrt(2 * sum);
    }

    private record Candidate(double lengthScale, double noise, double logLikelihood) implements Comparable<Candidate> {

        static Candidate of(double[][] x, double[] y, double lengthScale, double noise) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("fitting the Gaussian process");
            }
            Candidate candidate = new Candidate(lengthScale, noise, Double.NEGATIVE_INFINITY);
            GaussianProcessRegression<double[]> process;
            try {
                process = candidate.smile(x, y);
            } catch (ArithmeticException e) { // the kernel matrix is not positive definite
                return candidate;
            }
            // Smile's likelihood is that of a signal of variance 1; this one is of the best variance.
            int n = y.length;
            double fit = 0;
            for (int i = 0; i < n; i++) {
                fit += process.w.get(i) * (y[i] - process.mean) / process.sd;
            }
            double logDeterminant = -2 * process.L - fit - n * Math.log(2 * Math.PI);
            double likelihood = -0.5 * (n * Math.log(fit / n) + logDeterminant);
            return Double.isNaN(likelihood) ? candidate : new Candidate(lengthScale, noise, likelihood);
        }

        @Override
        public int compareTo(Candidate other) {
            return Double.compare(logLikelihood, other.logLikelihood);
        }

        GaussianProcessRegression<double[]> smile(double[][] x, double[] y) {
            return GaussianProcessRegression.fit(
                    x, y, new GaussianKernel(lengthScale), new GaussianProcessRegression.Options(noise, true));
        }
    }

    /// The process's mean: a weighted sum of kernels around the rows. Smile's own goes through an interface and
    /// native memory for every term, several times slower.
    static final class KernelSum implements Regression {

        private final double[] centres; // [rows * features]
        private final double[] weights; // [rows]
        private final double halfPrecision;
        private final double mean;

        KernelSum(GaussianProcessRegression<double[]> process) {
            centres = Arrays.stream(process.regressors)
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            weights = new double[process.regressors.length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = process.w.get(i) * process.sd;
            }
            double lengthScale = ((GaussianKernel) process.kernel).scale();
            halfPrecision = 0.5 / (lengthScale * lengthScale);
            mean = process.mean;
        }

        @Override
        public double[] predict(double[][] x) {
            double[] predictions = new double[x.length];
            IntStream.range(0, x.length).parallel().forEach(i -> predictions[i] = predict(x[i]));
            return predictions;
        }

        private double predict(double[] query) {
            double sum = mean;
            for (int i = 0, c = 0; i < weights.length; i++) {
                double squares = 0;
                for (double q : query) {
                    double difference = q - centres[c++];
                    squares += difference * difference;
                }
                sum += weights[i] * Math.exp(-squares * halfPrecision);
            }
            return sum;
        }
    }
}
