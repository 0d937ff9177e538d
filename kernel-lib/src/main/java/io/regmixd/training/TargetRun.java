package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.DeviceMemoryException;
import io.regmixd.engine.Gpus;
import io.regmixd.engine.Llama;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/// Trains the target on the schedules of several methods, at the same token budget and with the same seeds.
///
/// A method has a fixed schedule ([#of]) or an online planner at the wheel ([#online]), which is asked again
/// after each stage, with the losses that this very target has shown.
///
/// The methods of one seed start from the same parameters and see each domain's text in the same order, so that the
/// paired difference between two methods is the schedules'. They train together, or in several groups one after the
/// other where the devices' memory does not hold them all ([#groups]); their losses do not depend on that. All attached
/// devices share each step. The models are saved after each stage, and within one as often as costs 1% of the time; a
/// session that is killed loses what was trained since then, one that is interrupted loses nothing.
public final class TargetRun {

    private static final String STEP = "Training targets";
    private static final String LEDGER = "target.arrow";

    private final Corpus corpus;
    private final TrainingSettings settings;
    private final Map<String, MixtureSchedule> schedules;
    private final Map<String, Steering> online;
    private final List<Long> seeds;
    private final Saving within;
    private final Gpus gpus;
    private double trainingSeconds;

    /// Targets of one seed that were trained together and are saved in one file.
    ///
    /// @param methods of the targets, in the order of the models in [#trained]; neighbours in [#methods()]
    public record Group(long seed, List<String> methods) {

        public Group {
            methods = List.copyOf(methods);
        }
    }

    private TargetRun(
            Corpus corpus,
            TrainingSettings settings,
            Map<String, MixtureSchedule> schedules,
            Map<String, Steering> online,
            List<Long> seeds,
            Saving within,
            Gpus gpus) {
        this.corpus = corpus;
        this.settings = settings;
        this.schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
        this.online = Collections.unmodifiableMap(new LinkedHashMap<>(online));
        this.seeds = List.copyOf(seeds);
        this.within = within;
        this.gpus = gpus;
    }

    /// @param schedules one per method, by the method's name, in the order of tables and plots; none if all
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
        return new TargetRun(corpus, settings, schedules, Map.of(), seeds, Saving.SELDOM, Gpus.attached());
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
        return new TargetRun(corpus, settings, schedules, more, seeds, within, gpus);
    }

    /// The same, saved at other times within stages: a test's need not hang on the clock.
    TargetRun savingWithin(Saving other) {
        return new TargetRun(corpus, settings, schedules, online, seeds, other, gpus);
    }

    /// The same on a machine that has other GPUs: a test's need none.
    TargetRun where(Gpus other) {
        return new TargetRun(corpus, settings, schedules, online, seeds, within, other);
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

    private static List<String> names(List<String> methods, long seed) {
        return methods.stream().map(method -> name(method, seed)).toList();
    }

    /// Trains what the folder does not hold yet. Targets of other seeds that it holds stay there, so that more seeds
    /// may follow and fewer be looked at.
    ///
    /// @param folder where the ledger `target.arrow`, which says what was really trained on, the decisions
    ///     `target-decisions.arrow`, the models `target-seed-N-step-M.arrow`
    ///     (of a group, `target-seed-N-methods-A-B-step-M.arrow`) and the metrics of each step,
    ///     `target-seed-N-metrics.arrow`, lie
    /// @throws IOException           if a file there is damaged, belongs to another plan, or cannot be written
    /// @throws InterruptedException  if the thread is interrupted; the models under way are saved first, and a
    ///     failure to do so is suppressed in it
    /// @throws IllegalStateException if there is no method
    /// @throws DeviceMemoryException if not even one target fits, or targets that an earlier session began together
    ///     do not fit any more; what is saved of them stays
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
        List<Run> all = seeds.stream()
                .flatMap(seed -> runs(new Group(seed, methods()), decisions).stream())
                .toList();
        Trajectories empty = new Trajectories(corpus.domains(), settings.stages(), settings.tokensAStage(), List.of());
        try (Ledger ledger =
                Ledger.open(folder.resolve(LEDGER), provenance(), all, this::isOfOtherSeed, empty, progress)) {
            for (long seed : seeds) {
                train(folder, seed, ledger, decisions, progress);
            }
            progress.update(STEP, 1, all.size() + " targets of " + methods().size() + " methods");
            return ledger.trajectories();
        }
    }

    /// Trains the methods of one seed, group after group: those that were saved together, else as many as fit.
    private void train(Path folder, long seed, Ledger ledger, Decisions decisions, Progress progress)
            throws IOException, InterruptedException {
        TargetGroups kept = kept(folder);
        int together = Integer.MAX_VALUE;
        for (int from = 0; from < methods().size(); ) {
            Optional<Group> saved = kept.saved(seed, from);
            int left = methods().size() - from;
            Group group = saved.isPresent() ? saved.get() : kept.group(seed, from, Math.min(together, thatFit(left)));
            List<Run> runs = runs(group, decisions);
            try {
                if (!Collections.disjoint(ledger.open(), runs)) {
                    try (Training training = startOrResume(folder, group, runs, progress)) {
                        train(training, folder, decisions, group, progress);
                        ledger.add(training.trajectories());
                        trainingSeconds += training.trainingSeconds();
                    }
                }
                from += runs.size();
            } catch (DeviceMemoryException e) {
                together = runs.size() / 2;
                if (together == 0 || kept.checkpoints(group).any()) {
                    throw new DeviceMemoryException(
                            TargetGroups.named(group) + " do not fit on " + ComputeDevice.attached(gpus)
                                    + ": go on with them on devices with more memory, what is trained lies in "
                                    + folder,
                            e);
                }
                progress.update(STEP, 0, runs.size() + " targets do not fit together: trying " + together);
            }
        }
    }

    /// By the devices' free memory, at least 1.
    private int thatFit(int targets) {
        List<ComputeDevice> used = Training.used(ComputeDevice.attached(gpus), settings);
        return Llama.modelsThatFit(settings.model(), settings.context(), settings.compute(), used, targets);
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

    private void train(Training training, Path folder, Decisions decisions, Group group, Progress progress)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        int before = training.step();
        long seed = group.seed();
        int size = group.methods().size();
        int first = methods().indexOf(group.methods().getFirst());
        int targetsDone = seeds.indexOf(seed) * methods().size() + first;
        double targets = seeds.size() * (double) methods().size();
        String which = "seed " + (seeds.indexOf(seed) + 1) + " of " + seeds.size()
                + (size == methods().size() ? "" : ", " + String.join(" and ", group.methods()));
        if (before > 0) {
            progress.update(
                    STEP,
                    (targetsDone + size * before / (double) settings.steps()) / targets,
                    "going on with " + which + " after step " + before);
        }
        MetricsFile kept = MetricsFile.open(
                metrics(folder, seed),
                provenance(),
                names(group.methods(), seed),
                names(methods().subList(0, first), seed),
                corpus.domains(),
                before,
                progress);
        Training.Listener listener = metrics -> {
            kept.add(metrics);
            double done = (targetsDone + size * metrics.step() / (double) settings.steps()) / targets;
            double tokens = (metrics.step() - before) * (double) size * settings.batch() * settings.context();
            String message = String.format(
                    Locale.ROOT,
                    "%s, step %d of %d, training loss %.3f nats, %,.0f tokens/s, utilisation %.0f%%",
                    which,
                    metrics.step(),
                    settings.steps(),
                    metrics.loss(),
                    tokens * 1e9 / (System.nanoTime() - start),
                    100 * metrics.utilisation());
            progress.update(STEP, Math.min(done, 0.999), message);
        };
        Checkpoints checkpoints = kept(folder).checkpoints(group);
        checkpoints.train(training, Saving.ALWAYS, within, new Checkpoints.Stage() {
            @Override
            public void train(BooleanSupplier pause) throws IOException, InterruptedException {
                steer(training, decisions, group, progress);
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
    private void steer(Training training, Decisions decisions, Group group, Progress progress)
            throws IOException, InterruptedException {
        int stages = training.stagesMeasured();
        if (stages == 0 || training.step() != settings.spans().start(stages)) {
            return;
        }
        for (Map.Entry<String, Steering> method : online.entrySet()) {
            String run = name(method.getKey(), group.seed());
            int k = group.methods().indexOf(method.getKey());
            if (k >= 0 && !training.diverged(k)) {
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

    private Training startOrResume(Path folder, Group group, List<Run> runs, Progress progress)
            throws IOException, InterruptedException {
        List<ComputeDevice> devices = ComputeDevice.attached(gpus);
        Optional<Training> saved = kept(folder).checkpoints(group).resume(corpus, settings, runs, devices, progress);
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
        return Exposure.table(corpus, settings, byMethod(trained));
    }

    /// How the targets in a folder were trained together, in the order of [#seeds()] and [#methods()]. Targets whose
    /// models are not there count as one group.
    ///
    /// @throws IOException if the folder cannot be read
    public List<Group> groups(Path folder) throws IOException {
        TargetGroups kept = kept(folder);
        List<Group> groups = new ArrayList<>();
        for (long seed : seeds) {
            groups.addAll(kept.of(seed));
        }
        return groups;
    }

    private TargetGroups kept(Path folder) {
        return new TargetGroups(folder, methods());
    }

    /// The trained models of one of the [#groups], one per method, in its order.
    ///
    /// @throws IOException           if their file is missing or damaged
    /// @throws IllegalStateException if their training is not finished
    public Training trained(Path folder, Group group) throws IOException {
        List<Run> runs = runs(group, decisions(folder));
        Training training = kept(folder)
                .checkpoints(group)
                .resume(corpus, settings, runs, ComputeDevice.attached(gpus), Progress.SILENT)
                .orElseThrow(() -> new NoSuchFileException(
                        folder.toString(),
                        null,
                        "holds no trained " + TargetGroups.named(group) + ": train them first"));
        if (!training.finished()) {
            training.close();
            throw new IllegalStateException(TargetGroups.named(group) + " in " + folder + " are not trained yet");
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
        if (!methods().contains(method) || !seeds.contains(seed)) {
            throw new IllegalArgumentException(
                    "there is no target " + name(method, seed) + ": methods are " + methods() + ", seeds " + seeds);
        }
        Group group = groups(folder).stream()
                .filter(each -> each.seed() == seed && each.methods().contains(method))
                .findFirst()
                .orElseThrow();
        try (Training training = trained(folder, group)) {
            training.export(group.methods().indexOf(method), exported, precision, progress);
        }
    }

    private List<Run> runs(Group group, Decisions decisions) {
        long seed = group.seed();
        return group.methods().stream()
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
    /// gradient_norm, learning_rate, tokens_per_second, utilisation`, and per domain `tokens_DOMAIN`, the predicted
    /// tokens of it that the run has trained on so far. The rate and the utilisation are those of all that train
    /// together.
    ///
    /// @throws IOException if there is no such file, or it is damaged
    public Table metricsOf(Path folder, long seed) throws IOException {
        return ArrowFile.read(metrics(folder, seed)).table();
    }

    private static Path metrics(Path folder, long seed) {
        return folder.resolve("target-seed-" + seed + "-metrics.arrow");
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
