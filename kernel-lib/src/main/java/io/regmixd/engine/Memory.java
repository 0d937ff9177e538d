package io.regmixd.engine;

/// What training a group of models takes on each of its devices, in bytes: a model of `llama.py`, written down before
/// anything is allocated. It decides how many models train together, how many of their sequences at a time, and of how
/// many tokens logits exist.
///
/// On a GPU, PyTorch's allocator, CUDA's libraries and rounding come on top: no more than [#SHARE] of what is free is
/// planned with. A CPU handles one model at a time; there the activations and logits are those of one.
///
/// @param models  K, trained together
/// @param context tokens of a sequence
/// @param devices that share the sequences of a step and AdamW's moments
public record Memory(LlamaConfig config, int models, int context, Compute compute, int devices) {

    /// How much of a device's free memory is planned with.
    public static final double SHARE = 0.9;

    /// Tokens of each model whose logits exist at a time, where there is room: fewer make small products, and each time
    /// the whole gradient of the output matrix is rewritten.
    static final int CHUNK = 1024;

    private static final int LARGEST_CHUNK = 4 * CHUNK;

    /// How much of what is left may go to logits of more than [#CHUNK] tokens.
    private static final double LOGITS_SHARE = 0.25;

    /// The parameters, on every device.
    public long parameters() {
        return (long) Float.BYTES * models * config.parameters();
    }

    /// Their gradients, on every device.
    public long gradients() {
        return parameters();
    }

    /// AdamW's two moments of the parameters that a device updates: whole parameters, so at least of the largest.
    public long moments() {
        return 2 * Math.max(Math.ceilDiv(parameters(), devices), Math.min(parameters(), vocabularyMatrix()));
    }

    /// The matrices that products take: in float32 copies of those that a gain is multiplied into, in bfloat16 of
    /// all but the embedding.
    public long products() {
        long d = config.width();
        long scaled = config.layers() * (3 * d * d + 2 * d * config.hidden()) + d * config.vocabulary();
        long others = config.layers() * (d * d + d * config.hidden());
        long copied = compute.precision() == Precision.FLOAT32 ? scaled : scaled + others;
        return models * copied * compute.precision().bytes();
    }

    /// What exists for a moment only: the largest gradient once more.
    public long temporary() {
        return vocabularyMatrix();
    }

    private long vocabularyMatrix() {
        return (long) Float.BYTES * models * config.vocabulary() * config.width();
    }

    /// Logits and their gradient.
    ///
    /// @param chunk tokens of each model
    public long logits(int chunk) {
        int each = compute.precision() == Precision.FLOAT32 ? 2 * Float.BYTES : Short.BYTES + 2 * Float.BYTES;
        return (long) models * chunk * config.vocabulary() * each;
    }

    /// What the layers keep for the backward pass, and what one of them needs meanwhile.
    ///
    /// @param tokens of each model
    public long activations(long tokens) {
        return (long) (models * tokens * config.activationBytes(context, compute));
    }

    /// All that there is besides activations and logits.
    public long state() {
        return parameters() + gradients() + moments() + products() + temporary();
    }

    /// With one sequence of each model at a time, and the logits of at most 1,024 of its tokens.
    public long least() {
        return state() + logits(Math.min(CHUNK, context)) + activations(context);
    }

    /// Whether [#least()] fits.
    ///
    /// @param free memory of each device
    public boolean fits(long free) {
        return least() <= SHARE * free;
    }

    /// The most models that fit.
    ///
    /// @param most at least 1
    /// @param free memory of each device
    /// @return 1 to `most`; that even one fits is not promised
    static int models(LlamaConfig config, int context, Compute compute, int devices, int most, long free) {
        int models = most;
        while (models > 1 && !new Memory(config, models, context, compute, devices).fits(free)) {
            models--;
        }
        return models;
    }

    /// Of how many tokens of each model logits exist at a time: 1,024 to 4,096 where there is room, at least 1.
    ///
    /// @param left memory for logits and activations
    int chunk(double left) {
        int chunk = LARGEST_CHUNK;
        while (chunk > CHUNK && logits(chunk) > LOGITS_SHARE * left) {
            chunk /= 2;
        }
        while (chunk > 1 && logits(chunk) + activations(context) > left) {
            chunk /= 2;
        }
        return chunk;
    }

    /// How many sequences of each model are handled at a time.
    ///
    /// @param left memory for logits and activations
    /// @return at least 1; that it fits is not promised
    int sequences(double left, int chunk) {
        return (int) Math.clamp((left - logits(chunk)) / activations(context), 1, Integer.MAX_VALUE);
    }
}
