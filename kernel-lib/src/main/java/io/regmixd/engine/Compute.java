package io.regmixd.engine;

import java.io.Serializable;

/// How a model's arithmetic is done; no part of what is trained, but of how exactly and with how much memory.
///
/// @param precision     of the matrix products: `FLOAT32`, or `BFLOAT16`, two to four times as fast on most
///     hardware. Parameters, AdamW's moments, gradients' sums, norms and losses are float32 in both
/// @param recompute     whether a layer's activations are computed again for the backward pass instead of kept:
///     a third more work, a small part of the memory; for large models
/// @param deterministic whether the same run on the same GPU gives the same bits, at some cost in speed; on the
///     CPU it always does
public record Compute(Precision precision, boolean recompute, boolean deterministic) implements Serializable {

    /// Single precision, everything kept.
    public static final Compute FLOAT32 = new Compute(Precision.FLOAT32, false, false);

    /// Products in bfloat16, everything kept.
    public static final Compute BFLOAT16 = new Compute(Precision.BFLOAT16, false, false);
}
