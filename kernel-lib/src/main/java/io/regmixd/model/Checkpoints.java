package io.regmixd.model;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The last states of one training in a folder, `NAME-step-000250.arrow`: the newest two are kept, so that a
/// file that a failing disk damaged costs one stage and not all.
///
/// @param name of the files, unique in the folder
public record Checkpoints(Path folder, String name) {

    private static final int KEPT = 2;

    /// Saves the state as it is now, whole or not at all, then deletes all but the newest two.
    ///
    /// @throws IOException if it cannot be written; the earlier ones are untouched then
    public void save(Training training) throws IOException {
        training.save(folder.resolve(String.format(Locale.ROOT, "%s-step-%06d.arrow", name, training.step())));
        for (Path old : newestFirst().stream().skip(KEPT).toList()) {
            Files.delete(old);
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

    /// Deletes all of them: the training is finished and recorded elsewhere.
    ///
    /// @throws IOException if one cannot be deleted
    public void delete() throws IOException {
        for (Path file : newestFirst()) {
            Files.delete(file);
        }
    }

    /// By the step in the name, which has at least six digits.
    private List<Path> newestFirst() throws IOException {
        Pattern own = Pattern.compile(Pattern.quote(name) + "-step-\\d+\\.arrow");
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
