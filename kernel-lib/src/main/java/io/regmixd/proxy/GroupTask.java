package io.regmixd.proxy;

import io.regmixd.Progress;
import io.regmixd.SweepExecutor;
import io.regmixd.data.Corpus;
import io.regmixd.model.Checkpoints;
import io.regmixd.model.ComputeDevice;
import io.regmixd.model.DeviceMemoryException;
import io.regmixd.model.Llama;
import io.regmixd.model.Run;
import io.regmixd.model.Training;
import io.regmixd.model.TrainingSettings;
import io.regmixd.model.Trajectory;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Trains a group of proxies on one device: what travels to a worker of a sweep. The corpus and the folder for
/// checkpoints are found there by the same paths.
final class GroupTask implements SweepExecutor.Task<GroupTask.Group, GroupTask.Result> {

    /// Proxies that train together, as far as they fit on the device.
    record Group(List<Run> runs) implements Serializable {}

    /// @param trajectories      one a run, in order
    /// @param trainingSeconds   spent inside training steps
    /// @param validationSeconds spent measuring validation losses
    record Result(List<Trajectory> trajectories, double trainingSeconds, double validationSeconds)
            implements Serializable {}

    /// When a state is worth saving.
    @FunctionalInterface
    interface Saving extends Serializable {

        /// Saving takes at most a hundredth of the time: a state is worth what it took to train since the one
        /// before.
        Saving CHEAP = (trained, saving) -> trained >= 100 * saving;

        /// Asked at the end of every stage.
        ///
        /// @param trained nanoseconds since the last state was saved
        /// @param saving  nanoseconds that saving it took, 0 if there is none yet
        boolean worth(long trained, long saving);
    }

    private static final long serialVersionUID = 1;

    /// Checking a corpus reads all of it: once a process is enough.
    private static final Map<String, Corpus> OPENED = new ConcurrentHashMap<>();

    private final String corpusFolder;
    private final String fingerprint;
    private final TrainingSettings settings;
    private final String checkpoints;
    private final Saving saving;
    private final int threads;
    private final transient Corpus corpus; // null where this has travelled to

    /// @param checkpoints folder of the states of proxies under way
    /// @param threads     of a worker, where there is no GPU
    GroupTask(Corpus corpus, TrainingSettings settings, Path checkpoints, Saving saving, int threads) {
        this.corpus = corpus;
        this.corpusFolder = corpus.folder().toAbsolutePath().toString();
        this.fingerprint = corpus.fingerprint();
        this.settings = settings;
        this.checkpoints = checkpoints.toString();
        this.saving = saving;
        this.threads = threads;
    }

    @Override
    public Result run(Group group, SweepExecutor.Worker worker) throws IOException, InterruptedException {
        ComputeDevice device = ComputeDevice.ofWorker(worker.number(), threads);
        List<Trajectory> trajectories = new ArrayList<>();
        double trainingSeconds = 0;
        double validationSeconds = 0;
        List<Run> left = group.runs();
        int together =
                Llama.modelsThatFit(settings.model(), settings.context(), settings.compute(), device, left.size());
        while (!left.isEmpty()) {
            List<Run> next = left.subList(0, Math.min(together, left.size()));
            Checkpoints saved =
                    checkpoints(Path.of(checkpoints), next.getFirst().name());
            try (Training training = startOrResume(next, saved, device)) {
                train(training, saved, next.size(), worker);
                trajectories.addAll(training.trajectories());
                trainingSeconds += training.trainingSeconds();
                validationSeconds += training.validationSeconds();
                left = left.subList(next.size(), left.size());
                if (!left.isEmpty()) {
                    saved.save(training);
                }
            } catch (DeviceMemoryException e) {
                if (next.size() == 1) {
                    throw e;
                }
                together = next.size() / 2;
            }
        }
        return new Result(trajectories, trainingSeconds, validationSeconds);
    }

    /// The states of a group under way, named after its first run.
    static Checkpoints checkpoints(Path folder, String firstRun) {
        return new Checkpoints(folder, firstRun);
    }

    private Training startOrResume(List<Run> runs, Checkpoints saved, ComputeDevice device) throws IOException {
        Corpus text = corpus();
        Optional<Training> resumed;
        try {
            resumed = saved.resume(text, settings, runs, List.of(device), Progress.SILENT);
        } catch (IOException _) { // damaged, or of a group of another size: it costs less than asking
            resumed = Optional.empty();
        }
        return resumed.isPresent() ? resumed.get() : Training.start(text, settings, runs, List.of(device));
    }

    private void train(Training training, Checkpoints saved, int runs, SweepExecutor.Worker worker)
            throws IOException, InterruptedException {
        int savedStep = training.step();
        long savedAt = System.nanoTime();
        long took = 0;
        try {
            while (!training.finished()) {
                training.stage(metrics -> worker.report(runs));
                long now = System.nanoTime();
                if (!training.finished() && saving.worth(now - savedAt, took)) {
                    saved.save(training);
                    savedStep = training.step();
                    savedAt = System.nanoTime();
                    took = savedAt - now;
                }
            }
        } catch (InterruptedException e) {
            if (training.step() > savedStep) {
                try {
                    saved.save(training);
                } catch (IOException notSaved) {
                    e.addSuppressed(notSaved);
                }
            }
            throw e;
        }
    }

    private Corpus corpus() throws IOException {
        if (corpus != null) {
            return corpus;
        }
        Corpus opened = OPENED.get(corpusFolder);
        if (opened == null) {
            opened = Corpus.open(Path.of(corpusFolder));
            OPENED.put(corpusFolder, opened);
        }
        if (!opened.fingerprint().equals(fingerprint)) {
            throw new IOException(corpusFolder + " holds corpus " + opened.fingerprint() + " on this machine, expected "
                    + fingerprint + ": share the folder between the machines, or prepare the same manifest on each");
        }
        return opened;
    }
}
