package io.regmixd.regression;

import io.regmixd.regression.gp.GaussianProcess;
import java.util.List;

/// A way to fit a regression of one number on rows, of which each regressor takes the view that suits it.
///
/// A regressor of one's own is a lambda, `(x, y, seed) -> queries -> ...`, that looks at `x.scaled()`.
/// [#standard()] is the one to start with; why it is, and how the others compare on published runs, is in
/// docs/regression.md.
@FunctionalInterface
public interface Regressor {

    /// @param x    at least two rows, finite numbers; whole runs, stages or rows of one's own, see [Rows]
    /// @param y    one finite number a row; of whole runs the logarithm of a loss
    /// @param seed fixes whatever is random; the same input gives the same regression on any thread
    /// @throws IllegalArgumentException if there are fewer than two rows, the counts differ, or a number is not
    ///                                  finite
    /// @throws InterruptedException if the thread is interrupted meanwhile
    Regression fit(Rows x, double[] y, long seed) throws InterruptedException;

    /// What tables and plots call it.
    default String name() {
        return "custom";
    }

    /// The library's own choice. On whole runs, as in a [MixtureLossModel], it is the mean of
    /// [#gaussianProcess()] and [#lawProcess()], which won on training runs alone. Elsewhere, as in a
    /// [TransitionModel], there is no law, and it is [#gaussianProcess()]. Needs OpenBLAS, as they do.
    static Regressor standard() {
        return new Standard();
    }

    /// Gaussian process regression (Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006)
    /// with a Gaussian kernel and one length scale per feature, so the features' scales do not matter. Length
    /// scales, signal and noise are those of the highest posterior density: the marginal likelihood times a
    /// wide normal prior on their logarithms, climbed along its gradient.
    ///
    /// The fit's time grows with the cube of the rows: milliseconds for 50, a second or two for 500. Of more
    /// than 512 rows, 512 drawn at random decide the length scales.
    ///
    /// Its linear algebra is native: fitting throws an [IllegalStateException] that says what to do where
    /// OpenBLAS cannot be found. It sets OpenBLAS to one thread.
    static Regressor gaussianProcess() {
        return new GaussianProcess(false);
    }

    /// A Gaussian process about a law: the logarithm of the loss falls with the logarithm of a weighted sum of
    /// the mixture's weights, `c - a log(1 + v · w)` with `a` and `v` positive, and the process, on the
    /// logarithms of the weights, describes what the law leaves over. Law and process are fitted in one, as
    /// [#gaussianProcess()] is. On rows that are not whole runs there is no law, and it is [#gaussianProcess()].
    static Regressor lawProcess() {
        return new GaussianProcess(true);
    }

    /// The mean of several regressions. It knows its uncertainty where all of them do: the mean of their
    /// deviations, as if they erred together.
    ///
    /// @param name what tables call it
    /// @param of   at least one
    static Regressor stack(String name, List<Regressor> of) {
        return new Average(name, of);
    }

    /// Gradient tree boosting with squared loss (Friedman, *Stochastic Gradient Boosting*, 1999), by Smile: 500
    /// trees of at most 8 leaves and depth 4, learning rate 0.05, each tree on a random half of the rows. A
    /// leaf holds at least rows / 64 of them, between 1 and 20. Predictions are Smile's to the bit, by an
    /// evaluator of our own that is many times faster.
    ///
    /// On RegMix's published runs these settings rank the objective better than RegMix's settings in the same
    /// library do, from 48 proxies to 512. Trees do not extrapolate: no prediction lies outside the losses that
    /// were seen. Needs no native library.
    static Regressor boosting() {
        return new Boosting();
    }

    /// A random forest (Breiman, *Random Forests*, 2001), by Smile: 500 trees on bootstrap samples, a third of
    /// the features tried at each split, leaves of at least 2 rows. Needs no native library.
    static Regressor randomForest() {
        return new Forest();
    }

    /// LightGBM as RegMix's published notebook sets it: 1,000 rounds, learning rate 0.01, 31 leaves, at least 20
    /// rows a leaf, seed 42, on the bare weights and losses. Below 40 rows no split is allowed and it predicts a
    /// constant. The notebook also stops early on its test set; this does not.
    ///
    /// Its native library comes with the artifact and needs the system's `libgomp.so.1`. The seed of the fit is
    /// not used: nothing is random with these settings.
    static Regressor lightGbm() {
        return new LightGbm();
    }

    /// Ridge regression on all features, their squares and their products. The penalty has the lowest
    /// leave-one-out error of a grid. Needs OpenBLAS.
    static Regressor ridge() {
        return new QuadraticRidge();
    }

    /// The data mixing law (Ye et al., *Data Mixing Laws*, arXiv 2403.16952, equation 6): the loss is
    /// `c + exp(b + t · w)`, by least squares. Rows that are not whole runs it takes for the weights, and `y`
    /// for the loss.
    static Regressor mixingLaw() {
        return new MixingLaw();
    }
}
