package io.regmixd.regression.gp;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/// What a Gaussian process varies about, in standard deviations of its target: nothing, or the law
/// `c - a log(1 + v · weights)` with `a` and `v` positive.
///
/// A row begins with the square roots of the weights.
///
/// @param domains how many weights the mixture has; 0 for no law
record Trend(int domains) {

    // Normal priors, for a target of mean 0 and variance 1; the logarithms of a and v, not they themselves.
    private static final double[] INTERCEPT = {1.5, 1};
    private static final double[] LOG_STEEPNESS = {Math.log(0.7), 1};
    private static final double[] LOG_HELP = {1.5, 1.5};

    /// How many parameters: `c, log a, log v`.
    int size() {
        return domains == 0 ? 0 : 2 + domains;
    }

    /// Mean (0) or standard deviation (1) of a parameter's prior.
    double prior(int parameter, int which) {
        double[] prior = switch (parameter) {
            case 0 -> INTERCEPT;
            case 1 -> LOG_STEEPNESS;
            default -> LOG_HELP;
        };
        return prior[which];
    }

    /// The law's value for a row.
    ///
    /// @param p        parameters, the first [#size()] of them
    /// @param gradient filled with the derivatives by the parameters
    double at(double[] p, double[] row, double[] gradient) {
        if (domains == 0) {
            return 0;
        }
        double sum = 1;
        for (int d = 0; d < domains; d++) {
            gradient[2 + d] = Math.exp(p[2 + d]) * row[d] * row[d];
            sum += gradient[2 + d];
        }
        double steepness = Math.exp(p[1]);
        double fall = steepness * Math.log(sum);
        gradient[0] = 1;
        gradient[1] = -fall;
        for (int d = 0; d < domains; d++) {
            gradient[2 + d] *= -steepness / sum;
        }
        return p[0] - fall;
    }

    /// The law with these parameters, a function of a row.
    ToDoubleFunction<double[]> with(double[] p) {
        if (domains == 0) {
            return row -> 0;
        }
        double[] help = Arrays.stream(p, 2, 2 + domains).map(Math::exp).toArray();
        double steepness = Math.exp(p[1]);
        return row -> {
            double sum = 1;
            for (int d = 0; d < domains; d++) {
                sum += help[d] * row[d] * row[d];
            }
            return p[0] - steepness * Math.log(sum);
        };
    }
}
