package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DomainQuotaTest {

    @RepeatedTest(100)
    void countsStayWithinOneOfWhatTheMixtureSays(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int domains = 1 + random.nextInt(20);
        assertThat(furthest(new DomainQuota(domains), new double[domains], weights(random, domains), 2000))
                .isLessThan(1 + 1e-9);
    }

    @RepeatedTest(100)
    void countsStayWithinTwoWhereTheMixtureChanges(RepetitionInfo repetition) {
        Random random = new Random(-repetition.getCurrentRepetition());
        int domains = 2 + random.nextInt(16);
        DomainQuota quota = new DomainQuota(domains);
        double[] owed = new double[domains];
        for (int stage = 0; stage < 10; stage++) {
            assertThat(furthest(quota, owed, weights(random, domains), 1 + random.nextInt(100)))
                    .isLessThan(2);
        }
    }

    /// Draws, and says how far a count ever was from the sum of its weights.
    private static double furthest(DomainQuota quota, double[] owed, double[] weights, int sequences) {
        double furthest = 0;
        for (int i = 0; i < sequences; i++) {
            Arrays.setAll(owed, d -> owed[d] + weights[d]);
            int next = quota.next(weights);
            assertThat(weights[next]).as("weight of what is drawn").isPositive();
            owed[next] -= 1;
            furthest =
                    Math.max(furthest, Arrays.stream(owed).map(Math::abs).max().orElseThrow());
        }
        return furthest;
    }

    /// Some of one domain alone, some with domains left out, some nearly even.
    private static double[] weights(Random random, int domains) {
        double power = 4 * random.nextDouble();
        double[] weights = new double[domains];
        Arrays.setAll(weights, d -> random.nextInt(3) == 0 ? 0 : Math.pow(random.nextDouble(), power));
        weights[random.nextInt(domains)] += 0.01;
        double sum = Arrays.stream(weights).sum();
        Arrays.setAll(weights, d -> weights[d] / sum);
        return weights;
    }

    @Test
    void whatWasDrawnDoesNotDependOnLaterMixtures() {
        double[] first = {0.21, 0.47, 0.32};
        DomainQuota one = new DomainQuota(3);
        DomainQuota other = new DomainQuota(3);
        int[] ofOne = draws(one, first, 101);
        assertThat(draws(other, first, 101)).isEqualTo(ofOne);
        assertThat(draws(one, new double[] {1, 0, 0}, 100)).containsOnly(0);
        assertThat(draws(other, new double[] {0, 0.5, 0.5}, 100)).containsOnly(1, 2);
    }

    private static int[] draws(DomainQuota quota, double[] weights, int sequences) {
        int[] draws = new int[sequences];
        Arrays.setAll(draws, i -> quota.next(weights));
        return draws;
    }

    /// 25,000 steps of 512 sequences, the length of the paper's target: rounding must not add up.
    @Test
    void countsOfAWholeTargetAreExact() {
        double[] weights = new double[17];
        Arrays.setAll(weights, d -> (d + 1) / 153.0);
        DomainQuota quota = new DomainQuota(17);
        long sequences = 25_000L * 512;
        long[] counts = new long[17];
        for (long i = 0; i < sequences; i++) {
            counts[quota.next(weights)]++;
        }
        for (int d = 0; d < 17; d++) {
            assertThat(Math.abs(counts[d] - sequences * (d + 1) / 153.0)).isLessThan(1.001);
        }
    }
}
