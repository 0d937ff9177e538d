package io.regmixd.engine.huggingface;

import static io.regmixd.engine.huggingface.TinyExport.CONFIG;
import static io.regmixd.engine.huggingface.TinyExport.CONTEXT;
import static io.regmixd.engine.huggingface.TinyExport.SEQUENCES;
import static io.regmixd.engine.huggingface.TinyExport.assertSameBits;
import static io.regmixd.engine.huggingface.TinyExport.export;
import static io.regmixd.engine.huggingface.TinyExport.exportSharded;
import static io.regmixd.engine.huggingface.TinyExport.files;
import static io.regmixd.engine.huggingface.TinyExport.json;
import static io.regmixd.engine.huggingface.TinyExport.load;
import static io.regmixd.engine.huggingface.TinyExport.models;
import static io.regmixd.engine.huggingface.TinyExport.parameters;
import static io.regmixd.engine.huggingface.TinyExport.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.engine.Compute;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Llama;
import io.regmixd.engine.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HuggingFaceTest {

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("exported");
    }

    @Test
    void transformersComputesTheSameLosses() throws Exception {
        int[] tokens = tokens(SEQUENCES, 9);
        try (Llama llama = models(3, 5)) {
            float[][] losses = llama.losses(tokens, SEQUENCES, CONTEXT);
            for (int k = 0; k < 2; k++) {
                export(folder, llama, k, Precision.FLOAT32);
                TransformersLlama theirs = new TransformersLlama(folder);
                for (int s = 0; s < SEQUENCES; s++) {
                    int[] sequence = Arrays.copyOfRange(tokens, s * (CONTEXT + 1), (s + 1) * (CONTEXT + 1));
                    assertThat((double) losses[k][s]).isCloseTo(theirs.loss(sequence), Percentage.withPercentage(1e-4));
                }
            }
        }
    }

    @Test
    void modelComesBackToTheBitInSinglePrecision() throws Exception {
        int[] tokens = tokens(SEQUENCES, 9);
        try (Llama llama = models(3)) {
            export(folder, llama, 0, Precision.FLOAT32);
            try (Llama loaded = load(folder)) {
                assertThat(loaded.config()).isEqualTo(CONFIG);
                assertThat(loaded.models()).isEqualTo(1);
                assertSameBits(parameters(loaded, 0), parameters(llama, 0));
                assertThat(loaded.losses(tokens, SEQUENCES, CONTEXT))
                        .isDeepEqualTo(llama.losses(tokens, SEQUENCES, CONTEXT));
            }
        }
    }

    @Test
    void oneOfSeveralModelsIsExported() throws Exception {
        try (Llama llama = models(3, 5)) {
            export(folder, llama, 1, Precision.FLOAT32);
            try (Llama loaded = load(folder)) {
                assertSameBits(parameters(loaded, 0), parameters(llama, 1));
            }
            assertThatThrownBy(() -> export(folder, llama, 2, Precision.FLOAT32))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void loadedModelTrainsOn() throws Exception {
        int[] tokens = tokens(SEQUENCES, 1);
        try (Llama llama = models(3)) {
            export(folder, llama, 0, Precision.FLOAT32);
            try (Llama loaded = load(folder)) {
                double first = loaded.train(tokens, SEQUENCES, CONTEXT, 1, 0.01, 0.1)
                        .getFirst()
                        .loss();
                double second = loaded.train(tokens, SEQUENCES, CONTEXT, 2, 0.01, 0.1)
                        .getFirst()
                        .loss();
                assertThat(second).isLessThan(first);
            }
        }
    }

    /// Rounding to 8 bits moves a number by 2^-8 of itself at most; losses of a few nats by less than 0.02.
    @Test
    void bfloat16MovesParametersAndLossesWithinItsBound() throws Exception {
        int[] tokens = tokens(SEQUENCES, 9);
        try (Llama llama = models(3)) {
            export(folder, llama, 0, Precision.BFLOAT16);
            try (Llama loaded = load(folder)) {
                Map<String, float[]> rounded = parameters(loaded, 0);
                parameters(llama, 0).forEach((name, exact) -> {
                    for (int i = 0; i < exact.length; i++) {
                        assertThat(rounded.get(name)[i])
                                .as(name)
                                .isCloseTo(exact[i], within(Math.abs(exact[i]) * 0x1p-8f));
                    }
                });
                assertThat(rounded.get("output"))
                        .isNotEqualTo(parameters(llama, 0).get("output"));
                float[] losses = loaded.losses(tokens, SEQUENCES, CONTEXT)[0];
                assertThat(losses).containsExactly(llama.losses(tokens, SEQUENCES, CONTEXT)[0], within(0.02f));
            }
            long bytes = Files.size(folder.resolve("model.safetensors"));
            assertThat(bytes).isBetween(2 * CONFIG.parameters(), 2 * CONFIG.parameters() + 3000);
        }
    }

    @ParameterizedTest
    @CsvSource({"2000, 12", "1, 21", "100000, 1"})
    void shardsHoldTheSameModel(long shardBytes, int shards) throws Exception {
        try (Llama llama = models(3)) {
            exportSharded(folder, llama, shardBytes);
            List<String> expected = new ArrayList<>(List.of("config.json"));
            if (shards == 1) {
                expected.add("model.safetensors");
            } else {
                for (int i = 1; i <= shards; i++) {
                    expected.add(String.format("model-%05d-of-%05d.safetensors", i, shards));
                }
                expected.add("model.safetensors.index.json");
                JsonNode index = json(folder, "model.safetensors.index.json");
                assertThat(index.at("/metadata/total_size").longValue()).isEqualTo(4 * CONFIG.parameters());
                assertThat(index.get("weight_map").size()).isEqualTo(21);
                assertThat(index.at("/weight_map/model.embed_tokens.weight").stringValue())
                        .isEqualTo(expected.get(1));
                for (String file : expected.subList(1, shards + 1)) {
                    Safetensors shard = Safetensors.open(folder.resolve(file));
                    assertThat(shard.names()).isNotEmpty();
                }
            }
            assertThat(files(folder)).containsExactlyElementsOf(expected);
            try (Llama loaded = load(folder)) {
                assertSameBits(parameters(loaded, 0), parameters(llama, 0));
            }
        }
    }

    @Test
    void configurationIsTransformersOwn() throws Exception {
        try (Llama llama = models(3)) {
            export(folder, llama, 0, Precision.BFLOAT16);
        }
        assertThat(json(folder, "config.json")).isEqualTo(JsonMapper.shared().readTree("""
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
                 "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": false,
                 "attention_bias": false, "mlp_bias": false, "vocab_size": 11, "hidden_size": 20,
                 "intermediate_size": 6, "num_hidden_layers": 2, "num_attention_heads": 2,
                 "num_key_value_heads": 2, "max_position_embeddings": 7,
                 "initializer_range": 0.1414213562373095, "bos_token_id": null, "eos_token_id": null,
                 "use_cache": true, "torch_dtype": "bfloat16"}
                """));
    }

    @Test
    void namesAndShapesAreTransformersOwn() throws Exception {
        try (Llama llama = models(3)) {
            export(folder, llama, 0, Precision.FLOAT32);
        }
        List<String> found = new ArrayList<>();
        Safetensors file = Safetensors.open(folder.resolve("model.safetensors"));
        for (String name : file.names()) {
            if (!name.startsWith("model.layers.0.")) {
                found.add(name + " " + file.shape(name));
            }
        }
        assertThat(found)
                .containsExactly(
                        "model.embed_tokens.weight [11, 20]",
                        "model.layers.1.input_layernorm.weight [20]",
                        "model.layers.1.self_attn.q_proj.weight [20, 20]",
                        "model.layers.1.self_attn.k_proj.weight [20, 20]",
                        "model.layers.1.self_attn.v_proj.weight [20, 20]",
                        "model.layers.1.self_attn.o_proj.weight [20, 20]",
                        "model.layers.1.post_attention_layernorm.weight [20]",
                        "model.layers.1.mlp.gate_proj.weight [6, 20]",
                        "model.layers.1.mlp.up_proj.weight [6, 20]",
                        "model.layers.1.mlp.down_proj.weight [20, 6]",
                        "model.norm.weight [20]",
                        "lm_head.weight [11, 20]");
    }

    @Test
    void progressIsToldFromStartToEndOnce() throws Exception {
        List<Double> out = new ArrayList<>();
        List<Double> in = new ArrayList<>();
        try (Llama llama = models(3)) {
            llama.export(
                    0, CONTEXT, OptionalInt.empty(), folder, Precision.FLOAT32, (step, done, message) -> out.add(done));
        }
        Llama.load(folder, ComputeDevice.cpu(1), Compute.FLOAT32, (step, done, message) -> in.add(done))
                .close();
        for (List<Double> told : List.of(out, in)) {
            assertThat(told)
                    .hasSize(22)
                    .isSorted()
                    .startsWith(0.0)
                    .endsWith(1.0)
                    .doesNotHaveDuplicates();
        }
    }
}
