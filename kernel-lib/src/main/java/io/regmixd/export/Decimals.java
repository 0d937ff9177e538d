package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// The weights of a mixture as plain decimals of at most twelve places that sum to exactly 1, by largest
/// remainders.
final class Decimals {

    private static final int PLACES = 12;
    private static final long ONE = 1_000_000_000_000L;

    private Decimals() {}

    /// By domain, in the mixture's order; always with a decimal point and without an exponent, because YAML 1.1
    /// takes `1e-05` for a text.
    static Map<String, String> of(Mixture mixture) {
        long[] units = new long[mixture.size()];
        double[] remainders = new double[mixture.size()];
        for (int d = 0; d < units.length; d++) {
            double exact = mixture.weight(d) * ONE;
            units[d] = (long) exact;
            remainders[d] = exact - units[d];
        }
        int left = (int) (ONE - Arrays.stream(units).sum());
        int[] order = IntStream.range(0, units.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer d) -> -remainders[d]))
                .mapToInt(Integer::intValue)
                .toArray();
        int largest = IntStream.range(0, units.length)
                .reduce((a, b) -> units[b] > units[a] ? b : a)
                .orElseThrow();
        for (int i = 0; i < left; i++) {
            units[i < order.length && remainders[order[i]] > 0 ? order[i] : largest]++;
        }
        units[largest] += Math.min(left, 0); // the weights' own sum may be a rounding error above 1
        Map<String, String> decimals = new LinkedHashMap<>();
        for (int d = 0; d < units.length; d++) {
            BigDecimal weight = BigDecimal.valueOf(units[d], PLACES).stripTrailingZeros();
            decimals.put(mixture.domains().get(d), (weight.scale() < 1 ? weight.setScale(1) : weight).toPlainString());
        }
        return decimals;
    }

    /// The same without those that are 0.
    static Map<String, String> positive(Mixture mixture) {
        Map<String, String> positive = of(mixture);
        positive.values().removeIf("0.0"::equals);
        return positive;
    }
}
