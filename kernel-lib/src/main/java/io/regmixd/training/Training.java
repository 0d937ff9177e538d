package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Batches;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Continuation;
import io.regmixd.engine.Likelihood;
import io.regmixd.engine.Llama;
import io.regmixd.engine.Precision;
import io.regmixd.engine.huggingface.HuggingFace;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Provenance;
import io.regmixd.store.TensorFile;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A group of runs under way: the one training loop of proxies and target.
///
/// All runs of the group take each step together; what a run sees and shows does not depend on its neighbours.
/// Not thread-safe.
public final class Training implements AutoCloseable {

    /// Hears of every step.
    @FunctionalInterface
    public interface Listener {

        /// A listener that drops everything.
        Listener SILENT = metrics -> {};

        void step(Metrics metrics);
    }

    /// What one step showed; means are over the runs that have not diverged, NaN if all have.
    ///
    /// @param step            its number, from 1
    /// @param loss            mean training loss, nats per token
    /// @param gradientNorm    mean norm of the gradients before clipping
    /// @param learningRate    of the step
    /// @param tokensPerSecond of all runs together
    /// @param utilisation     model FLOPs utilisation (Chowdhery et al. 2022, PaLM, appendix B): the operations
    ///     that the models need ([io.regmixd.engine.LlamaConfig#trainingFlops]) over those that the devices do
    ///     in the same time when they multiply matrices of 2048 x 2048, measured once a process
    /// @param runs            what each run showed, in the order of the group; not finite where it has diverged
    /// @param tokens          predicted tokens of each domain that each run has trained on so far,
    ///     `[runs][domains]`
    public record Metrics(
            int step,
            double loss,
            double gradientNorm,
            double learningRate,
            double tokensPerSecond,
            double utilisation,
            List<Llama.Step> runs,
            List<List<Long>> tokens) {

        public Metrics {
            runs = List.copyOf(runs);
            tokens = List.copyOf(tokens);
        }
    }

    private static final String REMEDY = "Delete it to start over, or choose another run folder.";

    private static final Map<String, Double> PRODUCT_RATES = new ConcurrentHashMap<>();

    private final Corpus corpus;
    private final TrainingSettings settings;
    private final List<Run> runs;
    private final Batches batches;
    private final List<SequenceStream> streams;
    private final Llama llama;
    private final List<ComputeDevice> devices;
    private final List<double[][]> losses = new ArrayList<>(); // a stage's end: [runs][domains]
    private final int[] divergedAt; // step, or 0
    private int step;
    private double trainingSeconds;
    private double validationSeconds;

    private Training(
            Corpus corpus, TrainingSettings settings, List<Run> runs, List<ComputeDevice> devices, Llama llama) {
        for (Run run : runs) {
            if (run.schedule().size() != settings.stages()) {
                throw new IllegalArgumentException("run " + run.name() + " has a schedule of "
                        + run.schedule().size() + " stages, the settings say " + settings.stages());
            }
        }
        this.corpus = corpus;
        this.settings = settings;
        this.runs = new ArrayList<>(runs);
        this.batches = Batches.of(corpus, settings.context());
        this.streams = runs.stream().map(run -> batches.stream(run.seed())).toList();
        this.llama = llama;
        this.devices = devices;
        this.divergedAt = new int[runs.size()];
    }

    /// A group of untrained models, measured once before the first step.
    ///
    /// @param devices share the sequences of each step; those beyond the batch's sequences are not used
    /// @throws IllegalArgumentException if a schedule has another number of stages than the settings, or the
    ///     model's vocabulary does not fit the corpus
    /// @throws io.regmixd.engine.DeviceMemoryException if the group does not fit on a device; nothing is left there
    /// @throws InterruptedException if the thread is interrupted while they are measured
    public static Training start(Corpus corpus, TrainingSettings settings, List<Run> runs, List<ComputeDevice> devices)
            throws InterruptedException {
        settings.requireVocabularyOf(corpus);
        long[] seeds = runs.stream().mapToLong(Run::seed).toArray();
        List<ComputeDevice> used = used(devices, settings);
        Llama llama = Llama.initialise(settings.model(), seeds, used, settings.compute());
        try {
            Training training = new Training(corpus, settings, runs, used, llama);
            training.measure();
            return training;
        } catch (InterruptedException | RuntimeException | Error e) {
            llama.close();
            throw e;
        }
    }

    /// Those of the devices that have a sequence to handle in each step.
    static List<ComputeDevice> used(List<ComputeDevice> devices, TrainingSettings settings) {
        return devices.subList(0, Math.min(devices.size(), settings.batch()));
    }

    /// A group as [#save(Path)] left it; it goes on as if it had never stopped.
    ///
    /// @param runs as they were when it was saved; the mixtures of stages that had not begun then may be others
    /// @throws IOException if the file is damaged, or was saved for other runs, settings or another corpus
    public static Training resume(
            Corpus corpus, TrainingSettings settings, List<Run> runs, List<ComputeDevice> devices, Path file)
            throws IOException {
        try (TensorFile saved = TensorFile.open(file)) {
            TrainingState state = state(saved, corpus, settings, runs, file);
            List<ComputeDevice> used = used(devices, settings);
            Llama llama = Llama.restore(settings.model(), runs.size(), saved, used, settings.compute());
            try {
                Training training = new Training(corpus, settings, runs, used, llama);
                training.skipTo(state.step());
                training.losses.addAll(state.losses());
                for (int k = 0; k < runs.size(); k++) {
                    if (state.divergedAt().get(k) > 0) {
                        training.markDiverged(k, state.divergedAt().get(k));
                    }
                }
                return training;
            } catch (RuntimeException | Error e) {
                llama.close();
                throw e;
            }
        }
    }

    /// Brings the streams, which are stored nowhere, to where they were after so many steps.
    private void skipTo(int steps) {
        for (; step < steps; step++) {
            for (int k = 0; k < runs.size(); k++) {
                streams.get(k).skip(runs.get(k).schedule().at(step, settings.steps()), settings.batch());
            }
        }
    }

    /// What a file's metadata say, read before any model is made.
    private static TrainingState state(
            TensorFile saved, Corpus corpus, TrainingSettings settings, List<Run> runs, Path file) throws IOException {
        Map<String, String> metadata = saved.metadata();
        try {
            provenance(corpus, settings, runs, TrainingState.step(metadata)).require(file, metadata, REMEDY);
            return TrainingState.of(metadata, runs.size(), corpus.domains().size());
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " holds no training: " + e.getMessage() + "\n" + REMEDY, e);
        }
    }

    /// Leaves all that [#resume] needs: parameters, AdamW's moments, step and losses so far. The data stream
    /// has no state besides the step. Written whole or not at all.
    ///
    /// @throws IOException if the file cannot be written
    public void save(Path file) throws IOException {
        List<Integer> diverged = Arrays.stream(divergedAt).boxed().toList();
        Map<String, String> metadata = new HashMap<>(new TrainingState(step, losses, diverged).metadata());
        metadata.putAll(provenance(corpus, settings, runs, step).metadata());
        TensorFile.write(file, metadata, llama.tensors());
    }

    /// Writes the model of one run in the format of Transformers, see [Llama#export], and the corpus's tokenizer if
    /// it has one.
    ///
    /// @param run its place in the group
    /// @throws IllegalStateException if it has diverged
    /// @throws IOException           if the folder cannot be written to or holds weights of another kind
    /// @throws InterruptedException  if the thread is interrupted between two tensors
    public void export(int run, Path folder, Precision precision, Progress progress)
            throws IOException, InterruptedException {
        if (divergedAt[run] > 0) {
            throw new IllegalStateException(
                    runs.get(run).name() + " diverged at step " + divergedAt[run] + ": there is no model to export");
        }
        Optional<Path> tokenizer = corpus.tokenizerFile();
        if (tokenizer.isPresent()) {
            HuggingFace.exportTokenizer(
                    folder, tokenizer.get(), corpus.tokenizerSource().endOfDocument(), settings.context());
        }
        OptionalInt endOfDocument = OptionalInt.of(corpus.tokenizer().endOfDocument());
        llama.export(run, settings.context(), endOfDocument, folder, precision, progress);
    }

    /// What the state after `step` steps depends on: of the schedules, the stages that have begun.
    static Provenance provenance(Corpus corpus, TrainingSettings settings, List<Run> runs, int step) {
        List<Map<String, Object>> begun = runs.stream()
                .map(run -> Map.of(
                        "name",
                        run.name(),
                        "seed",
                        run.seed(),
                        "weights_by_stage",
                        run.schedule().stages().stream()
                                .limit(settings.spans().begun(step))
                                .map(Mixture::weights)
                                .toList()))
                .toList();
        return Provenance.of(Map.of(
                "corpus", corpus.fingerprint(), "settings", settings, "sequences", SequenceStream.RULE, "runs", begun));
    }

    /// Trains up to the end of the stage under way and measures the validation losses.
    ///
    /// @throws InterruptedException if the thread is interrupted; the state is that after the last whole step,
    ///     and may be saved or trained on. Where all steps of the stage were taken, the next call only measures
    public void stage(Listener listener) throws InterruptedException {
        stage(listener, () -> false);
    }

    /// As [#stage(Listener)], with pauses to save the state in.
    ///
    /// @param pause asked after each step but the stage's last
    void stage(Listener listener, BooleanSupplier pause) throws InterruptedException {
        int end = settings.spans().end(stagesMeasured());
        double productRate = PRODUCT_RATES.computeIfAbsent(
                devices + " " + settings.compute().precision(), key -> llama.productRate(2048));
        long start = System.nanoTime();
        int[] tokens = new int[runs.size() * settings.batch() * (settings.context() + 1)];
        while (step < end) {
            if (Thread.interrupted()) {
                trainingSeconds += (System.nanoTime() - start) / 1e9;
                throw new InterruptedException("training stopped after step " + step);
            }
            long before = System.nanoTime();
            fill(tokens);
            double learningRate = settings.learningRate().at(step + 1, settings.steps());
            List<Llama.Step> shown = llama.train(
                    tokens, settings.batch(), settings.context(), step + 1, learningRate, settings.weightDecay());
            step++;
            for (int k = 0; k < runs.size(); k++) {
                if (!shown.get(k).finite()) {
                    markDiverged(k, step);
                }
            }
            listener.step(metrics(shown, learningRate, (System.nanoTime() - before) / 1e9, productRate));
            if (step < end && pause.getAsBoolean()) {
                trainingSeconds += (System.nanoTime() - start) / 1e9;
                return;
            }
        }
        trainingSeconds += (System.nanoTime() - start) / 1e9;
        measure();
    }

    private void fill(int[] tokens) {
        int rows = settings.batch() * (settings.context() + 1);
        for (int k = 0; k < runs.size(); k++) {
            Mixture mixture = runs.get(k).schedule().at(step, settings.steps());
            streams.get(k).fill(mixture, settings.batch(), tokens, k * rows);
        }
    }

    private void markDiverged(int run, int atStep) {
        if (divergedAt[run] == 0) {
            divergedAt[run] = atStep;
            llama.freeze(run);
        }
    }

    private Metrics metrics(List<Llama.Step> shown, double learningRate, double seconds, double productRate) {
        double rate = (double) runs.size() * settings.batch() * settings.context() / seconds;
        return new Metrics(
                step,
                mean(shown, Llama.Step::loss),
                mean(shown, Llama.Step::gradientNorm),
                learningRate,
                rate,
                rate * settings.model().trainingFlops(settings.context()) / productRate,
                shown,
                streams.stream().map(this::tokens).toList());
    }

    private List<Long> tokens(SequenceStream drawn) {
        return IntStream.range(0, corpus.domains().size())
                .mapToObj(d -> drawn.drawn(d) * settings.context())
                .toList();
    }

    private double mean(List<Llama.Step> shown, ToDoubleFunction<Llama.Step> of) {
        return IntStream.range(0, runs.size())
                .filter(k -> divergedAt[k] == 0)
                .mapToDouble(k -> of.applyAsDouble(shown.get(k)))
                .average()
                .orElse(Double.NaN);
    }

    /// Mean loss of a domain's first validation tokens under each model, nats per token.
    ///
    /// @param tokens how many predicted tokens; fewer where the validation set is smaller
    /// @throws InterruptedException if the thread is interrupted
    public double[] validationLosses(int domain, int tokens) throws InterruptedException {
        int row = settings.context() + 1;
        double[] means = new double[runs.size()];
        int sequences = batches.validationSequences(domain, tokens);
        for (int from = 0; from < sequences; from += settings.batch()) {
            if (Thread.interrupted()) {
                throw new InterruptedException(
                        "measuring stopped in domain " + corpus.domains().get(domain) + " after step " + step);
            }
            int count = Math.min(settings.batch(), sequences - from);
            int[] batch = new int[count * row];
            for (int i = 0; i < count; i++) {
                batches.validation(domain, from + i, batch, i * row);
            }
            float[][] shown = llama.losses(batch, count, settings.context());
            for (int k = 0; k < runs.size(); k++) {
                for (float loss : shown[k]) {
                    means[k] += loss / sequences;
                }
            }
        }
        return means;
    }

    /// How likely each model finds the end of each sequence given its beginning, see [Llama#likelihoods].
    ///
    /// @return `[runs][batch]`
    public List<List<Likelihood>> likelihoods(List<Continuation> batch) {
        return llama.likelihoods(batch);
    }

    /// How many stages are trained and measured.
    int stagesMeasured() {
        return losses.size() - 1;
    }

    private void measure() throws InterruptedException {
        long start = System.nanoTime();
        double[][] measured = new double[runs.size()][corpus.domains().size()];
        for (int d = 0; d < corpus.domains().size(); d++) {
            double[] ofDomain = validationLosses(d, settings.validationTokens());
            for (int k = 0; k < runs.size(); k++) {
                measured[k][d] = ofDomain[k];
                if (!Double.isFinite(ofDomain[k])) {
                    markDiverged(k, step);
                }
            }
        }
        losses.add(measured);
        validationSeconds += (System.nanoTime() - start) / 1e9;
    }

    /// Whether all steps are taken and measured, or no run is left that has not diverged.
    public boolean finished() {
        return losses.size() == settings.stages() + 1
                || Arrays.stream(divergedAt).allMatch(at -> at > 0);
    }

    /// How the models are trained.
    public TrainingSettings settings() {
        return settings;
    }

    /// Steps taken so far.
    public int step() {
        return step;
    }

    /// Seconds spent inside training steps since this object was made, data included, validation not.
    public double trainingSeconds() {
        return trainingSeconds;
    }

    /// Seconds spent measuring the validation losses after stages, and before the first, since this object was
    /// made.
    public double validationSeconds() {
        return validationSeconds;
    }

    /// What each run has shown so far, in the order of the runs; complete once [#finished()].
    ///
    /// @throws IllegalStateException if a run is neither finished nor diverged
    public List<Trajectory> trajectories() {
        if (!finished()) {
            throw new IllegalStateException("training stands at step " + step + " of " + settings.steps());
        }
        return IntStream.range(0, runs.size()).mapToObj(this::trajectory).toList();
    }

    /// What one run has shown up to the end of its last whole stage, its schedule cut off there: what an online
    /// planner asks for.
    ///
    /// @param run its place in the group
    /// @throws IllegalStateException if there is no whole stage yet, or the run has diverged
    public Trajectory soFar(int run) {
        int stages = losses.size() - 1;
        if (stages < 1 || divergedAt[run] > 0) {
            throw new IllegalStateException(runs.get(run).name()
                    + (stages < 1 ? " has no whole stage behind it" : " diverged at step " + divergedAt[run]));
        }
        return new Trajectory(
                runs.get(run).name(),
                new MixtureSchedule(runs.get(run).schedule().stages().subList(0, stages)),
                losses.stream().map(stage -> stage[run]).toArray(double[][]::new),
                OptionalInt.empty());
    }

    /// The schedule that a run trains on, as the latest [#reschedule] left it.
    ///
    /// @param run its place in the group
    public MixtureSchedule schedule(int run) {
        return runs.get(run).schedule();
    }

    /// Whether the loss of a run has stopped being finite.
    ///
    /// @param run its place in the group
    public boolean diverged(int run) {
        return divergedAt[run] > 0;
    }

    /// Changes the mixtures of stages that have not begun. [#save] and [#trajectories()] tell the schedule that
    /// was really trained.
    ///
    /// @param run      its place in the group
    /// @param schedule begins with the stages that have begun, to the bit
    /// @throws IllegalArgumentException if it does not, or has other domains or another number of stages
    public void reschedule(int run, MixtureSchedule schedule) {
        Run old = runs.get(run);
        int begun = settings.spans().begun(step);
        if (schedule.size() != settings.stages()
                || !schedule.domains().equals(corpus.domains())
                || !schedule.stages()
                        .subList(0, begun)
                        .equals(old.schedule().stages().subList(0, begun))) {
            throw new IllegalArgumentException("a new schedule for " + old.name() + " at step " + step + ": expected "
                    + settings.stages() + " stages over " + corpus.domains() + ", the first " + begun
                    + " as they were trained");
        }
        runs.set(run, new Run(old.name(), schedule, old.seed()));
    }

    private Trajectory trajectory(int k) {
        boolean diverged = divergedAt[k] > 0;
        int wholeStages = diverged ? settings.spans().ended(divergedAt[k] - 1) : settings.stages();
        double[][] rows =
                losses.stream().limit(wholeStages + 1L).map(stage -> stage[k]).toArray(double[][]::new);
        return new Trajectory(
                runs.get(k).name(),
                runs.get(k).schedule(),
                rows,
                diverged ? OptionalInt.of(divergedAt[k]) : OptionalInt.empty());
    }

    @Override
    public void close() {
        llama.close();
    }
}
