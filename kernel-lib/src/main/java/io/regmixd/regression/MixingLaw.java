package io.regmixd.regression;

import java.util.Arrays;

/// The data mixing law; see [Regressor#mixingLaw()].
record MixingLaw() implements Regressor {

    private static final int ITERATIONS = 500;
    private static final double GAIN = 1e-9;
    // Several domains' weights sum to one, so only a small penalty tells b from a shift of all of t.
    private static final double PENALTY = 1e-4; // of squared parameters, beside the mean squared error in variances

    @Override
    public String name() {
        return "mixing law";
    }

    @Override
    public Regression fit(Rows x, double[] y, long seed) throws InterruptedException {
        x.requireUsable(y);
        if (!x.areRuns()) {
            return fit(x.bare(), y)::of;
        }
        double[] losses = Arrays.stream(y).map(Math::exp).toArray();
        double lowest = Arrays.stream(losses).min().orElseThrow() / 2; // a law may fall below 0, a loss may not
        Law law = fit(x.bare(), losses);
        return queries -> Arrays.stream(law.of(queries))
                .map(loss -> Math.log(Math.max(loss, lowest)))
                .toArray();
    }

    /// The law with its parameters.
    @FunctionalInterface
    private interface Law {
        double[] of(Rows queries);
    }

    private static Law fit(double[][] x, double[] y) throws InterruptedException {
        int features = x[0].length;
        double mean = Arrays.stream(y).average().orElseThrow();
        double variance =
                Arrays.stream(y).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double deviation = variance > 0 ? Math.sqrt(variance) : 1;
        double[] start = new double[2 + features]; // c, b in deviations from the mean; t
        start[0] = -2;
        start[1] = Math.log(2);
        double[] fitted = Lbfgs.minimise(
                (p, gradient) -> {
                    if (Thread.interrupted()) {
                        throw new InterruptedException("fitting the mixing law");
                    }
                    Arrays.fill(gradient, 0);
                    double error = 0;
                    for (int i = 0; i < x.length; i++) {
                        double power = power(p, x[i]);
                        double missed = (p[0] + power - (y[i] - mean) / deviation) / x.length;
                        error += missed * missed * x.length / 2;
                        gradient[0] += missed;
                        gradient[1] += missed * power;
                        for (int j = 0; j < features; j++) {
                            gradient[2 + j] += missed * power * x[i][j];
                        }
                    }
                    for (int k = 0; k < p.length; k++) {
                        error += PENALTY / 2 * (p[k] - start[k]) * (p[k] - start[k]);
                        gradient[k] += PENALTY * (p[k] - start[k]);
                    }
                    return error;
                },
                start,
                ITERATIONS,
                GAIN);
        return queries -> Arrays.stream(queries.bare())
                .mapToDouble(row -> mean + deviation * (fitted[0] + power(fitted, row)))
                .toArray();
    }

    private static double power(double[] p, double[] row) {
        double exponent = p[1];
        for (int j = 0; j < row.length; j++) {
            exponent += p[2 + j] * row[j];
        }
        return Math.exp(exponent);
    }
}
