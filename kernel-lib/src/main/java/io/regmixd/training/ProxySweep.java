package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.engine.DeviceMemoryException;
import io.regmixd.engine.Gpus;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Provenance;
import io.regmixd.store.RunFolder;
import io.regmixd.store.WholeFile;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Trains one proxy a mixture, or a schedule of mixtures, group by group, on every attached device or on a
/// cluster.
///
/// All proxies have the same seed: they start equal and see each domain's text in the same order, so that losses differ
/// by the mixture and little else (as in RegMix, whose proxies share one seed).
///
/// Where there are GPUs, each has a worker that trains up to 16 proxies at once, fewer where they do not fit.
/// Elsewhere a short measurement decides how many workers of how many threads share the CPU; the first
/// session's choice holds for the whole ledger, so that its losses are equal to the bit however often the
/// sweep is stopped.
public final class ProxySweep {

    private static final String STEP = "Training proxies";
    private static final String THREADS = "threads_a_worker";
    private static final String GROUPS = "proxies_in_groups";
    static final int TOGETHER_ON_GPU = 16;

    /// A CPU computes one model after the other in any case; small groups finish, and are safe, sooner.
    private static final int TOGETHER_ON_CPU = 2;

    private final Corpus corpus;
    private final TrainingSettings settings;
    private final long seed;
    private final Optional<SweepExecutor> executor;
    private final Consumer<Trajectories> watcher;
    private final Saving saving;
    private final Gpus gpus;
    private final Optional<Path> shared;
    private final Map<Path, List<Trajectory>> unwritten = new HashMap<>();
    private double trainingSeconds;
    private double validationSeconds;

    private ProxySweep(
            Corpus corpus,
            TrainingSettings settings,
            long seed,
            Optional<SweepExecutor> executor,
            Consumer<Trajectories> watcher,
            Saving saving,
            Gpus gpus,
            Optional<Path> shared) {
        this.corpus = corpus;
        this.settings = settings;
        this.seed = seed;
        this.executor = executor;
        this.watcher = watcher;
        this.saving = saving;
        this.gpus = gpus;
        this.shared = shared;
    }

    /// A sweep on the devices of this machine.
    ///
    /// @throws IllegalArgumentException if the model's vocabulary does not fit the corpus
    public static ProxySweep of(Corpus corpus, TrainingSettings settings, long seed) {
        settings.requireVocabularyOf(corpus);
        return new ProxySweep(
                corpus,
                settings,
                seed,
                Optional.empty(),
                trajectories -> {},
                Saving.CHEAP,
                Gpus.attached(),
                Optional.empty());
    }

    /// The same sweep, done elsewhere. The corpus and the ledger's folder must have the same paths on all
    /// machines of the executor.
    public ProxySweep on(SweepExecutor other) {
        return new ProxySweep(corpus, settings, seed, Optional.of(other), watcher, saving, gpus, shared);
    }

    /// The same sweep with somebody who looks on: hears of all finished proxies each time that more are
    /// finished, in the thread that called [#run]. Training goes on meanwhile.
    public ProxySweep watchedBy(Consumer<Trajectories> other) {
        return new ProxySweep(corpus, settings, seed, executor, other, saving, gpus, shared);
    }

    /// The same sweep, whose ledgers lie in a folder that runs share: each in a folder there whose name is a hash of
    /// the settings, the corpus, the seed and the schedules. So no run trains a proxy that another one has trained.
    /// The file that [#run] is given is a copy then, made when all proxies are finished.
    ///
    /// A run that wants a sweep which another process trains waits for it. Not for a design that grows: each length
    /// would be a sweep of its own.
    public ProxySweep sharedIn(Path folder) {
        return new ProxySweep(corpus, settings, seed, executor, watcher, saving, gpus, Optional.of(folder));
    }

    /// The same sweep, whose proxies under way are saved at other times: a test's need not hang on the clock.
    ProxySweep saving(Saving other) {
        return new ProxySweep(corpus, settings, seed, executor, watcher, other, gpus, shared);
    }

    /// The same sweep on machines that have other GPUs: a test's need none.
    ProxySweep where(Gpus other) {
        return new ProxySweep(corpus, settings, seed, executor, watcher, saving, other, shared);
    }

    /// Trains the proxies that the ledger does not have yet.
    ///
    /// Finished proxies are in the ledger whatever happens. Those under way leave checkpoints in the folder
    /// `NAME-under-way` beside it, where that costs less than training them again.
    ///
    /// @param design one mixture per proxy
    /// @param file   the ledger, rewritten as each group ends; see also [#sharedIn]
    /// @throws IOException           if the ledger is damaged, another plan's, in use by another process, or
    ///     cannot be written; call again when that is cured, nothing is lost
    /// @throws InterruptedException if the thread is interrupted; the proxies under way are saved after the
    ///     step that they are in
    /// @throws DeviceMemoryException if not even one proxy fits
    public Trajectories run(List<Mixture> design, Path file, Progress progress)
            throws IOException, InterruptedException {
        List<MixtureSchedule> constant = design.stream()
                .map(mixture -> MixtureSchedule.constant(mixture, settings.stages()))
                .toList();
        return runSchedules(constant, file, progress);
    }

    /// Trains the proxies that the ledger does not have yet, each on a schedule of its own.
    ///
    /// @param design one schedule a proxy, of as many stages as the settings
    /// @param file   as in [#run]
    /// @throws IOException           as [#run]
    /// @throws InterruptedException  as [#run]
    /// @throws DeviceMemoryException as [#run]
    public Trajectories runSchedules(List<MixtureSchedule> design, Path file, Progress progress)
            throws IOException, InterruptedException {
        List<Run> runs = IntStream.range(0, design.size())
                .mapToObj(i -> new Run(String.format(Locale.ROOT, "proxy-%03d", i + 1), design.get(i), seed))
                .toList();
        Provenance provenance = Provenance.of(Map.of(
                "settings", settings, "corpus", corpus.fingerprint(), "sequences", SequenceStream.RULE, "seed", seed));
        if (shared.isEmpty()) {
            return complete(file, runs, provenance, progress);
        }
        Path folder = shared.get().resolve(hash(provenance, design));
        Path ledger = folder.resolve("sweep.arrow");
        try (Closeable _ = RunFolder.await(folder, progress)) {
            Trajectories all = complete(ledger, runs, provenance, progress);
            WholeFile.write(file, out -> Files.copy(ledger, out));
            return all;
        }
    }

    /// Weights count to nine digits: the last bits of a design may differ between machines.
    private static String hash(Provenance provenance, List<MixtureSchedule> design) {
        long[][][] weights = design.stream()
                .map(schedule -> schedule.stages().stream()
                        .map(mixture -> Arrays.stream(mixture.weights())
                                .mapToLong(weight -> Math.round(1e9 * weight))
                                .toArray())
                        .toArray(long[][]::new))
                .toArray(long[][][]::new);
        return provenance.with("weights", weights).hash().substring(0, 16);
    }

    /// Trains what is missing in a ledger.
    private Trajectories complete(Path file, List<Run> runs, Provenance provenance, Progress progress)
            throws IOException, InterruptedException {
        Trajectories empty = new Trajectories(corpus.domains(), settings.stages(), settings.tokensAStage(), List.of());
        try (Ledger ledger = Ledger.open(file, provenance, runs, empty, progress)) {
            if (unwritten.containsKey(file)) {
                record(ledger, List.of(), file);
            }
            if (!ledger.open().isEmpty()) {
                train(ledger, runs, file, progress);
                forget(runs, underWay(file));
            }
            progress.update(STEP, 1, state(ledger.trajectories(), runs.size()));
            return ledger.trajectories();
        }
    }

    /// What a full disk keeps out of the file is kept here, for the next call.
    private void record(Ledger ledger, List<Trajectory> finished, Path file) throws IOException {
        List<Trajectory> all = unwritten.computeIfAbsent(file, absent -> new ArrayList<>());
        all.addAll(finished);
        ledger.add(all);
        unwritten.remove(file);
    }

    /// How each proxy is trained.
    public TrainingSettings settings() {
        return settings;
    }

    public Corpus corpus() {
        return corpus;
    }

    public long seed() {
        return seed;
    }

    /// Seconds spent inside training steps by this object, the mean of the workers that train side by side.
    public double trainingSeconds() {
        return trainingSeconds;
    }

    /// Seconds spent measuring validation losses, likewise.
    double validationSeconds() {
        return validationSeconds;
    }

    private void train(Ledger ledger, List<Run> runs, Path file, Progress progress)
            throws IOException, InterruptedException {
        int planned = runs.size();
        int before = planned - ledger.open().size();
        progress.update(
                STEP,
                before / (double) planned,
                state(ledger.trajectories(), planned) + (before > 0 ? ", going on with the others" : ""));
        SweepExecutor trainers = executor.isPresent() ? executor.get() : here(ledger, progress);
        GroupTask task = new GroupTask(corpus, settings, underWay(file), saving, trainers.threads(), gpus);
        trainers.run(groups(ledger, runs, trainers), task, new SweepExecutor.Listener<GroupTask.Result>() {
            private final long start = System.nanoTime();
            private double done = before / (double) planned;

            @Override
            public void finished(GroupTask.Result result) throws IOException {
                record(ledger, result.trajectories(), file);
                trainingSeconds += result.trainingSeconds() / trainers.workers();
                validationSeconds += result.validationSeconds() / trainers.workers();
                for (String dropped : result.dropped()) {
                    progress.update(STEP, done, dropped);
                }
                for (Trajectory run : result.trajectories()) {
                    forget(run.run(), underWay(file));
                }
                watcher.accept(ledger.trajectories());
            }

            @Override
            public void working(long steps) {
                Trajectories finished = ledger.trajectories();
                done = Math.min(
                        Math.max(
                                (before + steps / (double) settings.steps()) / planned,
                                finished.runs().size() / (double) planned),
                        0.999);
                double rate =
                        steps * (double) settings.batch() * settings.context() * 1e9 / (System.nanoTime() - start);
                progress.update(
                        STEP, done, state(finished, planned) + String.format(Locale.ROOT, ", %,.0f tokens/s", rate));
            }
        });
    }

    private static Path underWay(Path ledger) {
        String name = ledger.getFileName().toString().replaceFirst("\\.arrow$", "") + "-under-way";
        return ledger.toAbsolutePath().resolveSibling(name);
    }

    /// Deletes what finished runs left behind; a session that was killed may not have come to it.
    private static void forget(List<Run> finished, Path checkpoints) throws IOException {
        for (Run run : finished) {
            forget(run.name(), checkpoints);
        }
        try {
            Files.deleteIfExists(checkpoints);
        } catch (DirectoryNotEmptyException _) {
            // something is there that is not ours
        }
    }

    private static void forget(String run, Path checkpoints) throws IOException {
        for (Path state : Checkpoints.allOf(run, checkpoints)) {
            Files.delete(state);
        }
    }

    private SweepExecutor here(Ledger ledger, Progress progress) throws IOException, InterruptedException {
        if (gpus.count() > 0) {
            return LocalExecutor.ofGpus(gpus.count());
        }
        if (ledger.decided(THREADS).isEmpty()) {
            ledger.decide(THREADS, Integer.toString(Calibration.threads(settings, STEP, progress)));
        }
        int threads = Integer.parseInt(ledger.decided(THREADS).orElseThrow());
        return new LocalExecutor(Math.max(1, Runtime.getRuntime().availableProcessors() / threads), threads);
    }

    /// What is not finished, in the groups that the session formed which first planned these runs: states under
    /// way are a group's, and any number of workers may go on from them.
    ///
    /// All workers of that session have some, and none so many that there is little to keep when it ends.
    private static List<GroupTask.Group> groups(Ledger ledger, List<Run> planned, SweepExecutor trainers)
            throws IOException {
        List<Integer> sizes = new ArrayList<>();
        ledger.decided(GROUPS)
                .ifPresent(decided ->
                        Stream.of(decided.split(",")).map(Integer::valueOf).forEach(sizes::add));
        int added = planned.size() - sizes.stream().mapToInt(Integer::intValue).sum();
        if (added > 0) {
            int most = trainers.onGpus() ? TOGETHER_ON_GPU : TOGETHER_ON_CPU;
            int together = Math.clamp(added / trainers.workers(), 1, most);
            for (int left = added; left > 0; left -= together) {
                sizes.add(Math.min(together, left));
            }
            ledger.decide(GROUPS, sizes.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        Set<Run> open = new HashSet<>(ledger.open());
        List<GroupTask.Group> groups = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            int to = Math.min(from + size, planned.size()); // a plan may shrink while nothing is finished
            List<Run> group =
                    planned.subList(from, to).stream().filter(open::contains).toList();
            if (!group.isEmpty()) {
                groups.add(new GroupTask.Group(group));
            }
            from = to;
        }
        return groups;
    }

    private String state(Trajectories finished, int planned) {
        int objective = corpus.objectiveIndex();
        List<Trajectory> completed = finished.completed();
        String best = completed.stream().mapToDouble(run -> run.loss(settings.stages(), objective)).min().stream()
                .mapToObj(loss -> String.format(Locale.ROOT, ", best %s loss %.3f nats", corpus.objective(), loss))
                .findFirst()
                .orElse("");
        int diverged = finished.runs().size() - completed.size();
        return finished.runs().size() + " of " + planned + " proxies" + best
                + (diverged == 0 ? "" : ", " + diverged + " diverged");
    }
}
