package io.regmixd.engine.huggingface;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Transformers computes from an exported folder, in plain loops and float64: written from
/// `modeling_llama.py` (LlamaForCausalLM, rotate_half, nn.Linear's y = x W^T), and from the description of
/// safetensors. It shares nothing with the classes that write the folder, or with [io.regmixd.engine.ReferenceLlama].
final class TransformersLlama {

    private final JsonNode config;
    private final Map<String, double[]> tensors = new HashMap<>();

    TransformersLlama(Path folder) throws IOException {
        config = JsonMapper.shared().readTree(Files.readString(folder.resolve("config.json")));
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) file.getLong();
        JsonNode header = JsonMapper.shared().readTree(new String(file.array(), 8, length, StandardCharsets.UTF_8));
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                int begin = entry.getValue().get("data_offsets").get(0).intValue();
                int end = entry.getValue().get("data_offsets").get(1).intValue();
                double[] values = new double[(end - begin) / Float.BYTES];
                for (int i = 0; i < values.length; i++) {
                    values[i] = file.getFloat(8 + length + begin + i * Float.BYTES);
                }
                tensors.put(entry.getKey(), values);
            }
        }
    }

    private int number(String field) {
        return config.get(field).intValue();
    }

    /// Mean loss of tokens 1 to T given those before, nats.
    double loss(int[] tokens) {
        int length = tokens.length - 1;
        double[][] hidden = new double[length][];
        for (int t = 0; t < length; t++) {
            hidden[t] = row("model.embed_tokens.weight", tokens[t], number("hidden_size"));
        }
        for (int i = 0; i < number("num_hidden_layers"); i++) {
            String layer = "model.layers." + i + ".";
            plus(hidden, attention(norm(hidden, layer + "input_layernorm.weight"), layer + "self_attn."));
            plus(hidden, mlp(norm(hidden, layer + "post_attention_layernorm.weight"), layer + "mlp."));
        }
        double[][] logits = linear(norm(hidden, "model.norm.weight"), "lm_head.weight");
        double loss = 0;
        for (int t = 0; t < length; t++) {
            double all = 0;
            for (double logit : logits[t]) {
                all += Math.exp(logit);
            }
            loss += (Math.log(all) - logits[t][tokens[t + 1]]) / length;
        }
        return loss;
    }

    private double[] row(String name, int row, int columns) {
        double[] values = new double[columns];
        System.arraycopy(tensors.get(name), row * columns, values, 0, columns);
        return values;
    }

    private double[][] norm(double[][] hidden, String name) {
        double[][] out = new double[hidden.length][hidden[0].length];
        for (int t = 0; t < hidden.length; t++) {
            double variance = 0;
            for (double x : hidden[t]) {
                variance += x * x / hidden[t].length;
            }
            for (int i = 0; i < out[t].length; i++) {
                out[t][i] = tensors.get(name)[i]
                        * (hidden[t][i]
                                / Math.sqrt(
                                        variance + config.get("rms_norm_eps").doubleValue()));
            }
        }
        return out;
    }

    /// nn.Linear: weight is `[out_features, in_features]`.
    private double[][] linear(double[][] x, String name) {
        double[] weight = tensors.get(name);
        int in = x[0].length;
        double[][] y = new double[x.length][weight.length / in];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < y[t].length; o++) {
                for (int i = 0; i < in; i++) {
                    y[t][o] += weight[o * in + i] * x[t][i];
                }
            }
        }
        return y;
    }

    private double[][] mlp(double[][] x, String name) {
        double[][] gate = linear(x, name + "gate_proj.weight");
        double[][] up = linear(x, name + "up_proj.weight");
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < up[t].length; i++) {
                up[t][i] *= gate[t][i] / (1 + Math.exp(-gate[t][i])); // SiLU
            }
        }
        return linear(up, name + "down_proj.weight");
    }

    private double[][] attention(double[][] x, String name) {
        int head = number("hidden_size") / number("num_attention_heads");
        double[][] query = linear(x, name + "q_proj.weight");
        double[][] key = linear(x, name + "k_proj.weight");
        double[][] value = linear(x, name + "v_proj.weight");
        double[][] out = new double[x.length][number("hidden_size")];
        for (int h = 0; h < number("num_attention_heads"); h++) {
            for (int t = 0; t < x.length; t++) {
                double[] q = rotated(query[t], h * head, head, t);
                double[] weights = new double[t + 1];
                double all = 0;
                for (int s = 0; s <= t; s++) {
                    double[] k = rotated(key[s], h * head, head, s);
                    double score = 0;
                    for (int i = 0; i < head; i++) {
                        score += q[i] * k[i];
                    }
                    weights[s] = Math.exp(score / Math.sqrt(head));
                    all += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < head; i++) {
                        out[t][h * head + i] += weights[s] / all * value[s][h * head + i];
                    }
                }
            }
        }
        return linear(out, name + "o_proj.weight");
    }

    /// q * cos + rotate_half(q) * sin, where cos and sin repeat the frequencies in both halves and rotate_half
    /// makes (x1, x2) into (-x2, x1).
    private double[] rotated(double[] all, int from, int head, int position) {
        double[] out = new double[head];
        for (int i = 0; i < head; i++) {
            double inverse = 1 / Math.pow(config.get("rope_theta").doubleValue(), (i % (head / 2)) * 2.0 / head);
            double other = i < head / 2 ? -all[from + i + head / 2] : all[from + i - head / 2];
            out[i] = all[from + i] * Math.cos(position * inverse) + other * Math.sin(position * inverse);
        }
        return out;
    }

    private static void plus(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += y[t][i];
            }
        }
    }
}
