package io.regmixd.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Tokens in a mapped file, little-endian, 1, 2 or 4 bytes each. Immutable, for any number of threads.
record Tokens(MemorySegment bytes, int width) {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// How many bytes a token of such a vocabulary takes.
    static int width(int vocabulary) {
        return vocabulary <= 1 << Byte.SIZE ? Byte.BYTES : vocabulary <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
    }

    long size() {
        return bytes.byteSize() / width;
    }

    /// Copies `count` tokens from `start` on.
    ///
    /// @throws IndexOutOfBoundsException if they do not fit into `into`, or there are not so many
    void copy(long start, int count, int[] into, int offset) {
        Objects.checkFromIndexSize(offset, count, into.length);
        for (int i = 0; i < count; i++) {
            into[offset + i] = at(start + i);
        }
    }

    private int at(long index) {
        return switch (width) {
            case Byte.BYTES -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, index));
            case Short.BYTES -> Short.toUnsignedInt(bytes.getAtIndex(SHORT, index));
            default -> bytes.getAtIndex(INT, index);
        };
    }
}
