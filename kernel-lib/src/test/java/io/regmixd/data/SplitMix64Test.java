package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitMix64Test {

    /// The test vector that circulates with Vigna's splitmix64.c: seed 1234567.
    @Test
    void outputsAreThePublishedOnes() {
        String[] published = {
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821",
        };
        for (int n = 0; n < published.length; n++) {
            assertThat(SplitMix64.at(1234567, n)).isEqualTo(Long.parseUnsignedLong(published[n]));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 42, Long.MIN_VALUE, 0x9E3779B97F4A7C15L})
    void outputsAreThoseOfTheJdksGenerator(long seed) {
        SplittableRandom reference = new SplittableRandom(seed);
        for (int n = 0; n < 1000; n++) {
            assertThat(SplitMix64.at(seed, n)).isEqualTo(reference.nextLong());
        }
    }
}
