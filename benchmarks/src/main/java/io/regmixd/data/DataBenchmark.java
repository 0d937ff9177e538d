package io.regmixd.data;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import io.regmixd.Progress;
import io.regmixd.data.source.DocumentReader;
import io.regmixd.data.source.MavenArtifacts;
import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import io.regmixd.data.source.Sources;
import io.regmixd.data.source.WebFiles;
import io.regmixd.store.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/// What preparing a corpus costs: the Java side of `./bench data`.
///
/// Prints a line of JSON per result: `speed` (seconds of the bare tokenizer, and of a whole preparation of the same
/// text
/// from zstd JSON lines), `heap` (the most that was alive after a garbage collection),
/// `open` (milliseconds to open a corpus whose files are sparse).
final class DataBenchmark {

    private static final int COPIES = 4;
    private static final List<String> NAMES = List.of("one", "other");

    private DataBenchmark() {}

    /// @param arguments `text GPT2_MANIFEST DATA_FOLDER SCRATCH_FOLDER`, which writes the text of `speed`;
    ///     `speed GPT2_MANIFEST SCRATCH_FOLDER ROUNDS`; `heap SCRATCH_FOLDER DOCUMENTS`; or
    ///     `open SCRATCH_FOLDER TOKENS`
    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "text" -> text(Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]));
            case "speed" -> speed(Path.of(arguments[1]), Path.of(arguments[2]), Integer.parseInt(arguments[3]));
            case "heap" -> heap(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            case "open" -> open(Path.of(arguments[1]), Long.parseLong(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /// The demo corpus's documents, each a few times with another first line, by turns in two domains.
    private static void text(Path manifest, Path data, Path scratch) throws IOException, InterruptedException {
        Corpus demo = Corpus.prepare(manifest.resolveSibling("demo.json"), data, Progress.SILENT);
        try (OutputStream out = lines(scratch)) {
            int number = 0;
            for (int copy = 0; copy < COPIES; copy++) {
                for (int d = 0; d < demo.domains().size(); d++) {
                    Tokens tokens = demo.train(d);
                    int[] bytes = new int[(int) tokens.size()];
                    tokens.copy(0, bytes.length, bytes, 0);
                    int start = 0;
                    for (int end = 0; end < bytes.length; end++) {
                        if (bytes[end] == 0) {
                            byte[] document = new byte[end - start];
                            for (int i = 0; i < document.length; i++) {
                                document[i] = (byte) bytes[start + i];
                            }
                            String text = "Copy " + copy + "\n" + new String(document, StandardCharsets.UTF_8);
                            write(out, text, NAMES.get(number++ % NAMES.size()));
                            start = end + 1;
                        }
                    }
                }
            }
        }
    }

    private static OutputStream lines(Path scratch) throws IOException {
        return new BufferedOutputStream(
                new ZstdOutputStream(Files.newOutputStream(scratch.resolve("text.jsonl.zst"))), 1 << 16);
    }

    private static void write(OutputStream out, String text, String of) throws IOException {
        out.write((Json.line(Map.of("text", text, "meta", Map.of("of", of))) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static Manifest manifest(TokenizerSource tokenizer) {
        List<Manifest.Domain> domains = NAMES.stream()
                .map(name -> new Manifest.Domain(
                        name,
                        "",
                        "",
                        new Source.Files(List.of("text.jsonl.zst"), null, null, Map.of("meta.of", name)),
                        Manifest.Unit.RECORD,
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalDouble.empty()))
                .toList();
        return new Manifest("bench", "", tokenizer, NAMES.getFirst(), 65_536, domains, OptionalLong.empty());
    }

    private static void speed(Path gpt2, Path scratch, int rounds) throws IOException, InterruptedException {
        Manifest manifest = manifest(Manifest.read(gpt2).tokenizer());
        Sources sources = new Sources(MavenArtifacts.ofUser(), WebFiles.ofUser());
        Corpus warm = Corpus.prepare(manifest, scratch, scratch.resolve("warm"), sources, Progress.SILENT);
        Tokenizer tokenizer = warm.tokenizer();
        List<Tokenization.Document> documents = new ArrayList<>();
        long[] bytes = new long[2];
        SourceFile file = SourceFile.of(manifest, scratch).getFirst();
        boolean _ = DocumentReader.of(manifest, file).read(scratch.resolve(file.name()), new DocumentReader.Sink() {
            @Override
            public boolean document(int domain, String text, double done) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                bytes[0] += utf8.length;
                documents.add(new Tokenization.Document(domain, TextHash.of(utf8), text, utf8.length));
                return true;
            }

            @Override
            public void rejected(int domain) {}
        });
        try (InputStream json = new ZstdInputStream(Files.newInputStream(scratch.resolve(file.name())))) {
            bytes[1] = json.transferTo(OutputStream.nullOutputStream());
        }
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            double startCpu = cpu();
            AtomicLong tokens = new AtomicLong();
            try (Tokenization bare = new Tokenization(
                    document -> tokenizer.encode(document.text()),
                    Runtime.getRuntime().availableProcessors(),
                    (_, encoded) -> tokens.addAndGet(encoded.length))) {
                for (Tokenization.Document document : documents) {
                    bare.add(document);
                }
                bare.finish();
            }
            long between = System.nanoTime();
            double betweenCpu = cpu();
            Corpus _ = Corpus.prepare(manifest, scratch, scratch.resolve("round" + round), sources, Progress.SILENT);
            long end = System.nanoTime();
            print(String.format(
                    Locale.ROOT,
                    "\"result\": \"speed\", \"cores\": %d, \"bare\": %.3f, \"whole\": %.3f, \"tokens\": %d, \"text_mb\": %.3f, "
                            + "\"json_mb\": %.3f, \"bare_cpu\": %.3f, \"whole_cpu\": %.3f",
                    Runtime.getRuntime().availableProcessors(),
                    (between - start) / 1e9,
                    (end - between) / 1e9,
                    tokens.get(),
                    bytes[0] / 1e6,
                    bytes[1] / 1e6,
                    betweenCpu - startCpu,
                    cpu() - betweenCpu));
        }
    }

    /// Seconds of work of all threads so far.
    private static double cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static void heap(Path scratch, int documents) throws IOException, InterruptedException {
        try (OutputStream out = lines(scratch)) {
            for (int i = 0; i < documents; i++) {
                write(out, "Document " + i, NAMES.get(i % NAMES.size()));
            }
        }
        AtomicLong most = new AtomicLong();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, _) -> {
                                if (notification.getUserData() instanceof CompositeData data) {
                                    long alive =
                                            GarbageCollectionNotificationInfo.from(data)
                                                    .getGcInfo()
                                                    .getMemoryUsageAfterGc()
                                                    .values()
                                                    .stream()
                                                    .mapToLong(MemoryUsage::getUsed)
                                                    .sum();
                                    most.accumulateAndGet(alive, Math::max);
                                }
                            },
                            null,
                            null);
        }
        long start = System.nanoTime();
        Sources sources = new Sources(MavenArtifacts.ofUser(), WebFiles.ofUser());
        Corpus corpus = Corpus.prepare(
                manifest(TokenizerSource.BYTES), scratch, scratch.resolve("corpora"), sources, Progress.SILENT);
        print(String.format(
                Locale.ROOT,
                "\"result\": \"heap\", \"documents\": %d, \"heap_mb\": %.1f, \"limit_mb\": %.0f, \"seconds\": %.1f",
                Index.read(corpus.folder()).domains().stream()
                        .mapToLong(d -> d.train().documents() + d.validation().documents())
                        .sum(),
                most.get() / 1e6,
                Runtime.getRuntime().maxMemory() / 1e6,
                (System.nanoTime() - start) / 1e9));
    }

    /// A corpus of 17 domains whose files are as large as they should be, and empty.
    private static void open(Path scratch, long tokens) throws IOException {
        int domains = 17;
        int width = Tokens.width(50_277);
        long each = tokens / domains;
        List<Index.Domain> all = new ArrayList<>();
        for (int d = 0; d < domains; d++) {
            String name = "domain" + d;
            TokenFile train = sparse(scratch, TokenFile.train(name), each, width);
            TokenFile validation = sparse(scratch, TokenFile.validation(name), 1 << 20, width);
            all.add(new Index.Domain(name, "", "", train, validation, 0, 0, each, OptionalDouble.empty()));
        }
        TokenizerSource tokenizer = TokenizerSource.ofFile("tokenizer.json", "0".repeat(64), "<|endoftext|>");
        new Index("bench", "", "0".repeat(16), tokenizer, 50_277, width, "domain0", all, Map.of()).write(scratch);
        double[] millis = new double[5];
        for (int i = 0; i < millis.length; i++) {
            long start = System.nanoTime();
            Corpus corpus = Corpus.open(scratch);
            millis[i] = (System.nanoTime() - start) / 1e6;
            if (corpus.trainTokens(0) != each) {
                throw new IllegalStateException("not what was written");
            }
        }
        print(String.format(
                Locale.ROOT,
                "\"result\": \"open\", \"tokens\": %d, \"first_ms\": %.1f, \"again_ms\": %.1f",
                tokens,
                millis[0],
                Arrays.stream(millis).sorted().toArray()[millis.length / 2]));
    }

    private static TokenFile sparse(Path folder, String name, long tokens, int width) throws IOException {
        long bytes = tokens * width;
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(bytes);
        }
        int blocks = Math.toIntExact((bytes + TokenFile.BLOCK - 1) / TokenFile.BLOCK);
        return new TokenFile(name, 1, tokens, tokens * 4, Collections.nCopies(blocks, "0".repeat(64)));
    }

    private static void print(String fields) {
        System.out.println("{" + fields + "}");
    }
}
