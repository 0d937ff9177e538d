package io.regmixd.regression;

import java.util.Arrays;
import java.util.stream.IntStream;
import smile.data.DataFrame;
import smile.data.Tuple;
import smile.data.formula.Formula;
import smile.data.type.StructType;
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

    @Override
    public Regression fit(double[][] x, double[] y, long seed) {
        Rows.requireUsable(x, y);
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
        DataFrame frame = DataFrame.of(rows, names);
        StructType schema = frame.schema();
        // Smile's generator belongs to the thread: seeded anywhere else, it might be another one.
        MathEx.setSeed(seed);
        GradientTreeBoost trees = GradientTreeBoost.fit(
                Formula.lhs(TARGET),
                frame,
                new GradientTreeBoost.Options(
                        Loss.ls(), TREES, DEPTH, LEAVES, leafSize(x.length), LEARNING_RATE, SUBSAMPLE, null, null));
        return queries -> {
            double[] predictions = new double[queries.length];
            IntStream.range(0, queries.length)
                    .parallel()
                    .forEach(i -> predictions[i] = trees.predict(new Row(schema, queries[i])));
            return predictions;
        };
    }

    static int leafSize(int rows) {
        return Math.clamp(rows / 64, 1, 20);
    }

    /// A row of features as Smile wants it, without the copy and the boxes of its own tuples.
    @SuppressWarnings("serial") // it is never written
    private static final class Row implements Tuple {

        private final StructType schema;
        private final double[] values;

        Row(StructType schema, double[] values) {
            this.schema = schema;
            this.values = values;
        }

        @Override
        public StructType schema() {
            return schema;
        }

        @Override
        public Object get(int i) {
            return values[i];
        }

        @Override
        public double getDouble(int i) {
            return values[i];
        }
    }
}
