package io.regmixd.engine.huggingface;

import static io.regmixd.engine.huggingface.TinyExport.CONTEXT;
import static io.regmixd.engine.huggingface.TinyExport.assertSameBits;
import static io.regmixd.engine.huggingface.TinyExport.export;
import static io.regmixd.engine.huggingface.TinyExport.exportSharded;
import static io.regmixd.engine.huggingface.TinyExport.files;
import static io.regmixd.engine.huggingface.TinyExport.json;
import static io.regmixd.engine.huggingface.TinyExport.load;
import static io.regmixd.engine.huggingface.TinyExport.models;
import static io.regmixd.engine.huggingface.TinyExport.parameters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.regmixd.engine.Llama;
import io.regmixd.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class HuggingFaceTroubleTest {

    private static Llama llama;

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("exported");
    }

    @BeforeAll
    static void train() {
        llama = models(3, 5);
    }

    @AfterAll
    static void close() {
        llama.close();
    }

    private void rewrite(String file, String field, String value) throws IOException {
        ObjectNode json = (ObjectNode) json(folder, file);
        json.set(field, JsonMapper.shared().readTree(value));
        Files.writeString(folder.resolve(file), json.toString());
    }

    private void assertRefused(String... words) {
        assertThatIOException().isThrownBy(() -> load(folder)).withMessageContainingAll(words);
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
        export(folder, llama, 0, Precision.FLOAT32);
        rewrite("config.json", field, value);
        assertRefused(folder.resolve("config.json").toString(), "field " + field, words);
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
        export(folder, llama, 0, Precision.FLOAT32);
        rewrite("config.json", field, value);
        assertRefused(words.replace(';', ','), folder.resolve("config.json").toString());
    }

    @Test
    void missingOrDamagedFilesAreNamed() throws Exception {
        assertRefused(folder.resolve("config.json") + ": there is no such file");
        export(folder, llama, 0, Precision.FLOAT32);
        Path weights = folder.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        assertRefused(weights.toString(), "tensor ", "cut short");
        Files.delete(weights);
        assertRefused(weights + ": there is no such file");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\",");
        assertRefused(folder.resolve("config.json") + ": not JSON");
    }

    @Test
    void shardsThatDoNotFitTheirIndexAreNamed() throws Exception {
        String index = "model.safetensors.index.json";
        Path first = folder.resolve("model-00001-of-00012.safetensors");
        exportSharded(folder, llama, 2000);
        ObjectNode right = (ObjectNode) json(folder, index).get("weight_map");
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
        load(folder).close();

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
        export(folder, llama, 0, Precision.FLOAT32);
        export(folder, llama, 1, Precision.FLOAT32);
        assertThat(files(folder)).containsExactly("config.json", "model.safetensors");
        try (Llama loaded = load(folder)) {
            assertSameBits(parameters(loaded, 0), parameters(llama, 1));
        }
        // Transformers would read the one file and never look at the shards
        assertThatIOException()
                .isThrownBy(() -> exportSharded(folder, llama, 2000))
                .withMessageContainingAll(folder + " holds model.safetensors", "choose another folder");
        Files.move(folder.resolve("model.safetensors"), folder.resolve("pytorch_model.bin"));
        assertThatIOException()
                .isThrownBy(() -> export(folder, llama, 0, Precision.FLOAT32))
                .withMessageContaining(folder + " holds pytorch_model.bin");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 19})
    void interruptedExportLeavesNoFolderThatLooksComplete(int tensor) throws Exception {
        export(folder, llama, 0, Precision.FLOAT32);
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> llama.export(
                        0, CONTEXT, OptionalInt.empty(), folder, Precision.FLOAT32, (step, done, message) -> {
                            if (message.startsWith(tensor + " of 21 tensors")) {
                                Thread.currentThread().interrupt();
                            }
                        }));
        assertThat(files(folder)).containsExactly("model.safetensors");
        assertRefused("config.json: there is no such file");
    }

    @Test
    void configurationOfTransformers5IsRead() throws Exception {
        export(folder, llama, 0, Precision.FLOAT32);
        rewrite("config.json", "rope_theta", "null");
        rewrite("config.json", "head_dim", "10");
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 10000.0}");
        load(folder).close();
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 500000.0}");
        assertRefused("config.json, field rope_parameters.rope_theta: 500000.0");
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"llama3\"}");
        assertRefused("config.json, field rope_parameters.rope_type: \"llama3\"");
        rewrite("config.json", "rope_parameters", "{\"rope_type\": \"default\", \"factor\": 8.0}");
        assertRefused("config.json, field rope_parameters.factor: 8.0");
    }
}
