package io.regmixd.regression;

import java.util.Arrays;
import java.util.stream.IntStream;
import smile.data.Tuple;
import smile.data.type.StructType;
import smile.model.cart.InternalNode;
import smile.model.cart.Node;
import smile.model.cart.OrdinalNode;
import smile.model.cart.RegressionNode;
import smile.regression.RegressionTree;

/// The sum of regression trees, laid out in arrays: a node is an index, its children are two more, a leaf is its
/// own child. Descending is the same few instructions for every row, without objects, calls and boxes.
final class FlatTrees {

    private static final int LANES =
            32; // rows descending at once: their waits for memory overlap, and a tree stays in the cache

    private final double start;
    private final int[] roots;
    private final int[] depths;
    private final int[] features; // [nodes]
    private final double[] thresholds; // [nodes], a leaf's value
    private final int[] children; // [nodes * 2]: where the feature is at most the threshold, and where it is not

    private FlatTrees(double start, int[] roots, int[] depths, int[] features, double[] thresholds, int[] children) {
        this.start = start;
        this.roots = roots;
        this.depths = depths;
        this.features = features;
        this.thresholds = thresholds;
        this.children = children;
    }

    /// Smile's trees.
    ///
    /// @param start  what the sum begins with
    /// @param factor of each tree's value
    static FlatTrees of(RegressionTree[] trees, double start, double factor) {
        Growing growing = new Growing(trees.length);
        for (RegressionTree tree : trees) {
            growing.root(growing.add(tree.root(), factor), tree.root().depth() - 1); // Smile counts the leaf
        }
        return growing.trees(start);
    }

    /// One number a row, on all cores.
    ///
    /// @param x finite
    double[] predict(double[][] x) {
        double[] sums = new double[x.length];
        IntStream.range(0, (x.length + LANES - 1) / LANES)
                .parallel()
                .forEach(block -> predict(x, block * LANES, Math.min(x.length, (block + 1) * LANES), sums));
        return sums;
    }

    private void predict(double[][] x, int from, int to, double[] sums) {
        int[] nodes = new int[LANES];
        int width = x[from].length;
        double[] rows = new double[LANES * width];
        for (int lane = 0; lane < to - from; lane++) {
            System.arraycopy(x[from + lane], 0, rows, lane * width, width);
        }
        double[] sum = new double[LANES];
        Arrays.fill(sum, start);
        for (int tree = 0; tree < roots.length; tree++) {
            descendRoot(roots[tree], rows, width, nodes);
            for (int depth = depths[tree]; depth > 1; depth--) {
                for (int lane = 0, row = 0; lane < LANES; lane++, row += width) {
                    int node = nodes[lane];
                    nodes[lane] = children[2 * node + above(rows[row + features[node]], thresholds[node])];
                }
            }
            for (int lane = 0; lane < LANES; lane++) {
                sum[lane] += thresholds[nodes[lane]];
            }
        }
        System.arraycopy(sum, 0, sums, from, to - from);
    }

    /// The first step, which looks at the same node in all lanes; a tree of a leaf alone stays there.
    private void descendRoot(int root, double[] rows, int width, int[] nodes) {
        int feature = features[root];
        double threshold = thresholds[root];
        int atMost = children[2 * root];
        int above = children[2 * root + 1];
        for (int lane = 0, row = feature; lane < LANES; lane++, row += width) {
            nodes[lane] = above(rows[row], threshold) == 0 ? atMost : above;
        }
    }

    /// 1 where the number is above the threshold, else 0: the sign of their difference, without a branch.
    private static int above(double number, double threshold) {
        return (int) (Double.doubleToRawLongBits(threshold - number) >>> 63);
    }

    /// The arrays while they grow.
    static final class Growing {

        private final int[] roots;
        private final int[] depths;
        private int trees;
        private int nodes;
        private int[] features = new int[1024];
        private double[] thresholds = new double[1024];
        private int[] children = new int[2048];

        Growing(int trees) {
            roots = new int[trees];
            depths = new int[trees];
        }

        /// Ends a tree.
        void root(int node, int depth) {
            roots[trees] = node;
            depths[trees++] = depth;
        }

        int leaf(double value) {
            int leaf = node(0, value);
            children[2 * leaf] = leaf;
            children[2 * leaf + 1] = leaf;
            return leaf;
        }

        /// @param atMost the child where the feature is at most the threshold
        int split(int feature, double threshold, int atMost, int above) {
            int split = node(feature, threshold);
            children[2 * split] = atMost;
            children[2 * split + 1] = above;
            return split;
        }

        FlatTrees trees(double start) {
            return new FlatTrees(start, roots, depths, features, thresholds, children);
        }

        private int add(Node node, double factor) {
            return switch (node) {
                case RegressionNode leaf -> leaf(factor * leaf.output());
                case InternalNode split ->
                    split(
                            split.feature(),
                            threshold((OrdinalNode) split),
                            add(split.trueChild(), factor),
                            add(split.falseChild(), factor));
                default -> throw new IllegalArgumentException("a tree with a node of " + node.getClass());
            };
        }

        private int node(int feature, double threshold) {
            if (nodes == features.length) {
                features = Arrays.copyOf(features, 2 * nodes);
                thresholds = Arrays.copyOf(thresholds, 2 * nodes);
                children = Arrays.copyOf(children, 4 * nodes);
            }
            features[nodes] = feature;
            thresholds[nodes] = threshold;
            return nodes++;
        }

        /// Smile keeps the threshold to itself, but says which side a row falls on: the largest number that
        /// falls on the first side, found by halving the range of all finite numbers in their order.
        private static double threshold(OrdinalNode split) {
            Probe probe = new Probe();
            long low = ordered(-Double.MAX_VALUE);
            long high = ordered(Double.MAX_VALUE);
            while (low < high) {
                long middle = low + (high - low + 1) / 2 + ((high - low) < 0 ? Long.MIN_VALUE : 0);
                probe.value = Double.longBitsToDouble(bits(middle));
                if (split.branch(probe)) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return Double.longBitsToDouble(bits(low));
        }

        /// The number's place in the order of all numbers, and back.
        private static long ordered(double value) {
            return bits(Double.doubleToRawLongBits(value));
        }

        private static long bits(long v) {
            return v < 0 ? v ^ Long.MAX_VALUE : v;
        }
    }

    /// A row whose every feature is one number.
    @SuppressWarnings("serial") // it is never written
    private static final class Probe implements Tuple {

        private double value;

        @Override
        public StructType schema() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object get(int i) {
            return value;
        }

        @Override
        public double getDouble(int i) {
            return value;
        }
    }
}
