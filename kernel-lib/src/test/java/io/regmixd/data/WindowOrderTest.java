package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowOrderTest {

    private static long[] walk(WindowOrder order, long from, int count) {
        return LongStream.range(from, from + count).map(order::window).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17, 1000, 65_537})
    void everyEpochHasEveryWindowOnce(int windows) {
        WindowOrder order = new WindowOrder(7, 2, windows);
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(LongStream.of(walk(order, (long) epoch * windows, windows))
                            .sorted())
                    .containsExactlyElementsOf(
                            LongStream.range(0, windows).boxed().toList());
        }
    }

    @Test
    void epochsSeedsAndDomainsHaveOrdersOfTheirOwn() {
        long[] walk = walk(new WindowOrder(7, 2, 100), 0, 100);
        assertThat(walk(new WindowOrder(7, 2, 100), 0, 100)).isEqualTo(walk);
        assertThat(walk(new WindowOrder(7, 2, 100), 100, 100)).isNotEqualTo(walk);
        assertThat(walk(new WindowOrder(8, 2, 100), 0, 100)).isNotEqualTo(walk);
        assertThat(walk(new WindowOrder(7, 3, 100), 0, 100)).isNotEqualTo(walk);
        assertThat(LongStream.of(walk(new WindowOrder(7, 2, 1_000_000_000_000L), 0, 100))
                        .boxed())
                .allMatch(window -> window >= 0 && window < 1_000_000_000_000L)
                .doesNotHaveDuplicates();
    }

    /// Where a window comes, and which window follows which, is as even over seeds as chance would have it.
    @ParameterizedTest
    @ValueSource(ints = {6, 13})
    void ordersAreRandom(int windows) {
        int seeds = 20_000;
        int[][] firstTwo = new int[windows][windows];
        for (int seed = 0; seed < seeds; seed++) {
            WindowOrder order = new WindowOrder(seed, 0, windows);
            firstTwo[(int) order.window(0)][(int) order.window(1)]++;
        }
        double expected = (double) seeds / (windows * (windows - 1));
        double chiSquare = 0;
        for (int a = 0; a < windows; a++) {
            for (int b = 0; b < windows; b++) {
                chiSquare += a == b ? firstTwo[a][b] : Math.pow(firstTwo[a][b] - expected, 2) / expected;
            }
        }
        int freedom = windows * (windows - 1) - 1;
        assertThat(chiSquare).isLessThan(freedom + 4 * Math.sqrt(2.0 * freedom)); // about 1 in 10,000
    }
}
