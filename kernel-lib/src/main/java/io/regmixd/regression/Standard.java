package io.regmixd.regression;

import java.util.List;

/// See [Regressor#standard()].
record Standard() implements Regressor {

    @Override
    public String name() {
        return "standard";
    }

    /// Without mixtures there is no law, and the mean would be of one process with itself.
    @Override
    public Regression fit(double[][] x, double[] y, long seed) throws InterruptedException {
        return Regressor.gaussianProcess().fit(x, y, seed);
    }

    @Override
    public Regression fitMixtures(double[][] x, int domains, double[] y, long seed) throws InterruptedException {
        return Regressor.stack(name(), List.of(Regressor.gaussianProcess(), Regressor.lawProcess()))
                .fitMixtures(x, domains, y, seed);
    }
}
