package io.regmixd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class HuggingFaceTest {

    /// No two sizes are equal, so that none can stand in for another; 20 is more than a band of columns.
    private static final LlamaConfig TINY = new LlamaConfig(2, 2, 20, 6, 11);
    private static final int CONTEXT = 7;
    private static final int SEQUENCES = 3;

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("exported");
    }

    /// Trained a little, so that gains are not 1.
    private static Llama models(long... seeds) {
        Llama llama = Llama.initialise(TINY, seeds, ComputeDevice.cpu());
        for (int step = 1; step <= 5; step++) {
            llama.train(tokens(seeds.length * SEQUENCES, step), SEQUENCES, CONTEXT, step, 0.05, 0.1);
        }
        return llama;
    }

    private static int[] tokens(int sequences, long seed) {
        return new Random(seed)
                .ints(sequences * (CONTEXT + 1L), 0, TINY.vocabulary())
                .toArray();
    }

    private void export(Llama llama, int model, Precision precision) throws Exception {
        llama.export(model, CONTEXT, folder, precision, Progress.SILENT);
    }

    private void exportSharded(Llama llama, long shardBytes) throws Exception {
        HuggingFace.export(
                folder, TINY, CONTEXT, parameters(llama, 0)::get, Precision.FLOAT32, shardBytes, Progress.SILENT);
    }

    private Llama load() throws Exception {
        return Llama.load(folder, ComputeDevice.cpu(), Progress.SILENT);
    }

    private static Map<String, float[]> parameters(Llama llama, int model) {
        Map<String, float[]> parameters = new TreeMap<>();
        for (TensorFile.Tensor tensor : llama.tensors()) {
            if (tensor.name().startsWith("parameters.")) {
                int size = tensor.data().length / llama.models();
                parameters.put(
                        tensor.name().substring("parameters.".length()),
                        Arrays.copyOfRange(tensor.data(), model * size, (model + 1) * size));
            }
        }
        return parameters;
    }

    private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private JsonNode json(String file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(folder.resolve(file)));
    }

    private void rewrite(String file, String field, String value) throws IOException {
        ObjectNode json = (ObjectNode) json(file);
        json.set(field, JsonMapper.shared().readTree(value));
        Files.writeString(folder.resolve(file), json.toString());
    }

    private void assertRefused(String... words) {
        assertThatIOException().isThrownBy(this::load).withMessageContainingAll(words);
    }

    @Test
    void transformersComputesTheSameLosses() throws Exception {
        int[] tokens = tokens(SEQUENCES, 9);
        try (Llama llama = models(3, 5)) {
            float[][] losses = llama.losses(tokens, SEQUENCES, CONTEXT);
            for (int k = 0; k < 2; k++) {
                export(llama, k, Precision.FLOAT32);
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
            export(llama, 0, Precision.FLOAT32);
            try (Llama loaded = load()) {
                assertThat(loaded.config()).isEqualTo(TINY);
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
            export(llama, 1, Precision.FLOAT32);
            try (Llama loaded = load()) {
                assertSameBits(parameters(loaded, 0), parameters(llama, 1));
            }
            assertThatThrownBy(() -> export(llama, 2, Precision.FLOAT32)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void loadedModelTrainsOn() throws Exception {
        int[] tokens = tokens(SEQUENCES, 1);
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.FLOAT32);
            try (Llama loaded = load()) {
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

    /// Rounding to 8 bits moves a number by 2^-8 of itself at most; of losses near 2 nats that leaves a hundredth.
    @Test
    void bfloat16MovesParametersAndLossesWithinItsBound() throws Exception {
        int[] tokens = tokens(SEQUENCES, 9);
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.BFLOAT16);
            try (Llama loaded = load()) {
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
            assertThat(bytes).isBetween(2 * TINY.parameters(), 2 * TINY.parameters() + 3000);
        }
    }

    @ParameterizedTest
    @CsvSource({"2000, 12", "1, 21", "100000, 1"})
    void shardsHoldTheSameModel(long shardBytes, int shards) throws Exception {
        try (Llama llama = models(3)) {
            exportSharded(llama, shardBytes);
            List<String> expected = new ArrayList<>(List.of("config.json"));
            if (shards == 1) {
                expected.add("model.safetensors");
            } else {
                for (int i = 1; i <= shards; i++) {
                    expected.add(String.format("model-%05d-of-%05d.safetensors", i, shards));
                }
                expected.add("model.safetensors.index.json");
                JsonNode index = json("model.safetensors.index.json");
                assertThat(index.at("/metadata/total_size").longValue()).isEqualTo(4 * TINY.parameters());
                assertThat(index.get("weight_map").size()).isEqualTo(21);
                assertThat(index.at("/weight_map/model.embed_tokens.weight").stringValue())
                        .isEqualTo(expected.get(1));
                for (String file : expected.subList(1, shards + 1)) {
                    Safetensors shard = Safetensors.open(folder.resolve(file));
                    assertThat(shard.names()).isNotEmpty();
                }
            }
            assertThat(files()).containsExactlyElementsOf(expected);
            try (Llama loaded = load()) {
                assertSameBits(parameters(loaded, 0), parameters(llama, 0));
            }
        }
    }

    @Test
    void configurationIsTransformersOwn() throws Exception {
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.BFLOAT16);
        }
        assertThat(json("config.json")).isEqualTo(JsonMapper.shared().readTree("""
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
            export(llama, 0, Precision.FLOAT32);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "model_type           | \"mistral\" | the Llama of this library needs llama",
                "model_type           | null    | needs llama",
                "hidden_act           | \"gelu\" | needs silu",
                "rms_norm_eps         | 1e-6    | needs 1.0E-5",
                "rms_norm_eps         | null    | needs 1.0E-5",
                "rope_theta           | 500000  | needs 10000.0",
                "rope_scaling         | {\"rope_type\": \"linear\", \"factor\": 2.0} | needs nothing",
                "partial_rotary_factor | 0.5    | needs nothing",
                "quantization_config  | {\"bits\": 4} | needs nothing",
                "tie_word_embeddings  | true    | needs false",
                "attention_bias       | true    | needs false",
                "mlp_bias             | true    | needs false",
                "num_key_value_heads  | 1       | needs 2",
                "head_dim             | 5       | needs 10",
                "hidden_size          | 20.0    | needs a positive whole number",
                "hidden_size          | null    | needs a positive whole number",
                "vocab_size           | 0       | needs a positive whole number",
                "intermediate_size    | -6      | needs a positive whole number",
                "num_hidden_layers    | \"2\"   | needs a positive whole number",
                "num_hidden_layers    | 99999999999 | needs a positive whole number",
                "num_hidden_layers    | 2000000000  | but there are only 21 tensors"
            })
    void unsupportedConfigurationIsRefusedByField(String field, String value, String words) throws Exception {
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.FLOAT32);
        }
        rewrite("config.json", field, value);
        assertRefused(folder.resolve("config.json").toString(), "field " + field, words);
    }

    @Test
    void configurationOfTransformers5IsRead() throws Exception {
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.FLOAT32);
        }
        rewrite("config.json", "rope_theta", "null");
        rewrite("config.json", "head_dim", "10");
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 10000.0}");
        load().close();
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 500000.0}");
        assertRefused("config.json, field rope_parameters.rope_theta: 500000.0");
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"llama3\"}");
        assertRefused("config.json, field rope_parameters.rope_type: \"llama3\"");
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"default\", \"factor\": 8.0}");
        assertRefused("config.json, field rope_parameters.factor: 8.0");
    }

    @ParameterizedTest
    @CsvSource({
        "hidden_size, 24, shape [11; 20]",
        "intermediate_size, 7, shape [6; 20]",
        "vocab_size, 12, shape [11; 20]",
        "num_hidden_layers, 3, tensor model.layers.2.input_layernorm.weight: missing",
        "num_hidden_layers, 1, tensor model.layers.1.input_layernorm.weight: no part of the Llama"
    })
    void tensorsThatDoNotFitTheConfigurationAreRefused(String field, String value, String words) throws Exception {
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.FLOAT32);
        }
        rewrite("config.json", field, value);
        assertRefused(words.replace(';', ','), folder.resolve("config.json").toString());
    }

    @Test
    void missingOrDamagedFilesAreNamed() throws Exception {
        try (Llama llama = models(3)) {
            assertRefused(folder.resolve("config.json") + ": there is no such file");
            export(llama, 0, Precision.FLOAT32);
            Path weights = folder.resolve("model.safetensors");
            byte[] whole = Files.readAllBytes(weights);
            Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
            assertRefused(weights.toString(), "tensor ", "cut short");
            Files.delete(weights);
            assertRefused(weights + ": there is no such file");
            Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\",");
            assertRefused(folder.resolve("config.json") + ": not JSON");
        }
    }

    @Test
    void shardsThatDoNotFitTheirIndexAreNamed() throws Exception {
        String index = "model.safetensors.index.json";
        Path first = folder.resolve("model-00001-of-00012.safetensors");
        try (Llama llama = models(3)) {
            exportSharded(llama, 2000);
        }
        ObjectNode right = (ObjectNode) json(index).get("weight_map");
        String name = "model.embed_tokens.weight";

        rewrite(
                index,
                "weight_map",
                right.deepCopy().put(name, "../" + first.getFileName()).toString());
        assertRefused(index, "tensor " + name, "is no name of a file of weights in this folder");
        rewrite(index, "weight_map", right.deepCopy().put(name, 7).toString());
        assertRefused(index, "tensor " + name, "is no name of a file of weights in this folder");
        rewrite(
                index,
                "weight_map",
                right.deepCopy().put(name, "model-00002-of-00012.safetensors").toString());
        assertRefused("model-00002-of-00012.safetensors", "tensor " + name + ": missing");
        rewrite(
                index,
                "weight_map",
                right.deepCopy().put("other", first.getFileName().toString()).toString());
        assertRefused(first + ", tensor other: missing, though " + index + " names it");
        rewrite(index, "weight_map", "{}");
        assertRefused(index, "field weight_map: missing or empty");
        rewrite(index, "weight_map", right.toString());
        load().close();

        Files.copy(first, folder.resolve("model-copy.safetensors"));
        rewrite(
                index,
                "weight_map",
                right.deepCopy().put("other", "model-copy.safetensors").toString());
        assertRefused("model-copy.safetensors", "tensor " + name + ": ", first + " holds it, too");
        rewrite(index, "weight_map", right.toString());
        Files.delete(first);
        assertRefused(first + ": there is no such file");
    }

    @Test
    void exportReplacesAnEarlierOneButNotOtherWeights() throws Exception {
        try (Llama llama = models(3, 5)) {
            export(llama, 0, Precision.FLOAT32);
            export(llama, 1, Precision.FLOAT32);
            assertThat(files()).containsExactly("config.json", "model.safetensors");
            try (Llama loaded = load()) {
                assertSameBits(parameters(loaded, 0), parameters(llama, 1));
            }
            // Transformers would read the one file and never look at the shards
            assertThatIOException()
                    .isThrownBy(() -> exportSharded(llama, 2000))
                    .withMessageContainingAll(folder + " holds model.safetensors", "choose another folder");
            Files.move(folder.resolve("model.safetensors"), folder.resolve("pytorch_model.bin"));
            assertThatIOException()
                    .isThrownBy(() -> export(llama, 0, Precision.FLOAT32))
                    .withMessageContaining(folder + " holds pytorch_model.bin");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 19})
    void interruptedExportLeavesNoFolderThatLooksComplete(int tensor) throws Exception {
        try (Llama llama = models(3)) {
            export(llama, 0, Precision.FLOAT32);
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> llama.export(0, CONTEXT, folder, Precision.FLOAT32, (step, done, message) -> {
                        if (message.startsWith(tensor + " of 21 tensors")) {
                            Thread.currentThread().interrupt();
                        }
                    }));
            assertThat(files()).containsExactly("model.safetensors");
            assertRefused("config.json: there is no such file");
        }
    }

    @Test
    void progressIsToldFromStartToEndOnce() throws Exception {
        List<Double> out = new ArrayList<>();
        List<Double> in = new ArrayList<>();
        try (Llama llama = models(3)) {
            llama.export(0, CONTEXT, folder, Precision.FLOAT32, (step, done, message) -> out.add(done));
        }
        Llama.load(folder, ComputeDevice.cpu(), (step, done, message) -> in.add(done))
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
