package io.regmixd.regression;

import java.util.Arrays;
import java.util.stream.IntStream;
import smile.data.DataFrame;
import smile.data.formula.Formula;
import smile.math.MathEx;
import smile.model.cart.Loss;
import smile.regression.GradientTreeBoost;

/// Smile's gradient tree boosting; see [Regressor#boosting()].
record Boosting() implements Regressor {

    private static final int TREES = 500;
    private static final double LEARNING_RATE = 0.05;
    private static final int DEPTH = 4;
    private static final int LEAVES = 8;
    private static final double SUBSAMPLE = 0.5;
    private static final String TARGET = "target";

    @Override
    public String name() {
        return "boosting";
    }

    /// On the bare weights: a tree cares for their order only.
    @Override
    public Regression fit(Rows x, double[] y, long seed) {
        x.requireUsable(y);
        FlatTrees trees = flat(smile(x.bare(), y, seed), y);
        return queries -> trees.predict(queries.bare());
    }

    /// What Smile fits.
    static GradientTreeBoost smile(double[][] x, double[] y, long seed) {
        // Smile's generator belongs to the thread: seeded anywhere else, it might be another one.
        MathEx.setSeed(seed);
        return GradientTreeBoost.fit(
                formula(),
                frame(x, y),
                new GradientTreeBoost.Options(
                        Loss.ls(), TREES, DEPTH, LEAVES, leafSize(x.length), LEARNING_RATE, SUBSAMPLE, null, null));
    }

    /// The same predictions, to the bit.
    static FlatTrees flat(GradientTreeBoost trees, double[] y) {
        return FlatTrees.of(trees.trees(), Loss.ls().intercept(y.clone()), LEARNING_RATE);
    }

    /// Features and target under Smile's names.
    static DataFrame frame(double[][] x, double[] y) {
        int features = x[0].length;
        String[] names = IntStream.rangeClosed(0, features)
                .mapToObj(i -> i < features ? "x" + i : TARGET)
                .toArray(String[]::new);
        double[][] rows = IntStream.range(0, x.length)
                .mapToObj(i -> {
                    double[] row = Arrays.copyOf(x[i], features + 1);
                    row[features] = y[i];
                    return row;
                })
                .toArray(double[][]::new);
        return DataFrame.of(rows, names);
    }

    static Formula formula() {
        return Formula.lhs(TARGET);
    }

    static int leafSize(int rows) {
        return Math.clamp(rows / 64, 1, 20);
    }
}
