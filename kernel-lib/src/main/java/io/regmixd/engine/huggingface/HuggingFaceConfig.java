package io.regmixd.engine.huggingface;

import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Precision;
import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `config.json` of a Llama, in the words of Transformers' `LlamaConfig`.
final class HuggingFaceConfig {

    static final String FILE = "config.json";

    /// What `llama.py` does and no [LlamaConfig] can change.
    private static final Map<String, Object> FIXED = new LinkedHashMap<>();

    static {
        FIXED.put("model_type", "llama");
        FIXED.put("hidden_act", "silu");
        FIXED.put("rms_norm_eps", 1e-5);
        FIXED.put("rope_theta", 10_000.0);
        FIXED.put("tie_word_embeddings", false);
        FIXED.put("attention_bias", false);
        FIXED.put("mlp_bias", false);
    }

    /// Those of which Transformers takes another value where they are absent.
    private static final Set<String> REQUIRED = Set.of("model_type", "rms_norm_eps");

    /// What would make it another computation.
    private static final List<String> ABSENT = List.of("rope_scaling", "partial_rotary_factor", "quantization_config");

    private HuggingFaceConfig() {}

    /// @param context       longest sequence that the model was trained on
    /// @param endOfDocument the token after which generation ends
    static ObjectNode of(LlamaConfig config, int context, OptionalInt endOfDocument, Precision precision) {
        ObjectNode json = Json.object();
        json.putArray("architectures").add("LlamaForCausalLM");
        FIXED.forEach(json::putPOJO);
        json.put("vocab_size", config.vocabulary());
        json.put("hidden_size", config.width());
        json.put("intermediate_size", config.hidden());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.heads());
        json.put("max_position_embeddings", context);
        json.put("initializer_range", Math.sqrt(2.0 / 5 / config.width()));
        // absent would mean 1 and 2, which are tokens like any other here
        json.putNull("bos_token_id");
        endOfDocument.ifPresentOrElse(token -> json.put("eos_token_id", token), () -> json.putNull("eos_token_id"));
        json.put("use_cache", true);
        json.put("torch_dtype", precision.torchName());
        return json;
    }

    /// @throws IOException if the file is missing or no JSON, or describes a model that [io.regmixd.engine.Llama]
    ///     does not compute; the message names file and field
    static LlamaConfig read(Path file) throws IOException {
        ObjectNode json = Json.read(file);
        for (Map.Entry<String, Object> fixed : FIXED.entrySet()) {
            String field = fixed.getKey();
            require(file, field, json.path(field), fixed.getValue(), !REQUIRED.contains(field));
        }
        for (String field : ABSENT) {
            if (json.hasNonNull(field)) {
                throw unsupported(file, field, json.path(field), "nothing");
            }
        }
        requirePlainRotary(file, json.path("rope_parameters"));
        int width = size(file, json, "hidden_size");
        int heads = size(file, json, "num_attention_heads");
        require(file, "num_key_value_heads", json.path("num_key_value_heads"), heads, true);
        require(file, "head_dim", json.path("head_dim"), width / heads, true);
        int layers = size(file, json, "num_hidden_layers");
        int hidden = size(file, json, "intermediate_size");
        int vocabulary = size(file, json, "vocab_size");
        try {
            return new LlamaConfig(layers, heads, width, hidden, vocabulary);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /// Transformers 5 writes these in place of `rope_theta` and `rope_scaling`.
    private static void requirePlainRotary(Path file, JsonNode parameters) throws IOException {
        Map<String, Object> plain =
                Map.of("rope_type", "default", "rope_theta", 10_000.0, "partial_rotary_factor", 1.0);
        for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
            String field = "rope_parameters." + parameter.getKey();
            if (!plain.containsKey(parameter.getKey())) {
                throw unsupported(file, field, parameter.getValue(), "nothing");
            }
            require(file, field, parameter.getValue(), plain.get(parameter.getKey()), true);
        }
    }

    private static void require(Path file, String field, JsonNode value, Object expected, boolean mayBeAbsent)
            throws IOException {
        boolean fits = switch (expected) {
            case Number number -> value.isNumber() && value.doubleValue() == number.doubleValue();
            case Boolean yes -> value.isBoolean() && value.booleanValue() == yes;
            default -> value.isString() && value.stringValue().equals(expected);
        };
        boolean absent = value.isMissingNode() || value.isNull();
        if (!fits && !(absent && mayBeAbsent)) {
            throw unsupported(file, field, value, expected.toString());
        }
    }

    private static int size(Path file, JsonNode json, String field) throws IOException {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw unsupported(file, field, value, "a positive whole number");
        }
        return value.intValue();
    }

    private static IOException unsupported(Path file, String field, JsonNode value, String expected) {
        return new IOException(file + ", field " + field + ": " + (value.isMissingNode() ? "missing" : value)
                + ", the Llama of this library needs " + expected);
    }
}
