package io.regmixd.engine.huggingface;

import io.regmixd.engine.LlamaConfig;
import java.util.ArrayList;
import java.util.List;

/// One tensor of a Llama as Transformers names it, and where its numbers lie in our parameters.
///
/// Ours multiply row vectors from the right, so theirs, `[out, in]`, are transposed; what is one matrix here
/// (query, key and value; gate and up) is two or three there. Within each head of query and key, the rotary
/// embedding turns neighbours together here, and the first half with the second there: our columns 0, 2, 4, ...
/// are their first half, 1, 3, 5, ... their second (`permute` in Transformers'
/// `convert_llama_weights_to_hf.py` does the same to Meta's weights).
///
/// @param shape     theirs
/// @param parameter the name of ours
/// @param column    the first of our columns that it holds, if transposed
/// @param head      the width of a head if it is rotated, else 0
record HuggingFaceWeight(String name, List<Long> shape, String parameter, boolean transposed, int column, int head) {

    /// Columns that are walked together, so that neither side jumps through memory number by number.
    private static final int BAND = 16;

    /// All of a model, from its first to its last layer.
    static List<HuggingFaceWeight> of(LlamaConfig config) {
        long d = config.width();
        long f = config.hidden();
        long v = config.vocabulary();
        int head = config.width() / config.heads();
        List<HuggingFaceWeight> weights = new ArrayList<>();
        weights.add(same("model.embed_tokens", "embedding", v, d));
        for (int layer = 0; layer < config.layers(); layer++) {
            String theirs = "model.layers." + layer + ".";
            String ours = "layer" + layer + ".";
            String attention = theirs + "self_attn.";
            String mlp = theirs + "mlp.";
            weights.add(same(theirs + "input_layernorm", ours + "attention_gain", d));
            weights.add(rotated(attention + "q_proj", d, ours + "query_key_value", 0, head));
            weights.add(rotated(attention + "k_proj", d, ours + "query_key_value", config.width(), head));
            weights.add(transposed(attention + "v_proj", d, d, ours + "query_key_value", 2 * config.width()));
            weights.add(transposed(attention + "o_proj", d, d, ours + "attention_output", 0));
            weights.add(same(theirs + "post_attention_layernorm", ours + "feed_forward_gain", d));
            weights.add(transposed(mlp + "gate_proj", f, d, ours + "gate_and_up", 0));
            weights.add(transposed(mlp + "up_proj", f, d, ours + "gate_and_up", config.hidden()));
            weights.add(transposed(mlp + "down_proj", d, f, ours + "down", 0));
        }
        weights.add(same("model.norm", "last_gain", d));
        weights.add(transposed("lm_head", v, d, "output", 0));
        return weights;
    }

    /// How many [#of] makes.
    static long count(LlamaConfig config) {
        return 9L * config.layers() + 3;
    }

    private static HuggingFaceWeight same(String name, String parameter, Long... shape) {
        return new HuggingFaceWeight(name + ".weight", List.of(shape), parameter, false, 0, 0);
    }

    private static HuggingFaceWeight transposed(String name, long out, long in, String parameter, int column) {
        return new HuggingFaceWeight(name + ".weight", List.of(out, in), parameter, true, column, 0);
    }

    private static HuggingFaceWeight rotated(String name, long width, String parameter, int column, int head) {
        return new HuggingFaceWeight(name + ".weight", List.of(width, width), parameter, true, column, head);
    }

    /// Which of our columns holds their row.
    private int column(int row) {
        if (head == 0) {
            return column + row;
        }
        int within = row % head;
        int half = head / 2;
        return column + row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    }

    /// Their numbers.
    ///
    /// @param ours all of our parameter
    float[] from(float[] ours) {
        if (!transposed) {
            return ours;
        }
        float[] theirs = new float[Math.multiplyExact(out(), in())];
        int columns = ours.length / in();
        for (int band = 0; band < out(); band += BAND) {
            for (int row = 0; row < in(); row++) {
                for (int i = band; i < Math.min(band + BAND, out()); i++) {
                    theirs[i * in() + row] = ours[row * columns + column(i)];
                }
            }
        }
        return theirs;
    }

    /// Puts their numbers where they belong in ours.
    void into(float[] ours, float[] theirs) {
        if (!transposed) {
            System.arraycopy(theirs, 0, ours, 0, theirs.length);
            return;
        }
        int columns = ours.length / in();
        for (int band = 0; band < out(); band += BAND) {
            for (int row = 0; row < in(); row++) {
                for (int i = band; i < Math.min(band + BAND, out()); i++) {
                    ours[row * columns + column(i)] = theirs[i * in() + row];
                }
            }
        }
    }

    private int out() {
        return shape.getFirst().intValue();
    }

    private int in() {
        return shape.getLast().intValue();
    }
}
