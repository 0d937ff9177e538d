package io.regmixd.evaluation.harness;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// What tasks said of trained models, and their averages.
///
/// @param scores one per model, task, number of shots and metric, in the order of measuring
public record TaskScores(List<Score> scores) {

    public TaskScores {
        scores = List.copyOf(scores);
    }

    /// A metric of one model on one task.
    ///
    /// @param shots     solved documents before each question
    /// @param value     0 to 1, perplexity 1 and above
    /// @param documents how many were scored
    /// @param data      says which: the head of a SHA-256 over the files
    public record Score(
            String method,
            long seed,
            Task task,
            int shots,
            Metric metric,
            double value,
            double standardError,
            int documents,
            String data) {}

    /// Long format: `method, seed, task, shots, metric, value, standard_error, documents, data`.
    public Table table() {
        Table table = Table.create(
                "tasks",
                StringColumn.create("method"),
                LongColumn.create("seed"),
                StringColumn.create("task"),
                IntColumn.create("shots"),
                StringColumn.create("metric"),
                DoubleColumn.create("value"),
                DoubleColumn.create("standard_error"),
                IntColumn.create("documents"),
                StringColumn.create("data"));
        for (Score score : scores) {
            Row row = table.appendRow();
            row.setString("method", score.method());
            row.setLong("seed", score.seed());
            row.setString("task", score.task().label());
            row.setInt("shots", score.shots());
            row.setString("metric", score.metric().label());
            row.setDouble("value", score.value());
            row.setDouble("standard_error", score.standardError());
            row.setInt("documents", score.documents());
            row.setString("data", score.data());
        }
        return table;
    }

    static TaskScores read(Table table) {
        return new TaskScores(table.stream()
                .map(row -> new Score(
                        row.getString("method"),
                        row.getLong("seed"),
                        Task.of(row.getString("task")),
                        row.getInt("shots"),
                        Metric.of(row.getString("metric")),
                        row.getDouble("value"),
                        row.getDouble("standard_error"),
                        row.getInt("documents"),
                        row.getString("data")))
                .toList());
    }

    /// Those of some rounds and seeds.
    TaskScores of(List<TaskRound> rounds, List<Long> seeds) {
        return new TaskScores(seeds.stream()
                .flatMap(seed -> rounds.stream().flatMap(round -> round.in(this, seed).stream()))
                .toList());
    }

    TaskScores ofMethods(List<String> methods) {
        return new TaskScores(scores.stream()
                .filter(score -> methods.contains(score.method()))
                .toList());
    }

    TaskScores plus(List<Score> more) {
        List<Score> all = new ArrayList<>(scores);
        all.addAll(more);
        return new TaskScores(all);
    }

    /// A model's score on a task, its first metric, averaged over the numbers of shots that were measured, as
    /// the papers do (0 to 5).
    ///
    /// The standard error is the mean of the single ones: since the same documents are scored each time, that
    /// is the most it can be.
    ///
    /// @throws IllegalArgumentException if it was not measured
    public Judgement mean(String method, long seed, Task task) {
        Metric metric = task.metrics().getFirst();
        List<Score> measured = scores.stream()
                .filter(score -> score.method().equals(method)
                        && score.seed() == seed
                        && score.task() == task
                        && score.metric() == metric)
                .toList();
        if (measured.isEmpty()) {
            throw new IllegalArgumentException(
                    "task " + task.label() + " was not put to " + method + ", seed " + seed + ": score it first");
        }
        return new Judgement(
                measured.stream().mapToDouble(Score::value).average().orElseThrow(),
                measured.stream().mapToDouble(Score::standardError).average().orElseThrow());
    }

    /// The papers' average: the mean of a model's scores on several tasks, each counting the same, each the
    /// mean over shots. The standard error takes the tasks' errors as independent.
    ///
    /// @param tasks [Task#REGMIX_D], [Task#REGMIX] or any others
    /// @throws IllegalArgumentException if one of them was not measured
    public Judgement average(String method, long seed, List<Task> tasks) {
        List<Judgement> means =
                tasks.stream().map(task -> mean(method, seed, task)).toList();
        double squares = means.stream()
                .mapToDouble(mean -> mean.standardError() * mean.standardError())
                .sum();
        return new Judgement(
                means.stream().mapToDouble(Judgement::value).average().orElseThrow(),
                Math.sqrt(squares) / tasks.size());
    }

    /// The papers' table: one row per task and a last one with their average, one column a method, in percent,
    /// means over seeds.
    ///
    /// @param tasks [Task#REGMIX_D], [Task#REGMIX] or any others
    /// @throws IllegalArgumentException if one of them was not measured
    public Table percentages(List<Task> tasks) {
        StringColumn names = StringColumn.create("task");
        tasks.forEach(task -> names.append(task.label()));
        Table table = Table.create("percentages", names.append("average"));
        Set<String> methods = scores.stream().map(Score::method).collect(Collectors.toCollection(LinkedHashSet::new));
        for (String method : methods) {
            DoubleColumn column = DoubleColumn.create(method);
            tasks.forEach(task -> column.append(percentage(method, List.of(task))));
            table.addColumns(column.append(percentage(method, tasks)));
        }
        return table;
    }

    private double percentage(String method, List<Task> tasks) {
        return scores.stream()
                .filter(score -> score.method().equals(method))
                .mapToLong(Score::seed)
                .distinct()
                .mapToDouble(seed -> 100 * average(method, seed, tasks).value())
                .average()
                .orElseThrow();
    }
}
