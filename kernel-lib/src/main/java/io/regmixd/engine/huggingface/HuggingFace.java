package io.regmixd.engine.huggingface;

import io.regmixd.Progress;
import io.regmixd.engine.Llama;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Precision;
import io.regmixd.store.Json;
import io.regmixd.store.WholeFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A folder that holds one Llama as Hugging Face's libraries keep it: `config.json` and `model.safetensors`,
/// or, past 5 GB, `model-00001-of-0000N.safetensors` and the index of which tensor lies in which.
///
/// Names and computation are those of Transformers' `LlamaForCausalLM` (`modeling_llama.py`);
/// [HuggingFaceWeight] says how their matrices lie in ours.
public final class HuggingFace {

    private static final String STEP_OUT = "Exporting a model";
    private static final String STEP_IN = "Loading a model";

    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /// What Transformers looks for in a folder, one before the other.
    private static final Pattern WEIGHTS =
            Pattern.compile("(model|pytorch_model)[^/]*\\.(safetensors|bin)(\\.index\\.json)?");

    /// Transformers' limit for one file.
    private static final long SHARD_BYTES = 5_000_000_000L;

    private final Path folder;
    private final LlamaConfig config;
    private final Map<String, Safetensors> tensors = new HashMap<>();

    private HuggingFace(Path folder, LlamaConfig config) {
        this.folder = folder;
        this.config = config;
    }

    /// Writes one model in place of what an earlier export left in the folder. Each file is whole or not there;
    /// `config.json` comes last, so that a folder with one is complete.
    ///
    /// @param context    longest sequence that the model was trained on
    /// @param endOfDocument the token after which generation ends, if there is one
    /// @param parameters row-major values by the names of [Llama#shapes]; asked for as they are written
    /// @throws IOException          if the folder cannot be written to or holds weights of another kind
    /// @throws InterruptedException if the thread is interrupted between two tensors
    public static void export(
            Path folder,
            LlamaConfig config,
            int context,
            OptionalInt endOfDocument,
            Function<String, float[]> parameters,
            Precision precision,
            Progress progress)
            throws IOException, InterruptedException {
        export(folder, config, context, endOfDocument, parameters, precision, SHARD_BYTES, progress);
    }

    public static void export(
            Path folder,
            LlamaConfig config,
            int context,
            OptionalInt endOfDocument,
            Function<String, float[]> parameters,
            Precision precision,
            long shardBytes,
            Progress progress)
            throws IOException, InterruptedException {
        Map<String, List<HuggingFaceWeight>> shards = shards(HuggingFaceWeight.of(config), precision, shardBytes);
        requireNoOthers(folder, shards.keySet());
        Files.deleteIfExists(folder.resolve(HuggingFaceConfig.FILE));
        int[] done = {0};
        try {
            for (Map.Entry<String, List<HuggingFaceWeight>> shard : shards.entrySet()) {
                List<Safetensors.Tensor> lazily = shard.getValue().stream()
                        .map(weight -> new Safetensors.Tensor(weight.name(), weight.shape(), () -> {
                            if (Thread.interrupted()) {
                                throw new CancellationException("export stopped before " + weight.name());
                            }
                            tell(progress, STEP_OUT, done[0]++, HuggingFaceWeight.count(config));
                            return weight.from(parameters.apply(weight.parameter()));
                        }))
                        .toList();
                Safetensors.write(folder.resolve(shard.getKey()), precision, lazily);
            }
        } catch (CancellationException e) {
            throw new InterruptedException(e.getMessage());
        }
        if (shards.size() > 1) {
            Json.write(index(shards, precision), folder.resolve(INDEX));
        }
        Json.write(
                HuggingFaceConfig.of(config, context, endOfDocument, precision),
                folder.resolve(HuggingFaceConfig.FILE));
        progress.update(
                STEP_OUT,
                1,
                String.format(Locale.ROOT, "%,d parameters in %s", config.parameters(), precision.torchName()));
    }

    /// Writes the tokenizer beside a model: `tokenizer.json`, and a `tokenizer_config.json` that says what ends
    /// a text.
    ///
    /// @param endOfDocument the text of that token
    /// @param context       longest sequence that the model was trained on
    /// @throws IOException if the folder cannot be written to
    public static void exportTokenizer(Path folder, Path tokenizer, String endOfDocument, int context)
            throws IOException {
        byte[] json = Files.readAllBytes(tokenizer);
        WholeFile.write(folder.resolve("tokenizer.json"), out -> out.write(json));
        ObjectNode config = Json.object();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("eos_token", endOfDocument);
        config.put("model_max_length", context);
        config.put("clean_up_tokenization_spaces", false);
        Json.write(config, folder.resolve("tokenizer_config.json"));
    }

    private static void tell(Progress progress, String step, int done, long all) {
        progress.update(step, done / (double) all, done + " of " + all + " tensors");
    }

    /// Weights by the file that they go to.
    private static Map<String, List<HuggingFaceWeight>> shards(
            List<HuggingFaceWeight> weights, Precision precision, long shardBytes) {
        List<List<HuggingFaceWeight>> shards = new ArrayList<>();
        long bytes = Long.MAX_VALUE;
        for (HuggingFaceWeight weight : weights) {
            long more = bytes(List.of(weight), precision);
            if (bytes > shardBytes - more) {
                shards.add(new ArrayList<>());
                bytes = 0;
            }
            shards.getLast().add(weight);
            bytes += more;
        }
        Map<String, List<HuggingFaceWeight>> named = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = shards.size() == 1
                    ? WHOLE
                    : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            named.put(name, shards.get(i));
        }
        return named;
    }

    private static long bytes(List<HuggingFaceWeight> weights, Precision precision) {
        return weights.stream()
                .mapToLong(weight -> weight.shape().stream().reduce(1L, (a, b) -> a * b) * precision.bytes())
                .sum();
    }

    private static ObjectNode index(Map<String, List<HuggingFaceWeight>> shards, Precision precision) {
        ObjectNode index = Json.object();
        long bytes = shards.values().stream()
                .mapToLong(weights -> bytes(weights, precision))
                .sum();
        index.putObject("metadata").put("total_size", bytes);
        ObjectNode files = index.putObject("weight_map");
        shards.forEach((file, weights) -> weights.forEach(weight -> files.put(weight.name(), file)));
        return index;
    }

    /// Weights of another export or format in the folder could be read in place of these.
    private static void requireNoOthers(Path folder, Set<String> shards) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> present = Files.newDirectoryStream(folder)) {
            for (Path file : present) {
                String name = file.getFileName().toString();
                boolean ours = shards.contains(name) || (shards.size() > 1 && name.equals(INDEX));
                if (WEIGHTS.matcher(name).matches() && !ours) {
                    throw new IOException(folder + " holds " + name
                            + ", which could be read in place of this export: choose another folder or delete it");
                }
            }
        }
    }

    /// Opens a folder and looks at all it says, before any number is read.
    ///
    /// @throws IOException if a file is missing or damaged, a tensor is missing, too many or of another shape
    ///     than `config.json` says, or that is a model that [Llama] does not compute; the message names the
    ///     file and the field or tensor
    public static HuggingFace open(Path folder) throws IOException {
        HuggingFace opened = new HuggingFace(folder, HuggingFaceConfig.read(folder.resolve(HuggingFaceConfig.FILE)));
        if (!Files.exists(folder.resolve(WHOLE)) && Files.exists(folder.resolve(INDEX))) {
            opened.addShards(folder.resolve(INDEX));
        } else {
            opened.add(folder.resolve(WHOLE));
        }
        opened.requireWeights();
        return opened;
    }

    private void add(Path path) throws IOException {
        Safetensors file = Safetensors.open(path);
        for (String name : file.names()) {
            Safetensors other = tensors.put(name, file);
            if (other != null) {
                throw new IOException(path + ", tensor " + name + ": " + other.file() + " holds it, too");
            }
        }
    }

    private void addShards(Path index) throws IOException {
        JsonNode places = Json.read(index).path("weight_map");
        if (places.isEmpty()) {
            throw new IOException(index + ", field weight_map: missing or empty");
        }
        Set<String> shards = new TreeSet<>();
        for (Map.Entry<String, JsonNode> place : places.properties()) {
            String shard = place.getValue().isString() ? place.getValue().stringValue() : "";
            if (!WEIGHTS.matcher(shard).matches() || !shard.endsWith(".safetensors")) {
                throw new IOException(index + ", tensor " + place.getKey() + ": " + place.getValue()
                        + " is no name of a file of weights in this folder");
            }
            shards.add(shard);
        }
        for (String shard : shards) {
            add(folder.resolve(shard));
        }
        for (Map.Entry<String, JsonNode> place : places.properties()) {
            Path file = folder.resolve(place.getValue().stringValue());
            Safetensors holder = tensors.get(place.getKey());
            if (holder == null || !holder.file().equals(file)) {
                throw new IOException(file + ", tensor " + place.getKey() + ": missing, though " + INDEX + " names it");
            }
        }
    }

    private void requireWeights() throws IOException {
        String told = folder.resolve(HuggingFaceConfig.FILE).toString();
        if (config.layers() > tensors.size()) {
            throw new IOException(told + ", field num_hidden_layers: " + config.layers() + ", but there are only "
                    + tensors.size() + " tensors");
        }
        Set<String> others = new TreeSet<>(tensors.keySet());
        for (HuggingFaceWeight weight : HuggingFaceWeight.of(config)) {
            Safetensors file = tensors.get(weight.name());
            if (file == null) {
                throw new IOException(
                        folder + ", tensor " + weight.name() + ": missing, though " + told + " asks for it");
            }
            if (!file.shape(weight.name()).equals(weight.shape())) {
                throw new IOException(file.file() + ", tensor " + weight.name() + ": shape " + file.shape(weight.name())
                        + ", though " + told + " asks for " + weight.shape());
            }
            others.remove(weight.name());
        }
        if (!others.isEmpty()) {
            String name = others.iterator().next();
            throw new IOException(tensors.get(name).file() + ", tensor " + name + ": no part of the Llama that " + told
                    + " describes");
        }
    }

    public LlamaConfig config() {
        return config;
    }

    /// All parameters by name, `[rows, columns]` row-major, in the order of [Llama#shapes].
    ///
    /// @param to hears of one parameter after the other
    /// @throws InterruptedException if the thread is interrupted between two of them
    public void read(Parameters to, Progress progress) throws IOException, InterruptedException {
        int done = 0;
        List<HuggingFaceWeight> weights = HuggingFaceWeight.of(config);
        for (Map.Entry<String, long[]> shape : Llama.shapes(config).entrySet()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("loading stopped before " + shape.getKey());
            }
            float[] values = new float[Math.toIntExact(shape.getValue()[0] * shape.getValue()[1])];
            for (HuggingFaceWeight weight : weights) {
                if (weight.parameter().equals(shape.getKey())) {
                    tell(progress, STEP_IN, done++, weights.size());
                    weight.into(values, tensors.get(weight.name()).values(weight.name()));
                }
            }
            to.take(shape.getKey(), values);
        }
        progress.update(STEP_IN, 1, String.format(Locale.ROOT, "%,d parameters", config.parameters()));
    }

    /// Takes one parameter.
    public interface Parameters {
        void take(String name, float[] values);
    }
}
