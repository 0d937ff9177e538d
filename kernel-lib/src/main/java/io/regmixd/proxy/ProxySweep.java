package io.regmixd.proxy;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.model.ComputeDevice;
import io.regmixd.model.DeviceMemoryException;
import io.regmixd.model.Run;
import io.regmixd.model.Training;
import io.regmixd.model.TrainingSettings;
import io.regmixd.model.Trajectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// Trains one proxy a mixture, or a schedule of mixtures, group by group, on every attached device.
///
/// All proxies have the same seed: they start equal and draw with common random numbers, so that losses differ
/// by the mixture and little else (as in RegMix, whose proxies share one seed).
public final class ProxySweep {

    private static final String STEP = "Training proxies";

    private final Corpus corpus;
    private final TrainingSettings settings;
    private final int together;
    private final long seed;
    private final DoubleAdder trainingSeconds = new DoubleAdder();

    private ProxySweep(Corpus corpus, TrainingSettings settings, int together, long seed) {
        this.corpus = corpus;
        this.settings = settings;
        this.together = together;
        this.seed = seed;
    }

    /// @param together how many proxies train at once on a device, at least 1; halved where they do not fit
    public static ProxySweep of(Corpus corpus, TrainingSettings settings, int together, long seed) {
        if (together < 1) {
            throw new IllegalArgumentException("together is " + together + ", expected at least 1");
        }
        return new ProxySweep(corpus, settings, together, seed);
    }

    /// Trains the proxies that the ledger does not have yet.
    ///
    /// @param design one mixture a proxy
    /// @param file   the ledger, rewritten as each group ends; finished proxies are kept there whatever happens
    /// @throws IOException           if the ledger is damaged, another plan's, or cannot be written
    /// @throws InterruptedException if the thread is interrupted; the proxies under way are lost, not the
    ///     others
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
        Map<String, String> provenance = Map.of(
                "settings", settings.toString(),
                "corpus", corpus.fingerprint(),
                "seed", Long.toString(seed));
        Trajectories empty = new Trajectories(corpus.domains(), settings.stages(), settings.tokensAStage(), List.of());
        Ledger ledger = Ledger.open(file, provenance, runs, empty);
        if (!ledger.open().isEmpty()) {
            train(ledger, runs.size(), progress);
        }
        progress.update(STEP, 1, state(ledger, runs.size()));
        return ledger.trajectories();
    }

    /// Seconds spent inside training steps by this object, the mean of the devices that work side by side.
    public double trainingSeconds() {
        return trainingSeconds.sum() / ComputeDevice.attached().size();
    }

    private void train(Ledger ledger, int planned, Progress progress) throws IOException, InterruptedException {
        List<ComputeDevice> devices = ComputeDevice.attached();
        BlockingQueue<ComputeDevice> free = new LinkedBlockingQueue<>(devices);
        LongAdder steps = new LongAdder(); // of all proxies
        ExecutorService workers = Executors.newFixedThreadPool(devices.size());
        try {
            CompletionService<List<Trajectory>> groups = new ExecutorCompletionService<>(workers);
            List<Run> open = ledger.open();
            int running = 0;
            for (int from = 0; from < open.size(); from += together) {
                List<Run> group = open.subList(from, Math.min(from + together, open.size()));
                groups.submit(() -> {
                    ComputeDevice device = free.take();
                    try {
                        return train(group, device, steps);
                    } finally {
                        free.add(device);
                    }
                });
                running++;
            }
            long before = (planned - open.size()) * (long) settings.steps();
            progress.update(
                    STEP,
                    (planned - open.size()) / (double) planned,
                    state(ledger, planned) + (open.size() < planned ? ", going on with the others" : ""));
            long start = System.nanoTime();
            while (running > 0) {
                Future<List<Trajectory>> group = groups.poll(200, TimeUnit.MILLISECONDS);
                if (group != null) {
                    ledger.add(group.get());
                    running--;
                }
                double done = (before + steps.sum()) / ((double) planned * settings.steps());
                double rate = steps.sum()
                        * (double) settings.batch()
                        * settings.context()
                        * 1e9
                        / (System.nanoTime() - start);
                String state = state(ledger, planned) + String.format(Locale.ROOT, ", %,.0f tokens/s", rate);
                progress.update(STEP, Math.min(done, 0.999), state);
            }
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } finally {
            workers.shutdownNow();
            workers.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    private List<Trajectory> train(List<Run> group, ComputeDevice device, LongAdder steps) throws InterruptedException {
        try (Training training = Training.start(corpus, settings, group, List.of(device))) {
            while (!training.finished()) {
                training.stage(metrics -> steps.add(group.size()));
            }
            trainingSeconds.add(training.trainingSeconds());
            return training.trajectories();
        } catch (DeviceMemoryException e) {
            if (group.size() == 1) {
                throw e;
            }
            int half = group.size() / 2;
            List<Trajectory> all = new ArrayList<>(train(group.subList(0, half), device, steps));
            all.addAll(train(group.subList(half, group.size()), device, steps));
            return all;
        }
    }

    private static IOException unwrapped(ExecutionException e) throws InterruptedException {
        return switch (e.getCause()) {
            case IOException cause -> cause;
            case InterruptedException cause -> throw cause;
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            default -> new IOException(e.getCause());
        };
    }

    private String state(Ledger ledger, int planned) {
        Trajectories trajectories = ledger.trajectories();
        int objective = corpus.objectiveIndex();
        OptionalDouble best = trajectories.completed().stream()
                .mapToDouble(run -> run.loss(settings.stages(), objective))
                .min();
        String bestLoss = best.isEmpty()
                ? ""
                : String.format(Locale.ROOT, ", best %s loss %.3f nats", corpus.objective(), best.getAsDouble());
        int diverged = trajectories.runs().size() - trajectories.completed().size();
        return trajectories.runs().size() + " of " + planned + " proxies" + bestLoss
                + (diverged == 0 ? "" : ", " + diverged + " diverged");
    }
}
