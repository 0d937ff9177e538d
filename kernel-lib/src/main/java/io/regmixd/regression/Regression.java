package io.regmixd.regression;

import java.util.Optional;

/// A fitted regression of one number on rows.
@FunctionalInterface
public interface Regression {

    /// The predictions for `x`, rows of the same kind as those of the fit; one number per row, in order. Runs on
    /// all cores, and a row's prediction depends neither on their number nor on the other rows.
    double[] predict(Rows x);

    /// How sure it is: the standard deviations of measured values about the predictions, noise included, one a
    /// row, in order; empty for a regression that does not know, which is any but a Gaussian process or a stack
    /// of them. Takes longer than the predictions, in proportion to the rows that were fitted.
    default Optional<double[]> deviations(Rows x) {
        return Optional.empty();
    }

    /// How sure it is of the predictions themselves: as [#deviations], but without the noise of a measured
    /// value, so that more measured values make it as small as one likes.
    default Optional<double[]> errors(Rows x) {
        return Optional.empty();
    }

    /// This regression as if it had also been fitted on its own predictions at `x`, everything else as it
    /// was: the same predictions, smaller [#errors] near `x`. It tells what measuring there would teach
    /// before anything is measured (the *Kriging believer* of Ginsbourger, Le Riche and Carraro, 2010).
    ///
    /// @param x one row
    /// @return empty where [#errors] is
    default Optional<Regression> believing(Rows x) {
        return Optional.empty();
    }
}
