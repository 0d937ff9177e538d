package io.regmixd.regression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The mean of several regressions; see [Regressor#stack].
record Average(String name, List<Regressor> of) implements Regressor {

    Average {
        of = List.copyOf(of);
        if (of.isEmpty()) {
            throw new IllegalArgumentException("the stack " + name + " is of no regressors: name at least one");
        }
    }

    @Override
    public Regression fit(Rows x, double[] y, long seed) throws InterruptedException {
        List<Regression> fitted = new ArrayList<>();
        for (Regressor regressor : of) {
            fitted.add(regressor.fit(x, y, seed));
        }
        return new Mean(fitted);
    }

    private record Mean(List<Regression> of) implements Regression {

        @Override
        public double[] predict(Rows x) {
            return mean(of.stream().map(regression -> regression.predict(x)).toList());
        }

        @Override
        public Optional<double[]> deviations(Rows x) {
            return all(regression -> regression.deviations(x)).map(Mean::mean);
        }

        @Override
        public Optional<double[]> errors(Rows x) {
            return all(regression -> regression.errors(x)).map(Mean::mean);
        }

        @Override
        public Optional<Regression> believing(Rows x) {
            return all(regression -> regression.believing(x)).map(Mean::new);
        }

        /// What every one of them knows; empty where one does not.
        private <T> Optional<List<T>> all(Function<Regression, Optional<T>> what) {
            List<T> known = of.stream()
                    .flatMap(regression -> what.apply(regression).stream())
                    .toList();
            return known.size() == of.size() ? Optional.of(known) : Optional.empty();
        }

        private static double[] mean(List<double[]> some) {
            double[] mean = new double[some.getFirst().length];
            for (double[] each : some) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += each[i] / some.size();
                }
            }
            return mean;
        }
    }
}
