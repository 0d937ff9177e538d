package io.regmixd.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// How numbers are held: those of exported parameters, or those that a model's matrix products take.
public enum Precision {

    /// Single precision, as trained: nothing is lost.
    FLOAT32(Float.BYTES, "F32", "float32", 6),

    /// The upper half of single precision, rounded to nearest, ties to even: half the size, each parameter
    /// within 2^-8 of itself. What large models are served in.
    BFLOAT16(Short.BYTES, "BF16", "bfloat16", 15);

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;
    private final String dtype;
    private final String torchName;
    private final int torchType;

    Precision(int bytes, String dtype, String torchName, int torchType) {
        this.bytes = bytes;
        this.dtype = dtype;
        this.torchName = torchName;
        this.torchType = torchType;
    }

    /// Bytes of a number.
    public int bytes() {
        return bytes;
    }

    /// The name in safetensors files.
    public String dtype() {
        return dtype;
    }

    /// PyTorch's name.
    public String torchName() {
        return torchName;
    }

    /// PyTorch's number, `c10::ScalarType`.
    int torchType() {
        return torchType;
    }

    public void put(float value, ByteBuffer to) {
        switch (this) {
            case FLOAT32 -> to.putFloat(value);
            case BFLOAT16 -> to.putShort(bfloat16(value));
        }
    }

    /// Fills an array from little-endian data.
    public void get(MemorySegment data, float[] to) {
        switch (this) {
            case FLOAT32 -> MemorySegment.copy(data, FLOAT, 0, to, 0, to.length);
            case BFLOAT16 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.intBitsToFloat(data.get(SHORT, (long) i * Short.BYTES) << 16);
                }
            }
        }
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40); // rounding could carry into infinity
        }
        int even = (bits >>> 16) & 1;
        return (short) ((bits + 0x7FFF + even) >>> 16);
    }
}
