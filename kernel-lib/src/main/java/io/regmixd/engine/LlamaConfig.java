package io.regmixd.engine;

import java.io.Serializable;

/// The size of a Llama model.
///
/// Sizes named after RegMix's public configuration (`model_training/lit_gpt/config.py`) count non-embedding
/// parameters: the name says "1M", the model with its two vocabulary matrices has 27M.
///
/// @param layers     transformer blocks, at least 1
/// @param heads      attention heads; the width of a head, `width / heads`, must be even (rotary embedding)
/// @param width      of the residual stream
/// @param hidden     width inside SwiGLU
/// @param vocabulary number of tokens
public record LlamaConfig(int layers, int heads, int width, int hidden, int vocabulary) implements Serializable {

    /// @throws IllegalArgumentException naming the field that does not fit
    public LlamaConfig {
        if (layers < 1 || heads < 1 || width < 1 || hidden < 1 || vocabulary < 2) {
            throw new IllegalArgumentException("layers " + layers + ", heads " + heads + ", width " + width
                    + ", hidden " + hidden + ", vocabulary " + vocabulary + ": all must be positive");
        }
        if (width % (2 * heads) != 0) {
            throw new IllegalArgumentException("width " + width + " is not a multiple of 2 x " + heads + " heads");
        }
    }

    /// The size of that name: `demo` and `demo-target`, for two CPU cores and byte tokens, or `1M`, `60M`,
    /// `1B`, RegMix's.
    ///
    /// @throws IllegalArgumentException if there is none, with the names that there are
    public static LlamaConfig preset(String name) {
        return switch (name) {
            case "demo" -> demoProxy();
            case "demo-target" -> demoTarget();
            case "1M" -> regmix1M();
            case "60M" -> regmix60M();
            case "1B" -> regmix1B();
            default ->
                throw new IllegalArgumentException(
                        "no model size " + name + ": choose demo, demo-target, 1M, 60M or 1B");
        };
    }

    /// The same for tokens of another vocabulary.
    public LlamaConfig withVocabulary(int tokens) {
        return new LlamaConfig(layers, heads, width, hidden, tokens);
    }

    /// A proxy for two CPU cores and byte tokens: 100 thousand parameters outside the vocabulary matrices.
    public static LlamaConfig demoProxy() {
        return new LlamaConfig(2, 4, 64, 192, 256);
    }

    /// A target for two CPU cores and byte tokens: about eight times the proxy.
    public static LlamaConfig demoTarget() {
        return new LlamaConfig(4, 4, 128, 352, 256);
    }

    /// RegMix's `tinyllama_1M`: 1.3M parameters outside the vocabulary matrices.
    public static LlamaConfig regmix1M() {
        return new LlamaConfig(2, 8, 256, 512, 50_432);
    }

    /// RegMix's `tinyllama_60M`: 59M parameters outside the vocabulary matrices.
    public static LlamaConfig regmix60M() {
        return new LlamaConfig(10, 8, 768, 1536, 50_432);
    }

    /// RegMix's `tinyllama_1_1b`: 1.13B parameters outside the vocabulary matrices.
    public static LlamaConfig regmix1B() {
        return new LlamaConfig(22, 16, 2048, 5632, 50_432);
    }

    /// Parameters in the blocks and their norms, without the embedding and the output matrix.
    public long nonEmbeddingParameters() {
        long block = 4L * width * width + 3L * width * hidden + 2L * width;
        return layers * block + width;
    }

    /// All parameters of one model.
    public long parameters() {
        return nonEmbeddingParameters() + 2L * vocabulary * width;
    }

    /// Memory that one training token of one model takes besides parameters and logits: what a layer keeps for
    /// its backward pass, and what one layer needs meanwhile.
    double activationBytes(int context, Compute compute) {
        double kept = compute.precision().bytes() * (6.0 * width + 4.0 * hidden);
        if (compute.deterministic()) { // attention's weights, half of them in the future
            kept += compute.precision().bytes() * heads * context / 2.0;
        }
        double meanwhile = Float.BYTES * (8.0 * width + 6.0 * hidden);
        return meanwhile + (compute.recompute() ? kept + layers * (double) Float.BYTES * width : layers * kept);
    }

    /// Floating-point operations of one training token, in matrix products: six a parameter of a matrix (two
    /// forward, four backward; the embedding is looked up, not multiplied), and causal attention's two products
    /// over half of the context on average.
    public double trainingFlops(int context) {
        double block = 4.0 * width * width + 3.0 * width * hidden;
        double products = layers * block + (double) vocabulary * width;
        return 6 * products + 6.0 * layers * width * context;
    }
}
