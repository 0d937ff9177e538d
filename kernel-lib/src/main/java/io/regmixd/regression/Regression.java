package io.regmixd.regression;

/// A fitted regression of one number on a row of features.
@FunctionalInterface
public interface Regression {

    /// The predictions for `x`, shape `[rows][features]` with the features of the fit; one number a row, in
    /// order. Runs on all cores, and a row's prediction depends neither on their number nor on the other rows.
    double[] predict(double[][] x);
}
