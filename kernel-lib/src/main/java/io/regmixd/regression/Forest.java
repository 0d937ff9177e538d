package io.regmixd.regression;

import java.util.Arrays;
import java.util.Random;
import smile.regression.RandomForest;

/// Smile's random forest; see [Regressor#randomForest()].
record Forest() implements Regressor {

    private static final int TREES = 500;
    private static final int DEPTH = 30;
    private static final int LEAF_SIZE = 2;

    @Override
    public String name() {
        return "random forest";
    }

    /// On the bare weights: a tree cares for their order only.
    @Override
    public Regression fit(Rows x, double[] y, long seed) {
        x.requireUsable(y);
        FlatTrees trees = FlatTrees.of(smile(x.bare(), y, seed).trees(), 0, 1);
        return queries -> Arrays.stream(trees.predict(queries.bare()))
                .map(sum -> sum / TREES)
                .toArray();
    }

    /// What Smile fits.
    static RandomForest smile(double[][] x, double[] y, long seed) {
        long[] seeds = new Random(seed).longs(TREES).toArray(); // a tree's randomness depends on no thread
        return RandomForest.fit(
                Boosting.formula(),
                Boosting.frame(x, y),
                new RandomForest.Options(
                        TREES, Math.max(1, x[0].length / 3), DEPTH, x.length, LEAF_SIZE, 1, seeds, null));
    }
}
