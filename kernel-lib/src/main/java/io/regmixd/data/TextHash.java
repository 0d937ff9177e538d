package io.regmixd.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.regmixd.store.Sha256;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// Identifies a text: the first 128 bits of its SHA-256, ordered as unsigned numbers.
///
/// Two of ten million texts share one with a probability of 1e-25.
record TextHash(long high, long low) implements Comparable<TextHash> {

    static final int BYTES = 2 * Long.BYTES;

    static TextHash of(byte[] text) {
        return read(ByteBuffer.wrap(Sha256.digest().digest(text)));
    }

    /// The hash below which this part of all hashes lies.
    ///
    /// @param part from 0 to below 1
    static TextHash below(double part) {
        return new TextHash((long) (part * 0x1p63) << 1, 0);
    }

    static TextHash read(ByteBuffer from) {
        return new TextHash(from.getLong(), from.getLong());
    }

    void write(ByteBuffer into) {
        into.putLong(high).putLong(low);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TextHash parse(String hex) {
        return read(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    /// 32 hexadecimal digits.
    @JsonValue
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }

    @Override
    public int compareTo(TextHash other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }
}
