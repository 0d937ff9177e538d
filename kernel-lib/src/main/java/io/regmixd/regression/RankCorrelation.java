package io.regmixd.regression;

import java.util.Arrays;
import java.util.stream.IntStream;

/// Spearman's rank correlation of two lists of numbers, and how sure it is.
///
/// The interval is Fisher's, on the inverse hyperbolic tangent, with the variance of Bonett and Wright (*Sample
/// size requirements for estimating Pearson, Kendall and Spearman correlations*, 2000), (1 + r²/2) / (n - 3).
/// It takes the pairs for independent, and it is rough below some twenty of them.
///
/// @param spearman -1 to 1; NaN where it is undefined, because one of the lists is constant
/// @param low      lower end of the 95% interval; NaN for fewer than four pairs
/// @param high     upper end of the 95% interval; NaN for fewer than four pairs
public record RankCorrelation(double spearman, double low, double high) {

    private static final double NORMAL_97_5 = 1.959963984540054;

    /// Equal numbers share the mean of their ranks.
    ///
    /// @throws IllegalArgumentException if the lengths differ, there are fewer than two pairs, or a number is
    ///     NaN
    public static RankCorrelation of(double[] a, double[] b) {
        if (a.length != b.length || a.length < 2) {
            throw new IllegalArgumentException(
                    "a rank correlation takes two lists of at least two numbers, got " + a.length + " and " + b.length);
        }
        double r = pearson(ranks(a), ranks(b));
        double z = 0.5 * Math.log((1 + r) / (1 - r));
        double margin = a.length < 4 ? Double.NaN : NORMAL_97_5 * Math.sqrt((1 + r * r / 2) / (a.length - 3));
        return new RankCorrelation(r, Math.tanh(z - margin), Math.tanh(z + margin));
    }

    private static double[] ranks(double[] values) {
        if (Arrays.stream(values).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException("a list to rank holds NaN");
        }
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted((i, j) -> Double.compare(values[i] + 0.0, values[j] + 0.0)) // -0 and 0 are equal
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        for (int from = 0, to; from < order.length; from = to) {
            to = from + 1;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + to - 1) / 2.0;
            }
        }
        return ranks;
    }

    private static double pearson(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElseThrow();
        double meanB = Arrays.stream(b).average().orElseThrow();
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return Math.clamp(ab / Math.sqrt(aa * bb), -1, 1);
    }
}
