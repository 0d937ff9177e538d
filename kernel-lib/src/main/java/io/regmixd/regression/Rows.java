package io.regmixd.regression;

import io.regmixd.mixture.Mixture;
import java.util.Arrays;

/// What regressions are fitted on: which runs, and a mixture as features.
public final class Rows {

    private static final double LEAST_WEIGHT = 1e-3; // weights far below it count as none
    private static final double LARGEST_LOG = Math.log1p(1 / LEAST_WEIGHT);
    private static final double OWN_SCALE = 2; // the roots of the other weights vary by less, and matter less

    private Rows() {}

    /// The mixture as features for the loss of one domain, with room for `more` features behind: the square
    /// roots of the weights, whose distance is Hellinger's, so that rare domains count, and the logarithm of
    /// the domain's own weight, from 0 for no weight to 2 for all of it, because a loss falls steeply with the
    /// first tokens of its own domain.
    static double[] features(Mixture mixture, int domain, int more) {
        int domains = mixture.size();
        double[] features = new double[domains + 1 + more];
        for (int d = 0; d < domains; d++) {
            features[d] = Math.sqrt(mixture.weight(d));
        }
        features[domains] = OWN_SCALE * Math.log1p(mixture.weight(domain) / LEAST_WEIGHT) / LARGEST_LOG;
        return features;
    }

    /// The mixture as features that serve every domain, as [Regressor#fitMixtures] describes them: the square
    /// roots of the weights, then their logarithms.
    static double[] features(Mixture mixture) {
        int domains = mixture.size();
        double[] features = new double[2 * domains];
        for (int d = 0; d < domains; d++) {
            features[d] = Math.sqrt(mixture.weight(d));
            features[domains + d] = Math.log(1 + mixture.weight(d) / LEAST_WEIGHT) / LARGEST_LOG;
        }
        return features;
    }

    /// The weights behind such features, and the state behind them.
    static double[][] weights(double[][] features, int domains) {
        double[][] weights = new double[features.length][];
        Arrays.parallelSetAll(weights, i -> weights(features[i], domains));
        return weights;
    }

    private static double[] weights(double[] features, int domains) {
        double[] weights = Arrays.copyOf(features, features.length - domains);
        for (int d = 0; d < domains; d++) {
            weights[d] = features[d] * features[d];
        }
        System.arraycopy(features, 2 * domains, weights, domains, features.length - 2 * domains);
        return weights;
    }

    /// @throws IllegalArgumentException as [Regressor#fit] says
    public static void requireUsable(double[][] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(x.length + " rows of features for " + y.length + " values to predict");
        }
        if (x.length < 2) {
            throw new IllegalArgumentException("a regression needs at least 2 rows, got " + x.length);
        }
        for (int i = 0; i < x.length; i++) {
            if (x[i].length != x[0].length || x[i].length == 0) {
                throw new IllegalArgumentException(
                        "row " + i + " has " + x[i].length + " features, row 0 has " + x[0].length);
            }
            if (!Double.isFinite(y[i]) || !Arrays.stream(x[i]).allMatch(Double::isFinite)) {
                throw new IllegalArgumentException("row " + i + " holds a number that is not finite");
            }
        }
    }
}
