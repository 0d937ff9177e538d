package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.engine.ComputeDevice;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/// The last states of one training in a folder, `NAME-step-000250.arrow`: the newest and the one before it are
/// kept, so that a file that a failing disk damaged costs one stage and not all.
///
/// @param name of the files, unique in the folder
public record Checkpoints(Path folder, String name) {

    private static final int DIGITS = 12;

    /// The states of a group of runs, `RUN-DIGITS-step-000250.arrow`, after the first run and a hash of all that
    /// they belong to: corpus, settings, runs with their schedules. Another group's never stand in their way.
    public static Checkpoints of(Path folder, Corpus corpus, TrainingSettings settings, List<Run> runs) {
        String hash =
                Training.provenance(corpus, settings, runs, settings.steps()).hash();
        return new Checkpoints(folder, runs.getFirst().name() + "-" + hash.substring(0, DIGITS));
    }

    /// All states in the folder that are named after this first run, whatever they belong to.
    ///
    /// @throws IOException if the folder cannot be read
    public static List<Path> allOf(String run, Path folder) throws IOException {
        return newestFirst(folder, Pattern.quote(run) + "(-[0-9a-f]{" + DIGITS + "})?");
    }

    /// Trains to the end, stage after stage, and saves on the way: after a stage and within one where it is worth
    /// the time, and after the last whole step when the thread is interrupted. The state at the end is left to
    /// the caller.
    ///
    /// @param after  stages
    /// @param within stages, after any step
    /// @param stage  trains one, or what is left of it
    /// @throws IOException          if a state cannot be written after a stage
    /// @throws InterruptedException if the thread is interrupted; a failure to write the state then is
    ///     suppressed in it
    void train(Training training, Saving after, Saving within, Stage stage) throws IOException, InterruptedException {
        int savedStep = training.step();
        Clock clock = new Clock();
        try {
            while (!training.finished()) {
                int measured = training.stagesMeasured();
                stage.train(() -> clock.worth(within));
                boolean paused = training.stagesMeasured() == measured;
                if (!training.finished() && (paused || clock.worth(after))) {
                    long start = System.nanoTime();
                    stage.save();
                    save(training);
                    savedStep = training.step();
                    clock.saved(start);
                }
            }
        } catch (InterruptedException e) {
            if (training.step() > savedStep) {
                try {
                    stage.save();
                    save(training);
                } catch (IOException notSaved) {
                    e.addSuppressed(notSaved);
                }
            }
            throw e;
        }
    }

    /// What the last saved state cost, and when it was.
    private static final class Clock {

        private long savedAt = System.nanoTime();
        private long took;

        boolean worth(Saving saving) {
            return saving.worth(System.nanoTime() - savedAt, took);
        }

        void saved(long start) {
            savedAt = System.nanoTime();
            took = savedAt - start;
        }
    }

    /// One stage of a training.
    @FunctionalInterface
    interface Stage {

        /// @param pause asked within the stage, whether it is time to save
        void train(BooleanSupplier pause) throws IOException, InterruptedException;

        /// Keeps what must not be behind the state, which is saved next.
        default void save() throws IOException {}
    }

    /// Saves the state as it is now, whole or not at all, then deletes all but this and the newest before it.
    /// Those of later steps could not be gone on with, or training would not stand here.
    ///
    /// @throws IOException if it cannot be written; the earlier ones are untouched then
    public void save(Training training) throws IOException {
        Path now = folder.resolve(String.format(Locale.ROOT, "%s-step-%06d.arrow", name, training.step()));
        training.save(now);
        List<Path> states = newestFirst();
        int place = states.indexOf(now);
        for (int i = 0; i < states.size(); i++) {
            if (i < place || i > place + 1) {
                Files.delete(states.get(i));
            }
        }
    }

    /// The training as it was last saved; if that file is damaged, as it was saved before.
    ///
    /// @return nothing if it was never saved
    /// @throws IOException if there are files, but none that can be gone on with; the message is the newest's
    public Optional<Training> resume(
            Corpus corpus, TrainingSettings settings, List<Run> runs, List<ComputeDevice> devices, Progress progress)
            throws IOException {
        IOException failure = null;
        for (Path file : newestFirst()) {
            try {
                return Optional.of(Training.resume(corpus, settings, runs, devices, file));
            } catch (IOException e) {
                progress.update("Reading checkpoints", 1, "going on without the newest: " + e.getMessage());
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return Optional.empty();
    }

    /// Whether there is any state, damaged or not.
    ///
    /// @throws IOException if the folder cannot be read
    boolean any() throws IOException {
        return !newestFirst().isEmpty();
    }

    /// Deletes all of them: the training is finished and recorded elsewhere.
    ///
    /// @throws IOException if one cannot be deleted
    public void delete() throws IOException {
        for (Path file : newestFirst()) {
            Files.delete(file);
        }
    }

    private List<Path> newestFirst() throws IOException {
        return newestFirst(folder, Pattern.quote(name));
    }

    /// By the step in the name, which has at least six digits.
    private static List<Path> newestFirst(Path folder, String name) throws IOException {
        Pattern own = Pattern.compile(name + "-step-\\d+\\.arrow");
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
                for (Path file : all) {
                    if (own.matcher(file.getFileName().toString()).matches()) {
                        files.add(file);
                    }
                }
            }
        }
        files.sort(Comparator.comparingInt(
                        (Path file) -> file.getFileName().toString().length())
                .thenComparing(Path::getFileName)
                .reversed());
        return files;
    }
}
