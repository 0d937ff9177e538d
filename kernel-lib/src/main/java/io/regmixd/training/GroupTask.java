package io.regmixd.training;

import io.regmixd.data.Corpus;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.DeviceMemoryException;
import io.regmixd.engine.Gpus;
import io.regmixd.engine.Llama;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.trajectory.Trajectory;
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

    /// @param trajectories      one per run, in order
    /// @param trainingSeconds   spent inside training steps
    /// @param validationSeconds spent measuring validation losses
    /// @param dropped           states that could not be gone on with, and why, in words
    record Result(List<Trajectory> trajectories, double trainingSeconds, double validationSeconds, List<String> dropped)
            implements Serializable {}

    private static final long serialVersionUID = 1;

    /// Checking a corpus reads all of it: once a process is enough.
    private static final Map<String, Corpus> OPENED = new ConcurrentHashMap<>();

    private final String corpusFolder;
    private final String fingerprint;
    private final TrainingSettings settings;
    private final String checkpoints;
    private final Saving saving;
    private final int threads;
    private final Gpus gpus;
    private final transient Corpus corpus; // null where this has travelled to

    /// @param checkpoints folder of the states of proxies under way
    /// @param threads     of a worker that has no GPU
    /// @param gpus        of the machine that a group travels to
    GroupTask(Corpus corpus, TrainingSettings settings, Path checkpoints, Saving saving, int threads, Gpus gpus) {
        this.corpus = corpus;
        this.corpusFolder = corpus.folder().toAbsolutePath().toString();
        this.fingerprint = corpus.fingerprint();
        this.settings = settings;
        this.checkpoints = checkpoints.toString();
        this.saving = saving;
        this.threads = threads;
        this.gpus = gpus;
    }

    @Override
    public Result run(Group group, SweepExecutor.Worker worker) throws IOException, InterruptedException {
        ComputeDevice device = worker.gpu().isPresent()
                ? ComputeDevice.gpu(worker.gpu().getAsInt(), gpus)
                : ComputeDevice.threads(threads);
        List<Trajectory> trajectories = new ArrayList<>();
        List<String> dropped = new ArrayList<>();
        double trainingSeconds = 0;
        double validationSeconds = 0;
        List<Run> left = group.runs();
        int together = Llama.modelsThatFit(
                settings.model(), settings.context(), settings.compute(), List.of(device), left.size());
        while (!left.isEmpty()) {
            List<Run> next = left.subList(0, Math.min(together, left.size()));
            Checkpoints saved = Checkpoints.of(Path.of(checkpoints), corpus(), settings, next);
            try (Training training = startOrResume(next, saved, device, dropped)) {
                int runs = next.size();
                saved.train(
                        training,
                        saving,
                        Saving.SELDOM,
                        pause -> training.stage(metrics -> worker.report(runs), pause));
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
        return new Result(trajectories, trainingSeconds, validationSeconds, dropped);
    }

    private Training startOrResume(List<Run> runs, Checkpoints saved, ComputeDevice device, List<String> dropped)
            throws IOException, InterruptedException {
        Optional<Training> resumed = Optional.empty();
        try {
            resumed = saved.resume(
                    corpus(), settings, runs, List.of(device), (step, done, message) -> dropped.add(message));
        } catch (IOException _) { // told above; training again costs less than asking
        }
        if (resumed.isPresent()) {
            return resumed.get();
        }
        String first = runs.getFirst().name();
        for (Path other : Checkpoints.allOf(first, saved.folder())) {
            if (!other.getFileName().toString().startsWith(saved.name())) {
                dropped.add(
                        "training " + first + " from the start: " + other + " is of other runs, schedules or settings");
            }
        }
        return Training.start(corpus(), settings, runs, List.of(device));
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
