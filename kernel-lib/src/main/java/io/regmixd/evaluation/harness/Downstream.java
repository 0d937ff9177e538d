package io.regmixd.evaluation.harness;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.Tokenizer;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.Provenance;
import io.regmixd.training.TargetRun;
import io.regmixd.training.Training;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/// Puts downstream tasks to trained models: the prompts, shots, scores and metrics of EleutherAI's
/// lm-evaluation-harness 0.4.12, see [Task].
///
/// @param files   the tasks' data sets
/// @param tasks   which to put
/// @param shots   how many solved documents stand before each question; each number is a round of its own
/// @param limit   how many documents of a task are scored at most, from the first on
/// @param readers by the ending of a file's name: `jsonl`, `parquet`
public record Downstream(
        List<TaskFile> files, List<Task> tasks, List<Integer> shots, int limit, Map<String, DocumentReader> readers) {

    private static final String STEP = "Scoring tasks";
    private static final String FETCHING = "Fetching tasks";

    public Downstream {
        files = List.copyOf(files);
        tasks = List.copyOf(tasks);
        shots = List.copyOf(shots);
        readers = Map.copyOf(readers);
        List<Task> known = files.stream().map(TaskFile::task).distinct().toList();
        if (!known.containsAll(tasks)) {
            throw new IllegalArgumentException("tasks " + tasks + ": the manifest has only " + known);
        }
        if (shots.stream().anyMatch(n -> n < 0) || limit < 2) {
            throw new IllegalArgumentException("shots " + shots + ", limit " + limit
                    + ": shots must not be negative, and a standard error needs two documents");
        }
    }

    /// All tasks of a manifest with 0 to 5 shots, as the papers, on all documents.
    ///
    /// @param manifest a JSON file, see docs/tasks.md
    /// @param folder   where the data sets lie or shall lie: `TASK/SPLIT.parquet`
    /// @throws IllegalArgumentException if it is no such manifest
    /// @throws IOException              if it cannot be read
    public static Downstream of(Path manifest, Path folder) throws IOException {
        List<TaskFile> files = TaskManifest.read(manifest).files(folder);
        return new Downstream(
                files,
                files.stream().map(TaskFile::task).distinct().toList(),
                List.of(0, 1, 2, 3, 4, 5),
                Integer.MAX_VALUE,
                Map.of(
                        "jsonl",
                        DocumentReader.JSON_LINES,
                        "parquet",
                        DocumentReader.PARQUET,
                        "txt",
                        DocumentReader.LOGIQA));
    }

    /// Some of the tasks.
    public Downstream only(List<Task> some) {
        return new Downstream(files, some, shots, limit, readers);
    }

    /// With other numbers of shots.
    public Downstream shots(List<Integer> others) {
        return new Downstream(files, tasks, others, limit, readers);
    }

    /// With so many documents of a task at most, for a first look.
    public Downstream limit(int documents) {
        return new Downstream(files, tasks, shots, documents, readers);
    }

    /// Files of another format are read, too.
    ///
    /// @param ending of their names: `csv`
    public Downstream reading(String ending, DocumentReader reader) {
        Map<String, DocumentReader> more = new LinkedHashMap<>(readers);
        more.put(ending, reader);
        return new Downstream(files, tasks, shots, limit, more);
    }

    /// The tasks that lack a data set, which [#fetch] gets.
    public List<Task> missing() {
        return tasks.stream()
                .filter(task -> files.stream()
                        .anyMatch(file -> file.task() == task && existing(file).isEmpty()))
                .toList();
    }

    /// Fetches the data sets of the tasks, each file as the manifest names it; those that lie there already stay.
    /// A file without a checksum in the manifest must be what it was when it was fetched first.
    ///
    /// @throws IOException          if a file cannot be had or is not what it must be; names file and remedy
    /// @throws InterruptedException if the thread is interrupted meanwhile; what has come is kept
    public void fetch(Progress progress) throws IOException, InterruptedException {
        List<TaskFile> wanted =
                files.stream().filter(file -> tasks.contains(file.task())).toList();
        for (int i = 0; i < wanted.size(); i++) {
            TaskFile file = wanted.get(i);
            if (existing(file).isEmpty()) {
                double done = (double) i / wanted.size();
                String said = file.task().label() + ", " + file.split();
                progress.update(FETCHING, done, said);
                file.web().fetch(state -> progress.update(FETCHING, done, said + ", " + state));
            }
        }
        progress.update(FETCHING, 1, wanted.size() + " files of " + tasks.size() + " tasks");
    }

    /// Puts the tasks to all trained targets; those that diverged are left out. What is done is kept in the run
    /// folder as `tasks.arrow` after each task and number of shots, and not done again unless the models
    /// or the data change.
    ///
    /// @param folder where the trained targets lie
    /// @throws IllegalArgumentException if a document is not as its task has it; names file, document and field
    /// @throws IOException              if a file is missing or damaged, or cannot be written
    /// @throws InterruptedException     if the thread is interrupted between two batches
    public TaskScores score(Corpus corpus, TargetRun target, Path folder, Progress progress)
            throws IOException, InterruptedException {
        Path file = folder.resolve("tasks.arrow");
        Provenance provenance = target.provenanceOfTrained(folder).with("corpus", corpus.fingerprint());
        Tokenizer tokenizer = corpus.tokenizer();
        TaskScores scores = kept(file, provenance);
        List<TaskRound> rounds = rounds();
        List<TargetRun.Group> groups = target.groups(folder);
        int all = rounds.size() * groups.size();
        int done = 0;
        for (TargetRun.Group group : groups) {
            long seed = group.seed();
            TaskScores known = scores.ofMethods(group.methods());
            List<TaskRound> open =
                    rounds.stream().filter(round -> !round.isIn(known, seed)).toList();
            done += rounds.size() - open.size();
            if (!open.isEmpty()) {
                try (Training models = target.trained(folder, group)) {
                    int context = models.settings().context();
                    for (TaskRound round : open) {
                        DoubleConsumer part = part(progress, done++, all, "seed " + seed + ", " + round);
                        scores = scores.plus(completed(
                                models,
                                round.put(models::likelihoods, group.methods(), seed, context, tokenizer, part)));
                        ArrowFile.write(file, scores.table(), provenance.metadata());
                    }
                }
            }
        }
        progress.update(
                STEP,
                1,
                tasks.size() + " tasks, shots " + shots + ", " + target.seeds().size() + " seeds");
        return scores.of(rounds, target.seeds());
    }

    private static TaskScores kept(Path file, Provenance provenance) throws IOException {
        if (!Files.exists(file)) {
            return new TaskScores(List.of());
        }
        ArrowFile earlier = ArrowFile.read(file);
        return provenance.isOf(earlier.metadata()) ? TaskScores.read(earlier.table()) : new TaskScores(List.of());
    }

    private static List<TaskScores.Score> completed(Training models, List<List<TaskScores.Score>> ofModels) {
        List<Trajectory> trajectories = models.trajectories();
        return IntStream.range(0, ofModels.size())
                .filter(m -> trajectories.get(m).completed())
                .boxed()
                .flatMap(m -> ofModels.get(m).stream())
                .toList();
    }

    private static DoubleConsumer part(Progress progress, int done, int all, String message) {
        return share -> progress.update(STEP, Math.min((done + share) / all, 0.999), message);
    }

    /// Puts the tasks to other models; nothing is kept, and the scores say seed 0.
    ///
    /// @param models  `llama::likelihoods`, `training::likelihoods`
    /// @param names   one per model
    /// @param context longest input of the models, tokens
    /// @throws IllegalArgumentException as [#score(Corpus, TargetRun, Path, Progress)]
    /// @throws IOException              if a file is missing or damaged
    /// @throws InterruptedException     if the thread is interrupted between two batches
    public TaskScores score(Models models, List<String> names, int context, Tokenizer tokenizer, Progress progress)
            throws IOException, InterruptedException {
        TaskScores scores = new TaskScores(List.of());
        List<TaskRound> rounds = rounds();
        for (TaskRound round : rounds) {
            DoubleConsumer part = part(progress, rounds.indexOf(round), rounds.size(), round.toString());
            for (List<TaskScores.Score> ofModel : round.put(models, names, 0, context, tokenizer, part)) {
                scores = scores.plus(ofModel);
            }
        }
        progress.update(STEP, 1, tasks.size() + " tasks, shots " + shots);
        return scores;
    }

    private List<TaskRound> rounds() throws IOException {
        List<TaskRound> rounds = new ArrayList<>();
        for (Task task : tasks) {
            TaskDocuments scored = documents(task, task.scored());
            boolean any = shots.stream().anyMatch(n -> n > 0); // without shots their split need not be there
            TaskDocuments shown = any ? documents(task, task.shown()) : scored;
            for (int n : shots) {
                rounds.add(new TaskRound(task, n, limit, scored, n == 0 ? scored : shown));
            }
        }
        return rounds;
    }

    private TaskDocuments documents(Task task, String split) throws IOException {
        TaskFile wanted = files.stream()
                .filter(file -> file.task() == task && file.split().equals(split))
                .findFirst()
                .orElseThrow();
        Path file = existing(wanted)
                .orElseThrow(() -> new NoSuchFileException(
                        wanted.web().file().toString(),
                        null,
                        "the documents of " + task.label() + " are missing: call fetch, which gets "
                                + wanted.web().name() + ", or put them there"));
        String name = file.getFileName().toString();
        return TaskDocuments.of(file, readers.get(name.substring(split.length() + 1)));
    }

    /// What there is of a split, with any ending that can be read.
    private Optional<Path> existing(TaskFile wanted) {
        return readers.keySet().stream()
                .sorted()
                .map(ending -> wanted.web().file().resolveSibling(wanted.split() + "." + ending))
                .filter(Files::exists)
                .findFirst();
    }
}
