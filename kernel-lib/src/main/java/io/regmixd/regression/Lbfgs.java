package io.regmixd.regression;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// Minimises a smooth function along its gradient: limited-memory BFGS (Nocedal and Wright, *Numerical
/// Optimization*, 2006, algorithm 7.5) with a backtracking line search.
public final class Lbfgs {

    private static final int MEMORY = 8;
    private static final int BACKTRACKS = 20;
    private static final double SUFFICIENT = 1e-4; // of the decrease that the slope promises
    private static final double LONGEST_STEP = 2; // in any coordinate: parameters are logarithms or of order one
    private static final int PATIENCE = 3;

    private Lbfgs() {}

    /// A function and its gradient.
    @FunctionalInterface
    public interface Objective {

        /// @param gradient is filled
        /// @return the value; infinite or NaN where the function is not defined
        double at(double[] point, double[] gradient) throws InterruptedException;
    }

    /// The lowest point found from `start`, which is kept.
    ///
    /// @param iterations how many steps at most
    /// @param gain       three steps in a row that lower the function by less end the search
    public static double[] minimise(Objective objective, double[] start, int iterations, double gain)
            throws InterruptedException {
        int n = start.length;
        double[] point = start.clone();
        double[] gradient = new double[n];
        double value = objective.at(point, gradient);
        Deque<double[][]> pairs = new ArrayDeque<>(); // {step, change of the gradient}, newest first
        int slow = 0;
        for (int iteration = 0; iteration < iterations && slow < PATIENCE; iteration++) {
            double[] direction = direction(gradient, pairs);
            double slope = dot(direction, gradient);
            if (!(slope < 0)) {
                if (pairs.isEmpty()) {
                    break;
                }
                pairs.clear();
                continue;
            }
            double longest = 0;
            for (double d : direction) {
                longest = Math.max(longest, Math.abs(d));
            }
            double step = Math.min(pairs.isEmpty() ? 0.3 / longest : 1, LONGEST_STEP / longest);
            double[] next = new double[n];
            double[] nextGradient = new double[n];
            double nextValue = Double.NaN;
            boolean lower = false;
            for (int i = 0; i < BACKTRACKS && !lower; i++, step *= lower ? 1 : 0.4) {
                for (int j = 0; j < n; j++) {
                    next[j] = point[j] + step * direction[j];
                }
                nextValue = objective.at(next, nextGradient);
                lower = nextValue <= value + SUFFICIENT * step * slope;
            }
            if (!lower) {
                if (pairs.isEmpty()) {
                    break;
                }
                pairs.clear();
                continue;
            }
            double[] moved = new double[n];
            double[] changed = new double[n];
            for (int j = 0; j < n; j++) {
                moved[j] = next[j] - point[j];
                changed[j] = nextGradient[j] - gradient[j];
            }
            if (dot(moved, changed) > 1e-10 * dot(changed, changed)) {
                pairs.addFirst(new double[][] {moved, changed});
                if (pairs.size() > MEMORY) {
                    pairs.removeLast();
                }
            }
            slow = value - nextValue < gain ? slow + 1 : 0;
            point = next;
            gradient = nextGradient;
            value = nextValue;
        }
        return point;
    }

    /// Minus the approximate inverse Hessian times the gradient, by the two loops.
    private static double[] direction(double[] gradient, Deque<double[][]> pairs) {
        double[] q = gradient.clone();
        double[] alphas = new double[pairs.size()];
        int k = 0;
        for (double[][] pair : pairs) {
            alphas[k] = dot(pair[0], q) / dot(pair[0], pair[1]);
            add(q, -alphas[k++], pair[1]);
        }
        if (!pairs.isEmpty()) {
            double[][] newest = pairs.getFirst();
            double scale = dot(newest[0], newest[1]) / dot(newest[1], newest[1]);
            for (int j = 0; j < q.length; j++) {
                q[j] *= scale;
            }
        }
        for (Iterator<double[][]> oldestFirst = pairs.descendingIterator(); oldestFirst.hasNext(); ) {
            double[][] pair = oldestFirst.next();
            add(q, alphas[--k] - dot(pair[1], q) / dot(pair[0], pair[1]), pair[0]);
        }
        for (int j = 0; j < q.length; j++) {
            q[j] = -q[j];
        }
        return q;
    }

    private static void add(double[] to, double factor, double[] vector) {
        for (int j = 0; j < to.length; j++) {
            to[j] += factor * vector[j];
        }
    }

    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
