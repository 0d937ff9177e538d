package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrecisionTest {

    private static byte[] stored(Precision precision, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(precision.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        precision.put(value, bytes);
        return bytes.array();
    }

    private static float back(Precision precision, float value) {
        float[] back = new float[1];
        precision.get(MemorySegment.ofArray(stored(precision, value)), back);
        return back[0];
    }

    private static int bits(byte[] bfloat16) {
        return (bfloat16[1] & 0xFF) << 8 | (bfloat16[0] & 0xFF);
    }

    /// By hand: 8 bits of significand, so 1 is followed by 1 + 2^-7.
    @ParameterizedTest
    @CsvSource({
        "1.0, 3F80",
        "-2.0, C000",
        "0.0, 0000",
        "-0.0, 8000",
        "1.00390625, 3F80", // 1 + 2^-8, a tie: down to even
        "1.01171875, 3F82", // 1 + 3 x 2^-8, a tie: up to even
        "1.0039064, 3F81", // just over the tie
        "1.0117186, 3F81", // just under the tie
        "3.4028235e38, 7F80", // nearer to 2^128 than to the largest
        "3.3895314e38, 7F7F", // the largest
        "1.4e-45, 0000",
        "Infinity, 7F80",
        "-Infinity, FF80"
    })
    void bfloat16IsRoundedToNearestTiesToEven(float value, String expected) {
        assertThat(String.format("%04X", bits(stored(Precision.BFLOAT16, value))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7FC00000, 0x7F800001, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF, 0x7F80FFFF})
    void notANumberStaysOne(int bits) {
        float nan = Float.intBitsToFloat(bits);
        assertThat(back(Precision.BFLOAT16, nan)).isNaN();
        assertThat(bits(stored(Precision.BFLOAT16, nan)) >>> 15).as("sign").isEqualTo(bits >>> 31);
        assertThat(back(Precision.FLOAT32, nan)).isNaN();
    }

    /// Against the two neighbours in exact arithmetic.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bfloat16IsTheNearestOfAll(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2000; i++) {
            float value = Float.intBitsToFloat(random.nextInt() & 0xBFFFFFFF); // finite, of any size below 2
            float stored = back(Precision.BFLOAT16, value);
            float below = Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF0000);
            float above = Float.intBitsToFloat((Float.floatToRawIntBits(value) & 0xFFFF0000) + 0x10000);
            assertThat(stored).isIn(below, above);
            assertThat(distance(stored, value))
                    .isLessThanOrEqualTo(distance(below, value))
                    .isLessThanOrEqualTo(distance(above, value));
        }
    }

    private static BigDecimal distance(float a, float b) {
        return new BigDecimal(a).subtract(new BigDecimal(b)).abs();
    }

    @Test
    void float32KeepsEveryBit() {
        for (float value : new float[] {1.1f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            assertThat(Float.floatToRawIntBits(back(Precision.FLOAT32, value)))
                    .isEqualTo(Float.floatToRawIntBits(value));
        }
    }
}
