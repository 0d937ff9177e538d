package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Provenance;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// What a sweep costs besides its training steps: the Java side of `./bench sweep`.
///
/// Prints a line of JSON a result: `sweep` (seconds of a real sweep of demo proxies, those of its steps and of
/// its validation losses, the mean of the workers), `ledger` (seconds to write, to read and to resume a ledger
/// of 512 proxies in the paper's setting, 17 domains and 10 stages, and bytes a proxy).
final class SweepBenchmark {

    private static final int PROXIES = 16;
    private static final int STEPS = 250;
    private static final int STAGES = 5;
    private static final long SEED = 1;

    private static final int PAPER_PROXIES = 512;
    private static final int PAPER_STAGES = 10;
    private static final int PAPER_DOMAINS = 17;
    private static final int TIMES = 5;

    private SweepBenchmark() {}

    /// @param arguments `sweep MANIFEST DATA_FOLDER SCRATCH_FOLDER`, or `ledger SCRATCH_FOLDER`
    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "sweep" -> sweep(Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]));
            case "ledger" -> ledger(Path.of(arguments[1]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void sweep(Path manifest, Path data, Path scratch) throws IOException, InterruptedException {
        Corpus corpus = Corpus.prepare(manifest, data, Progress.SILENT);
        List<Mixture> design = DirichletDesign.regmix(corpus.natural()).sample(PROXIES, SEED);
        TrainingSettings settings = TrainingSettings.demoProxies(STEPS, STAGES);
        // The first warms up: the CPU is shared out, PyTorch loaded, methods compiled.
        ProxySweep.of(corpus, TrainingSettings.demoProxies(STAGES * 4, STAGES), SEED)
                .run(design, scratch.resolve("warm-up.arrow"), Progress.SILENT);
        ProxySweep sweep = ProxySweep.of(corpus, settings, SEED);
        long start = System.nanoTime();
        sweep.run(design, scratch.resolve("sweep.arrow"), Progress.SILENT);
        double seconds = (System.nanoTime() - start) / 1e9;
        print(String.format(
                Locale.ROOT,
                "\"result\": \"sweep\", \"proxies\": %d, \"seconds\": %.3f, \"steps\": %.3f, \"validation\": %.3f",
                PROXIES,
                seconds,
                sweep.trainingSeconds(),
                sweep.validationSeconds()));
    }

    private static void ledger(Path scratch) throws IOException, InterruptedException {
        List<String> domains = IntStream.range(0, PAPER_DOMAINS)
                .mapToObj(domain -> "domain_" + domain)
                .toList();
        double[] shares = IntStream.range(0, PAPER_DOMAINS)
                .mapToDouble(domain -> domain + 1)
                .toArray();
        List<Run> runs = new ArrayList<>();
        List<Trajectory> shown = new ArrayList<>();
        for (Mixture mixture :
                DirichletDesign.regmix(Mixture.proportional(domains, shares)).sample(PAPER_PROXIES, SEED)) {
            Run run = new Run("proxy-" + (runs.size() + 1), MixtureSchedule.constant(mixture, PAPER_STAGES), SEED);
            runs.add(run);
            double[][] losses = new double[PAPER_STAGES + 1][PAPER_DOMAINS];
            for (int stage = 0; stage <= PAPER_STAGES; stage++) {
                for (int domain = 0; domain < PAPER_DOMAINS; domain++) {
                    losses[stage][domain] = 10.0 / (1 + stage + mixture.weight(domain));
                }
            }
            shown.add(new Trajectory(run.name(), run.schedule(), losses, OptionalInt.empty()));
        }
        Path file = scratch.resolve("ledger.arrow");
        Provenance provenance = Provenance.of(Map.of("settings", "paper"));
        Trajectories empty = new Trajectories(domains, PAPER_STAGES, 100_000_000, List.of());
        for (int time = 0; time < TIMES; time++) {
            Files.deleteIfExists(file);
            long start = System.nanoTime();
            try (Ledger ledger = Ledger.open(file, provenance, runs, empty, Progress.SILENT)) {
                ledger.add(shown);
            }
            long written = System.nanoTime();
            Trajectories.read(file);
            long read = System.nanoTime();
            try (Ledger ledger = Ledger.open(file, provenance, runs, empty, Progress.SILENT)) {
                if (!ledger.open().isEmpty()) {
                    throw new IllegalStateException("the ledger lost runs");
                }
            }
            long resumed = System.nanoTime();
            print(String.format(
                    Locale.ROOT,
                    "\"result\": \"ledger\", \"time\": %d, \"write\": %.4f, \"read\": %.4f, \"resume\": %.4f, \"bytes\": %d",
                    time,
                    (written - start) / 1e9,
                    (read - written) / 1e9,
                    (resumed - read) / 1e9,
                    Files.size(file) / PAPER_PROXIES));
        }
    }

    private static void print(String fields) {
        System.out.println("{" + fields + "}");
    }
}
