package io.regmixd.regression;

/// A way to fit a regression of one number on a row of features.
///
/// A regressor of one's own is a lambda; [#boosting()] and [#gaussianProcess()] are the two that come with the
/// library.
@FunctionalInterface
public interface Regressor {

    /// @param x    shape `[rows][features]`, finite
    /// @param y    one finite number a row
    /// @param seed fixes whatever is random; the same input gives the same regression on any thread
    /// @throws IllegalArgumentException if there are fewer than two rows, the counts differ, or a number is not
    ///                                  finite
    /// @throws InterruptedException if the thread is interrupted meanwhile
    Regression fit(double[][] x, double[] y, long seed) throws InterruptedException;

    /// What tables and plots call it.
    default String name() {
        return "custom";
    }

    /// Gradient tree boosting with squared loss (Friedman, *Stochastic Gradient Boosting*, 1999), by Smile: 500
    /// trees of at most 8 leaves and depth 4, learning rate 0.05, each tree on a random half of the rows. A
    /// leaf holds at least rows / 64 of them, between 1 and 20.
    ///
    /// RegMix and RegMix-D use LightGBM with its default of 20 rows a leaf, which predicts a constant for fewer
    /// than 40 rows. On RegMix's published runs these settings rank the objective better than RegMix's settings
    /// in the same library do, from 48 proxies to 512.
    ///
    /// Trees do not extrapolate: no prediction lies outside the losses that were seen. Needs no native library.
    static Regressor boosting() {
        return new Boosting();
    }

    /// Gaussian process regression (Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006),
    /// by Smile: a Gaussian kernel with one length scale for all features, so the features' scales matter; the
    /// mean of `y` far from all rows. Length scale and noise maximise the marginal likelihood, with the
    /// signal's variance profiled out.
    ///
    /// The better choice with few proxies. The fit's time grows with the cube of the rows: a hundredth of a
    /// second for 50, half a second for 500, ten seconds for 2,500.
    ///
    /// Its linear algebra is native: fitting throws an [IllegalStateException] that says what to do where
    /// OpenBLAS cannot be found. It sets OpenBLAS to one thread.
    static Regressor gaussianProcess() {
        return new GaussianProcess();
    }
}
