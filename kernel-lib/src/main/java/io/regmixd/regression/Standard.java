package io.regmixd.regression;

import java.util.List;

/// See [Regressor#standard()].
record Standard() implements Regressor {

    @Override
    public String name() {
        return "Gaussian processes";
    }

    /// Where there is no law, the mean would be of one process with itself.
    @Override
    public Regression fit(Rows x, double[] y, long seed) throws InterruptedException {
        Regressor process = Regressor.gaussianProcess();
        return (x.areRuns() ? Regressor.stack(name(), List.of(process, Regressor.lawProcess())) : process)
                .fit(x, y, seed);
    }
}
