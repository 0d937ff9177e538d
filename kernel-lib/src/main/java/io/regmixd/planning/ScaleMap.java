package io.regmixd.planning;

import io.regmixd.trajectory.Trajectory;

/// From the losses that a target shows to those that a proxy would show in its place, which is what a model
/// that was fitted on proxies must be asked with.
@FunctionalInterface
public interface ScaleMap {

    /// @param soFar    what the target showed, after at least one stage
    /// @param expected what the model predicts for a proxy that trains on the same mixtures, from the untrained
    ///                 losses on; shape `[stages of soFar + 1][domains]`, nats per token
    /// @return the losses after the last stage of `soFar` at the proxies' size, positive, one per domain
    double[] toProxies(Trajectory soFar, double[][] expected);

    /// For a target of the proxies' own size: its losses as they are.
    static ScaleMap none() {
        return (soFar, expected) -> soFar.losses(soFar.rows() - 1);
    }

    /// The paper's (arXiv 2606.18663, Algorithm 2): losses times a power of the ratio of the models' sizes. The
    /// paper has an exponent of 0.05 for a ratio of 1,000, which is a factor of 1.41.
    ///
    /// @param sizes    parameters of the target over those of a proxy, positive
    /// @param exponent the paper tried 0.01 to 0.10
    static ScaleMap power(double sizes, double exponent) {
        if (!(sizes > 0) || !Double.isFinite(sizes * exponent)) {
            throw new IllegalArgumentException("a target of " + sizes + " times the proxies' size and an exponent of "
                    + exponent + ": expected a positive ratio and a finite exponent");
        }
        double factor = Math.pow(sizes, exponent);
        return (soFar, expected) -> {
            double[] losses = soFar.losses(soFar.rows() - 1);
            for (int d = 0; d < losses.length; d++) {
                losses[d] *= factor;
            }
            return losses;
        };
    }

    /// Learnt from the target itself: a power law from its losses to the expected ones of a proxy, `log proxy =
    /// a + b log target`, fitted by least squares on all domains and on all its stages so far. Where the target
    /// has learnt a domain better than the others, compared to what was expected of its mixtures, that is kept.
    static ScaleMap calibrated() {
        return new CalibratedScale();
    }
}
