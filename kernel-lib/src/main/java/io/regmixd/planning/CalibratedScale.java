package io.regmixd.planning;

import io.regmixd.trajectory.Trajectory;

/// See [ScaleMap#calibrated()].
record CalibratedScale() implements ScaleMap {

    /// Pulls the slope towards 1, as strongly as this much variance of the logarithms would: one domain after
    /// one stage says nothing about a slope.
    private static final double PRIOR = 0.01;

    @Override
    public double[] toProxies(Trajectory soFar, double[][] expected) {
        int stages = soFar.rows() - 1;
        int domains = expected[0].length;
        double count = (double) stages * domains;
        double seenMean = 0;
        double expectedMean = 0;
        for (int s = 1; s <= stages; s++) {
            for (int d = 0; d < domains; d++) {
                seenMean += Math.log(soFar.loss(s, d)) / count;
                expectedMean += Math.log(expected[s][d]) / count;
            }
        }
        double variance = PRIOR;
        double covariance = PRIOR;
        for (int s = 1; s <= stages; s++) {
            for (int d = 0; d < domains; d++) {
                double seen = Math.log(soFar.loss(s, d)) - seenMean;
                variance += seen * seen / count;
                covariance += seen * (Math.log(expected[s][d]) - expectedMean) / count;
            }
        }
        double[] mapped = new double[domains];
        for (int d = 0; d < domains; d++) {
            mapped[d] = Math.exp(expectedMean + covariance / variance * (Math.log(soFar.loss(stages, d)) - seenMean));
        }
        return mapped;
    }
}
