package io.regmixd.engine.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.Progress;
import io.regmixd.engine.Compute;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Llama;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Precision;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Tiny models in and out of Transformers' format, and a look at the files.
final class TinyExport {

    /// Width, hidden width and vocabulary differ, so that none can stand in for another; 20 is more than a band
    /// of columns.
    static final LlamaConfig CONFIG = new LlamaConfig(2, 2, 20, 6, 11);

    static final int CONTEXT = 7;
    static final int SEQUENCES = 3;

    private TinyExport() {}

    /// Trained a little, so that gains are not 1.
    static Llama models(long... seeds) {
        Llama llama = Llama.initialise(CONFIG, seeds, ComputeDevice.cpu(1), Compute.FLOAT32);
        for (int step = 1; step <= 5; step++) {
            llama.train(tokens(seeds.length * SEQUENCES, step), SEQUENCES, CONTEXT, step, 0.05, 0.1);
        }
        return llama;
    }

    static int[] tokens(int sequences, long seed) {
        return new Random(seed)
                .ints(sequences * (CONTEXT + 1L), 0, CONFIG.vocabulary())
                .toArray();
    }

    static void export(Path folder, Llama llama, int model, Precision precision) throws Exception {
        llama.export(model, CONTEXT, OptionalInt.empty(), folder, precision, Progress.SILENT);
    }

    static void exportSharded(Path folder, Llama llama, long shardBytes) throws Exception {
        HuggingFace.export(
                folder,
                CONFIG,
                CONTEXT,
                OptionalInt.empty(),
                parameters(llama, 0)::get,
                Precision.FLOAT32,
                shardBytes,
                Progress.SILENT);
    }

    static Llama load(Path folder) throws Exception {
        return Llama.load(folder, ComputeDevice.cpu(1), Compute.FLOAT32, Progress.SILENT);
    }

    static Map<String, float[]> parameters(Llama llama, int model) {
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

    static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    }

    static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static JsonNode json(Path folder, String file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(folder.resolve(file)));
    }
}
