package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Precision;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.Provenance;
import io.regmixd.store.RunFolder;
import io.regmixd.store.Sha256;
import io.regmixd.trajectory.Trajectories;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// Trains the target on the schedules of several methods, at the same token budget and with the same seeds.
///
/// A method has a fixed schedule ([#of]) or an online planner at the wheel ([#online]), which is asked again
/// after each stage, with the losses that this very target has shown.
///
/// The methods of one seed train together: they start from the same parameters and see each domain's text in the same
/// order, so that the paired difference between two methods is the schedules'. All attached devices share
/// each step. The models are saved after each stage, and within one as often as costs 1% of the time; a session
/// that is killed loses what was trained since then, one that is interrupted loses nothing.
public final class TargetRun {

    private static final String STEP = "Training targets";
    private static final String LEDGER = "target.arrow";

    private final Corpus corpus;
    private final TrainingSettings settings;
    private final Map<String, MixtureSchedule> schedules;
    private final Map<String, Steering> online;
    private final List<Long> seeds;
    private final Saving within;
    private double trainingSeconds;

    private TargetRun(
            Corpus corpus,
            TrainingSettings settings,
            Map<String, MixtureSchedule> schedules,
            Map<String, Steering> online,
            List<Long> seeds,
            Saving within) {
        this.corpus = corpus;
        this.settings = settings;
        this.schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
        this.online = Collections.unmodifiableMap(new LinkedHashMap<>(online));
        this.seeds = List.copyOf(seeds);
        this.within = within;
    }

    /// @param schedules one a method, by the method's name, in the order of tables and plots; none if all
    ///     methods are planned online
    /// @param seeds     at least one
    /// @throws IllegalArgumentException if there is no seed, or the model's vocabulary does not fit the corpus
    public static TargetRun of(
            Corpus corpus, TrainingSettings settings, Map<String, MixtureSchedule> schedules, List<Long> seeds) {
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException(
                    schedules.size() + " schedules and 0 seeds: at least one seed is needed");
        }
        settings.requireVocabularyOf(corpus);
        return new TargetRun(corpus, settings, schedules, Map.of(), seeds, Saving.SELDOM);
    }

    /// The same and one method more, after the others: it plans the first stage offline and each later
    /// one when the stage before it is measured, for each seed on its own. A decision once made is kept in
    /// `target-decisions.arrow` of the run folder and read back when the training is resumed.
    ///
    /// @throws IllegalArgumentException if there is a method of this name
    public TargetRun online(String method, Steering steering) {
        if (methods().contains(method)) {
            throw new IllegalArgumentException("there is a method " + method + " already: give this one another name");
        }
        Map<String, Steering> more = new LinkedHashMap<>(online);
        more.put(method, steering);
        return new TargetRun(corpus, settings, schedules, more, seeds, within);
    }

    /// The same, saved at other times within stages: a test's need not hang on the clock.
    TargetRun savingWithin(Saving other) {
        return new TargetRun(corpus, settings, schedules, online, seeds, other);
    }

    /// Those with a schedule, then those planned online.
    public List<String> methods() {
        return Stream.concat(schedules.keySet().stream(), online.keySet().stream())
                .toList();
    }

    /// How each target is trained.
    public TrainingSettings settings() {
        return settings;
    }

    public List<Long> seeds() {
        return seeds;
    }

    /// The name of a run in [#train]'s trajectories.
    public static String name(String method, long seed) {
        return name(method, String.valueOf(seed));
    }

    private static String name(String method, String seed) {
        return method + ", seed " + seed;
    }

    /// Trains what the folder does not hold yet. Targets of other seeds that it holds stay there, so that more seeds
    /// may follow and fewer be looked at.
    ///
    /// @param folder where the ledger `target.arrow`, which says what was really trained on, the decisions
    ///     `target-decisions.arrow`, the models `target-seed-N-step-M.arrow` and the metrics of each step,
    ///     `target-seed-N-metrics.arrow`, lie
    /// @throws IOException           if a file there is damaged, belongs to another plan, or cannot be written
    /// @throws InterruptedException  if the thread is interrupted; the models under way are saved first, and a
    ///     failure to do so is suppressed in it
    /// @throws IllegalStateException if there is no method
    public Trajectories train(Path folder, Progress progress) throws IOException, InterruptedException {
        if (methods().isEmpty()) {
            throw new IllegalStateException("no method to train: give a schedule, or an online planner");
        }
        try (Closeable _ = RunFolder.hold(folder, progress)) {
            return trainHeld(folder, progress);
        }
    }

    private Trajectories trainHeld(Path folder, Progress progress) throws IOException, InterruptedException {
        Decisions decisions = decisions(folder);
        decideFirst(decisions, progress);
        List<Run> all =
                seeds.stream().flatMap(seed -> runs(seed, decisions).stream()).toList();
        Trajectories empty = new Trajectories(corpus.domains(), settings.stages(), settings.tokensAStage(), List.of());
        try (Ledger ledger =
                Ledger.open(folder.resolve(LEDGER), provenance(), all, this::isOfOtherSeed, empty, progress)) {
            for (int i = 0; i < seeds.size(); i++) {
                List<Run> group = runs(seeds.get(i), decisions);
                if (!Collections.disjoint(ledger.open(), group)) {
                    try (Training training = startOrResume(folder, seeds.get(i), group, progress)) {
                        train(training, folder, decisions, i, progress);
                        ledger.add(training.trajectories());
                        trainingSeconds += training.trainingSeconds();
                    }
                }
            }
            progress.update(STEP, 1, all.size() + " targets of " + methods().size() + " methods");
            return ledger.trajectories();
        }
    }

    // asked of runs that are not planned: another seed of a method that is
    private boolean isOfOtherSeed(String run) {
        return methods().stream().anyMatch(method -> run.startsWith(name(method, "")));
    }

    private Provenance provenance() {
        return Provenance.of(
                Map.of("settings", settings, "corpus", corpus.fingerprint(), "sequences", SequenceStream.RULE));
    }

    /// What was decided in this folder so far.
    ///
    /// @throws IOException if that is damaged, or a method was given another schedule than it has now
    private Decisions decisions(Path folder) throws IOException {
        Decisions decisions = Decisions.open(folder, provenance());
        for (Map.Entry<String, MixtureSchedule> method : schedules.entrySet()) {
            for (long seed : seeds) {
                String run = name(method.getKey(), seed);
                if (decisions.made(run, 0)) {
                    decisions.requireSame(run, method.getValue());
                }
            }
        }
        return decisions;
    }

    /// Gives each run that has none its schedule for the start.
    private void decideFirst(Decisions decisions, Progress progress) throws IOException, InterruptedException {
        Map<String, MixtureSchedule> first = new LinkedHashMap<>();
        for (String method : methods()) {
            for (long seed : seeds) {
                String run = name(method, seed);
                if (!decisions.made(run, 0)) {
                    first.put(run, planned(method, first, decisions, progress));
                }
            }
        }
        if (!first.isEmpty()) {
            decisions.add(0, first);
        }
    }

    /// Before its first stage a method has one plan for all seeds.
    private MixtureSchedule planned(
            String method, Map<String, MixtureSchedule> first, Decisions decisions, Progress progress)
            throws InterruptedException {
        if (schedules.containsKey(method)) {
            return schedules.get(method);
        }
        for (String run : seeds.stream().map(seed -> name(method, seed)).toList()) {
            if (first.containsKey(run) || decisions.made(run, 0)) {
                return first.containsKey(run) ? first.get(run) : decisions.at(run, 0);
            }
        }
        return online.get(method).steer(Optional.empty(), settings.stages(), progress);
    }

    private void train(Training training, Path folder, Decisions decisions, int seedsDone, Progress progress)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        int before = training.step();
        long seed = seeds.get(seedsDone);
        if (before > 0) {
            progress.update(
                    STEP,
                    (seedsDone + before / (double) settings.steps()) / seeds.size(),
                    "going on with seed " + (seedsDone + 1) + " of " + seeds.size() + " after step " + before);
        }
        List<String> names =
                methods().stream().map(method -> name(method, seed)).toList();
        MetricsFile kept = MetricsFile.open(metrics(folder, seed), provenance(), names, before, progress);
        Training.Listener listener = metrics -> {
            kept.add(metrics);
            double done = (seedsDone + metrics.step() / (double) settings.steps()) / seeds.size();
            double tokens =
                    (metrics.step() - before) * (double) methods().size() * settings.batch() * settings.context();
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
        };
        Checkpoints checkpoints = checkpoints(folder, seed);
        checkpoints.train(training, Saving.ALWAYS, within, new Checkpoints.Stage() {
            @Override
            public void train(BooleanSupplier pause) throws IOException, InterruptedException {
                steer(training, decisions, seed, progress);
                training.stage(listener, pause);
            }

            @Override
            public void save() throws IOException {
                kept.write();
            }
        });
        kept.write();
        checkpoints.save(training);
    }

    /// Between two stages: has the online planners decide how their runs go on, or reads back what they
    /// decided.
    private void steer(Training training, Decisions decisions, long seed, Progress progress)
            throws IOException, InterruptedException {
        int stages = training.stagesMeasured();
        if (stages == 0 || training.step() != settings.spans().start(stages)) {
            return;
        }
        for (Map.Entry<String, Steering> method : online.entrySet()) {
            String run = name(method.getKey(), seed);
            int k = methods().indexOf(method.getKey());
            if (!training.diverged(k)) {
                boolean made = decisions.made(run, stages);
                MixtureSchedule schedule = made
                        ? decisions.at(run, stages)
                        : method.getValue().steer(Optional.of(training.soFar(k)), settings.stages(), progress);
                training.reschedule(k, schedule);
                if (!made) {
                    decisions.add(stages, Map.of(run, schedule));
                }
            }
        }
    }

    private Training startOrResume(Path folder, long seed, List<Run> runs, Progress progress)
            throws IOException, InterruptedException {
        List<ComputeDevice> devices = ComputeDevice.attached();
        Optional<Training> saved = checkpoints(folder, seed).resume(corpus, settings, runs, devices, progress);
        return saved.isPresent() ? saved.get() : Training.start(corpus, settings, runs, devices);
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

    /// What each method trained on, as it was really drawn: one row per method and domain, with the predicted tokens
    /// of a run and how many epochs of the domain's text they are; means over the seeds where a method planned
    /// online.
    ///
    /// @param trained what [#train] returned
    public Table exposure(Trajectories trained) {
        StringColumn method = StringColumn.create("method");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn tokens = DoubleColumn.create("tokens");
        DoubleColumn epochs = DoubleColumn.create("epochs");
        byMethod(trained).forEach((name, runs) -> {
            List<Exposure> exposures = runs.completed().stream()
                    .map(run -> Exposure.of(corpus, settings, run.schedule()))
                    .toList();
            for (int d = 0; d < corpus.domains().size() && !exposures.isEmpty(); d++) {
                int index = d;
                method.append(name);
                domain.append(corpus.domains().get(d));
                tokens.append(mean(exposures, exposure -> exposure.tokens().get(index)));
                epochs.append(mean(exposures, exposure -> exposure.epochs().get(index)));
            }
        });
        return Table.create("exposure", method, domain, tokens, epochs);
    }

    private static double mean(List<Exposure> exposures, ToDoubleFunction<Exposure> of) {
        return exposures.stream().mapToDouble(of).average().orElseThrow();
    }

    /// The trained models of one seed, one a method in the order of [#methods()].
    ///
    /// @throws IOException           if their file is missing or damaged
    /// @throws IllegalStateException if their training is not finished
    public Training trained(Path folder, long seed) throws IOException {
        Decisions decisions = decisions(folder);
        Training training = checkpoints(folder, seed)
                .resume(corpus, settings, runs(seed, decisions), ComputeDevice.attached(), Progress.SILENT)
                .orElseThrow(() -> new NoSuchFileException(
                        folder.toString(), null, "holds no trained targets of seed " + seed + ": train them first"));
        if (!training.finished()) {
            training.close();
            throw new IllegalStateException("the targets of seed " + seed + " in " + folder + " are not trained yet");
        }
        return training;
    }

    /// Writes one trained target in the format of Hugging Face's Transformers, which vLLM and
    /// lm-evaluation-harness load, too; see [io.regmixd.engine.Llama#export].
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

    private List<Run> runs(long seed, Decisions decisions) {
        return methods().stream()
                .map(method -> new Run(name(method, seed), schedule(method, seed, decisions), seed))
                .toList();
    }

    /// What a run trains on as far as that is decided; where nothing is, a method planned online has no stage
    /// yet that could have been trained, and any schedule will do.
    private MixtureSchedule schedule(String method, long seed, Decisions decisions) {
        String run = name(method, seed);
        return decisions.made(run, 0)
                ? decisions.last(run)
                : schedules.getOrDefault(method, MixtureSchedule.constant(corpus.natural(), settings.stages()));
    }

    /// What each step of the targets of one seed showed, as far as it was saved: `step, run, loss_nats,
    /// gradient_norm, learning_rate, tokens_per_second, utilisation`. The rate and the utilisation are those of all
    /// methods together.
    ///
    /// @throws IOException if there is no such file, or it is damaged
    public Table metricsOf(Path folder, long seed) throws IOException {
        return ArrowFile.read(metrics(folder, seed)).table();
    }

    private static Path metrics(Path folder, long seed) {
        return folder.resolve("target-seed-" + seed + "-metrics.arrow");
    }

    private static Checkpoints checkpoints(Path folder, long seed) {
        return new Checkpoints(folder, "target-seed-" + seed);
    }

    /// Seconds spent inside training steps by this object.
    public double trainingSeconds() {
        return trainingSeconds;
    }

    /// What a result that is kept in the folder was made of. The ledger of trained targets stands for the models:
    /// it holds the settings, the corpus's fingerprint, and of each target the weights that it was trained on and
    /// the losses that it came to, all digits of them. So two different models never have one provenance, and
    /// the models themselves, gigabytes of them, need not be read.
    ///
    /// @throws IOException if the folder has no ledger, or it cannot be read
    public Provenance provenanceOfTrained(Path folder) throws IOException {
        Path ledger = folder.resolve(LEDGER);
        if (!Files.exists(ledger)) {
            throw new NoSuchFileException(ledger.toString(), null, "no target is trained there: train them first");
        }
        return Provenance.of(Map.of("methods", methods(), "seeds", seeds, "trained", Sha256.of(ledger)));
    }
}
