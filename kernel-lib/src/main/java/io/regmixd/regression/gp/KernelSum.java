package io.regmixd.regression.gp;

import java.util.Arrays;
import java.util.stream.IntStream;

/// Weighted sums of Gaussian kernels about fixed centres, for many queries at once: what predicting by a
/// Gaussian process spends its time on.
///
/// Queries are taken in blocks whose lanes the compiler turns into vector instructions, in single precision: that
/// costs a few millionths of a kernel, where the noise of a loss is a tenth of its spread, and halves the time.
/// Nothing is added up across lanes, so a query's sum does not depend on its block.
final class KernelSum {

    private static final int LANES = 256;

    // exp(x) = exp(x / 16)^16; x / 16 is within SPAN of its middle, where a polynomial of degree 8 is exact enough
    private static final float LOWEST = -20; // smaller ones are 0 beside the others
    private static final float SPAN = LOWEST / 32;
    private static final float[] TAYLOR = new float[9];

    static {
        double term = Math.exp(SPAN);
        for (int k = 0; k < TAYLOR.length; k++) {
            TAYLOR[k] = (float) term;
            term /= k + 1;
        }
    }

    private static final float T0 = TAYLOR[0];
    private static final float T1 = TAYLOR[1];
    private static final float T2 = TAYLOR[2];
    private static final float T3 = TAYLOR[3];
    private static final float T4 = TAYLOR[4];
    private static final float T5 = TAYLOR[5];
    private static final float T6 = TAYLOR[6];
    private static final float T7 = TAYLOR[7];
    private static final float T8 = TAYLOR[8];

    private final int first;
    private final int rows;
    private final int features;
    private final double[][] centres; // [rows][features], over the length scales
    private final float[] flat; // the same from their middle, one after the other
    private final float[] halfSquares; // [rows], minus half of their squared lengths
    private final double[] middle; // [features]
    private final float[] weights; // [rows]
    private final double[] precisions; // [features], one over each length scale

    /// @param first        how many numbers of a query stand before its features
    /// @param centres      shape `[rows][features]`
    /// @param lengthScales one a feature
    /// @param weights      one a centre
    KernelSum(int first, double[][] centres, double[] lengthScales, double[] weights) {
        this.first = first;
        rows = centres.length;
        features = lengthScales.length;
        precisions = Arrays.stream(lengthScales).map(l -> 1 / l).toArray();
        this.centres = ProcessFit.scaled(centres, lengthScales);
        middle = new double[features];
        for (double[] centre : this.centres) {
            for (int j = 0; j < features; j++) {
                middle[j] += centre[j] / rows;
            }
        }
        flat = new float[rows * features];
        halfSquares = new float[rows];
        this.weights = new float[rows];
        for (int i = 0; i < rows; i++) {
            double half = 0;
            for (int j = 0; j < features; j++) {
                double c = this.centres[i][j] - middle[j];
                flat[i * features + j] = (float) c;
                half -= c * c / 2;
            }
            halfSquares[i] = (float) half;
            this.weights[i] = (float) weights[i];
        }
    }

    /// The sums, one a query, on all cores.
    double[] at(double[][] queries) {
        double[] sums = new double[queries.length];
        IntStream.range(0, (queries.length + LANES - 1) / LANES)
                .parallel()
                .forEach(block -> sums(queries, block * LANES, sums));
        return sums;
    }

    /// The kernels between one query and every centre, in double precision.
    double[] kernels(double[] query) {
        double[] kernels = new double[rows];
        for (int i = 0; i < rows; i++) {
            double squares = 0;
            for (int j = 0; j < features; j++) {
                double difference = query[first + j] * precisions[j] - centres[i][j];
                squares += difference * difference;
            }
            kernels[i] = Math.exp(-squares / 2);
        }
        return kernels;
    }

    private void sums(double[][] queries, int from, double[] sums) {
        int lanes = Math.min(LANES, queries.length - from);
        float[][] q = new float[features][lanes];
        float[] half = new float[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            double[] query = queries[from + lane];
            double squares = 0;
            for (int j = 0; j < features; j++) {
                double v = query[first + j] * precisions[j] - middle[j];
                q[j][lane] = (float) v;
                squares += v * v;
            }
            half[lane] = (float) (-squares / 2);
        }
        float[] logs = new float[lanes];
        float[] sum = new float[lanes];
        for (int i = 0; i < rows; i++) {
            logs(i, q, half, logs);
            addKernels(weights[i], logs, sum);
        }
        for (int lane = 0; lane < lanes; lane++) {
            sums[from + lane] = sum[lane];
        }
    }

    /// Minus half the squared distances between the queries and a centre.
    private void logs(int row, float[][] q, float[] half, float[] logs) {
        float start = halfSquares[row];
        for (int lane = 0; lane < logs.length; lane++) {
            logs[lane] = half[lane] + start;
        }
        int c = row * features;
        int j = 0;
        for (; j + 8 <= features; j += 8, c += 8) {
            addEight(q, j, c, logs);
        }
        for (; j < features; j++, c++) {
            float centre = flat[c];
            float[] query = q[j];
            for (int lane = 0; lane < logs.length; lane++) {
                logs[lane] = Math.fma(centre, query[lane], logs[lane]);
            }
        }
    }

    private void addEight(float[][] q, int j, int c, float[] logs) {
        float[] q0 = q[j];
        float[] q1 = q[j + 1];
        float[] q2 = q[j + 2];
        float[] q3 = q[j + 3];
        float[] q4 = q[j + 4];
        float[] q5 = q[j + 5];
        float[] q6 = q[j + 6];
        float[] q7 = q[j + 7];
        float c0 = flat[c];
        float c1 = flat[c + 1];
        float c2 = flat[c + 2];
        float c3 = flat[c + 3];
        float c4 = flat[c + 4];
        float c5 = flat[c + 5];
        float c6 = flat[c + 6];
        float c7 = flat[c + 7];
        for (int lane = 0; lane < logs.length; lane++) {
            float a = Math.fma(c0, q0[lane], Math.fma(c1, q1[lane], logs[lane]));
            float b = Math.fma(c2, q2[lane], c3 * q3[lane]);
            a = Math.fma(c4, q4[lane], Math.fma(c5, q5[lane], a));
            b = Math.fma(c6, q6[lane], Math.fma(c7, q7[lane], b));
            logs[lane] = a + b;
        }
    }

    /// Math.exp is a call, which no vector instruction replaces.
    private static void addKernels(float weight, float[] logs, float[] sum) {
        for (int lane = 0; lane < logs.length; lane++) {
            float t = Math.fma(Math.max(LOWEST, logs[lane]), 1 / 16f, -SPAN);
            float p = Math.fma(t, T8, T7);
            p = Math.fma(t, p, T6);
            p = Math.fma(t, p, T5);
            p = Math.fma(t, p, T4);
            p = Math.fma(t, p, T3);
            p = Math.fma(t, p, T2);
            p = Math.fma(t, p, T1);
            p = Math.fma(t, p, T0);
            float p2 = p * p;
            float p4 = p2 * p2;
            float p8 = p4 * p4;
            sum[lane] = Math.fma(weight, p8 * p8, sum[lane]);
        }
    }
}
