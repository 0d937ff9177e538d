package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.store.Sha256;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TextHashTest {

    @Test
    void orderIsThatOfTheHexadecimalDigits() {
        TreeMap<TextHash, String> byHash = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            byte[] text = ("text " + i).getBytes(StandardCharsets.UTF_8);
            TextHash hash = TextHash.of(text);
            assertThat(hash.toString()).isEqualTo(Sha256.of(text).substring(0, 32));
            assertThat(TextHash.parse(hash.toString())).isEqualTo(hash);
            byHash.put(hash, hash.toString());
        }
        assertThat(List.copyOf(byHash.values())).isSorted().hasSize(200);
    }

    @Test
    void partOfAllHashesLiesBelow() {
        for (double part : new double[] {0, 1e-6, 0.25, 0.5, 0.75, 0.999}) {
            double found = new BigInteger(TextHash.below(part).toString(), 16).doubleValue() * 0x1p-128;
            assertThat(found).isCloseTo(part, within(1e-15));
        }
    }

    @Test
    void setKnowsWhatWasAddedLikeAnother() {
        SplittableRandom random = new SplittableRandom(1);
        TextHashes hashes = new TextHashes();
        Set<TextHash> expected = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            TextHash hash = new TextHash(random.nextInt(3), random.nextInt(30_000)); // many meet, many are neighbours
            boolean added = hashes.add(hash);
            TextHash place = hash.high() == 0 && hash.low() == 0 ? new TextHash(0, 1) : hash;
            assertThat(added).as(hash.toString()).isEqualTo(expected.add(place));
        }
    }
}
