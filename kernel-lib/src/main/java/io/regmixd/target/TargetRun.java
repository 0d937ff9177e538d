package io.regmixd.target;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.model.Checkpoints;
import io.regmixd.model.ComputeDevice;
import io.regmixd.model.Precision;
import io.regmixd.model.Run;
import io.regmixd.model.Training;
import io.regmixd.model.TrainingSettings;
import io.regmixd.proxy.Ledger;
import io.regmixd.proxy.Trajectories;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Trains the target on the schedules of several methods, at the same token budget and with the same seeds.
///
/// The methods of one seed train together: they start from the same parameters and draw with common random
/// numbers, so that the paired difference between two methods is the schedules'. All attached devices share
/// each step. After each stage the models are saved; a session that is stopped loses at most a stage, one that
/// is interrupted loses nothing.
public final class TargetRun {

    private static final String STEP = "Training targets";

    private final Corpus corpus;
    private final TrainingSettings settings;
    private final Map<String, MixtureSchedule> schedules;
    private final List<Long> seeds;
    private double trainingSeconds;

    private TargetRun(
            Corpus corpus, TrainingSettings settings, Map<String, MixtureSchedule> schedules, List<Long> seeds) {
        this.corpus = corpus;
        this.settings = settings;
        this.schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
        this.seeds = List.copyOf(seeds);
    }

    /// @param schedules one a method, by the method's name, in the order of tables and plots
    /// @param seeds     at least one
    /// @throws IllegalArgumentException if there is no schedule or no seed
    public static TargetRun of(
            Corpus corpus, TrainingSettings settings, Map<String, MixtureSchedule> schedules, List<Long> seeds) {
        if (schedules.isEmpty() || seeds.isEmpty()) {
            throw new IllegalArgumentException(
                    schedules.size() + " schedules and " + seeds.size() + " seeds: at least one of each is needed");
        }
        return new TargetRun(corpus, settings, schedules, seeds);
    }

    public List<String> methods() {
        return List.copyOf(schedules.keySet());
    }

    public List<Long> seeds() {
        return seeds;
    }

    /// The name of a run in [#train]'s trajectories.
    public static String name(String method, long seed) {
        return method + ", seed " + seed;
    }

    /// Trains what the folder does not hold yet.
    ///
    /// @param folder where the ledger `target.arrow` and the models `target-seed-N-step-M.arrow` lie
    /// @throws IOException          if a file there is damaged, belongs to another plan, or cannot be written
    /// @throws InterruptedException if the thread is interrupted; the models under way are saved first
    public Trajectories train(Path folder, Progress progress) throws IOException, InterruptedException {
        List<Run> all = seeds.stream().flatMap(seed -> runs(seed).stream()).toList();
        Map<String, String> provenance = Map.of("settings", settings.toString(), "corpus", corpus.fingerprint());
        Trajectories empty = new Trajectories(corpus.domains(), settings.stages(), settings.tokensAStage(), List.of());
        try (Ledger ledger = Ledger.open(folder.resolve("target.arrow"), provenance, all, empty)) {
            for (int i = 0; i < seeds.size(); i++) {
                List<Run> group = runs(seeds.get(i));
                if (!Collections.disjoint(ledger.open(), group)) {
                    try (Training training = startOrResume(folder, seeds.get(i), progress)) {
                        train(training, checkpoints(folder, seeds.get(i)), i, progress);
                        ledger.add(training.trajectories());
                        trainingSeconds += training.trainingSeconds();
                    }
                }
            }
            progress.update(STEP, 1, all.size() + " targets of " + methods().size() + " methods");
            return ledger.trajectories();
        }
    }

    private void train(Training training, Checkpoints checkpoints, int seedsDone, Progress progress)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        int before = training.step();
        if (before > 0) {
            progress.update(
                    STEP,
                    (seedsDone + before / (double) settings.steps()) / seeds.size(),
                    "going on with seed " + (seedsDone + 1) + " of " + seeds.size() + " after step " + before);
        }
        try {
            while (!training.finished()) {
                training.stage(metrics -> {
                    double done = (seedsDone + metrics.step() / (double) settings.steps()) / seeds.size();
                    double tokens = (metrics.step() - before)
                            * (double) schedules.size()
                            * settings.batch()
                            * settings.context();
                    String message = String.format(
                            Locale.ROOT,
                            "seed %d of %d, step %d of %d, training loss %.3f nats, %,.0f tokens/s, utilisation %.0f%%",
                            seedsDone + 1,
                            seeds.size(),
                            metrics.step(),
                            settings.steps(),
                            metrics.loss(),
                            tokens * 1e9 / (System.nanoTime() - start),
                            100 * metrics.utilisation());
                    progress.update(STEP, Math.min(done, 0.999), message);
                });
                checkpoints.save(training);
            }
        } catch (InterruptedException e) {
            checkpoints.save(training);
            throw e;
        }
    }

    private Training startOrResume(Path folder, long seed, Progress progress) throws IOException {
        List<ComputeDevice> devices = ComputeDevice.attached();
        Optional<Training> saved = checkpoints(folder, seed).resume(corpus, settings, runs(seed), devices, progress);
        return saved.isPresent() ? saved.get() : Training.start(corpus, settings, runs(seed), devices);
    }

    /// The trajectories of [#train] by method, in the order of [#methods()].
    public Map<String, Trajectories> byMethod(Trajectories trained) {
        Map<String, Trajectories> byMethod = new LinkedHashMap<>();
        for (String method : methods()) {
            List<String> names = seeds.stream().map(seed -> name(method, seed)).toList();
            byMethod.put(
                    method,
                    trained.withRuns(trained.runs().stream()
                            .filter(run -> names.contains(run.run()))
                            .toList()));
        }
        return byMethod;
    }

    /// The trained models of one seed, one a method in the order of [#methods()].
    ///
    /// @throws IOException           if their file is missing or damaged
    /// @throws IllegalStateException if their training is not finished
    public Training trained(Path folder, long seed) throws IOException {
        Training training = checkpoints(folder, seed)
                .resume(corpus, settings, runs(seed), ComputeDevice.attached(), Progress.SILENT)
                .orElseThrow(() -> new NoSuchFileException(
                        folder.toString(), null, "holds no trained targets of seed " + seed + ": train them first"));
        if (!training.finished()) {
            training.close();
            throw new IllegalStateException("the targets of seed " + seed + " in " + folder + " are not trained yet");
        }
        return training;
    }

    /// Writes one trained target in the format of Hugging Face's Transformers, which vLLM and
    /// lm-evaluation-harness load, too; see [io.regmixd.model.Llama#export].
    ///
    /// @param folder   where the trained targets lie
    /// @param exported the folder to write: `config.json` and `model.safetensors`
    /// @throws IllegalArgumentException if there is no such method or seed
    /// @throws IllegalStateException    if its training is not finished, or it has diverged
    /// @throws IOException              if the target's file is missing or damaged, or the folder cannot be
    ///     written to or holds weights of another kind
    /// @throws InterruptedException     if the thread is interrupted between two tensors
    public void export(Path folder, String method, long seed, Path exported, Precision precision, Progress progress)
            throws IOException, InterruptedException {
        int run = methods().indexOf(method);
        if (run < 0 || !seeds.contains(seed)) {
            throw new IllegalArgumentException(
                    "there is no target " + name(method, seed) + ": methods are " + methods() + ", seeds " + seeds);
        }
        try (Training training = trained(folder, seed)) {
            training.export(run, exported, precision, progress);
        }
    }

    private List<Run> runs(long seed) {
        return schedules.entrySet().stream()
                .map(entry -> new Run(name(entry.getKey(), seed), entry.getValue(), seed))
                .toList();
    }

    private static Checkpoints checkpoints(Path folder, long seed) {
        return new Checkpoints(folder, "target-seed-" + seed);
    }

    /// Seconds spent inside training steps by this object.
    public double trainingSeconds() {
        return trainingSeconds;
    }

    /// All that the trained models depend on, besides the corpus.
    @Override
    public String toString() {
        return settings + ", seeds " + seeds + ", " + schedules;
    }
}
