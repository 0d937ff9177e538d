package io.regmixd.evaluation.harness;

import io.regmixd.data.Tokenizer;
import io.regmixd.engine.Continuation;
import io.regmixd.engine.Likelihood;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/// One task with one number of shots.
///
/// @param limit  how many documents are scored at most
/// @param scored those that are scored
/// @param shown  those that shots are drawn from
record TaskRound(Task task, int shots, int limit, TaskDocuments scored, TaskDocuments shown) {

    private String data() {
        return TaskDocuments.head(
                Sha256.of((scored.sha256() + shown.sha256() + limit).getBytes(StandardCharsets.UTF_8)));
    }

    /// The scores of this round among others.
    List<TaskScores.Score> in(TaskScores scores, long seed) {
        String data = data();
        return scores.scores().stream()
                .filter(score -> score.task() == task
                        && score.shots() == shots
                        && score.seed() == seed
                        && score.data().equals(data))
                .toList();
    }

    boolean isIn(TaskScores scores, long seed) {
        return !in(scores, seed).isEmpty();
    }

    /// @param names one per model
    /// @return of each model, one score a metric
    List<List<TaskScores.Score>> put(
            Models models, List<String> names, long seed, int context, Tokenizer tokenizer, DoubleConsumer done)
            throws IOException, InterruptedException {
        List<Document> documents = scored.read().stream().limit(limit).toList();
        List<Question> questions = IntStream.range(0, documents.size())
                .mapToObj(i -> question(documents, i))
                .toList();
        List<String> before = shots(documents);
        List<Continuation> requests = IntStream.range(0, questions.size())
                .parallel()
                .boxed()
                .flatMap(i -> questions.get(i).choices().stream()
                        .map(choice -> Requests.encode(
                                before.get(i) + choice.context(), choice.continuation(), tokenizer, context)))
                .toList();
        List<List<Likelihood>> answers = Requests.ask(models, requests, done);
        return IntStream.range(0, names.size())
                .mapToObj(k -> judge(questions, answers.get(k), names.get(k), seed))
                .toList();
    }

    private List<String> shots(List<Document> documents) throws IOException {
        try {
            return Requests.shots(task, documents, shots == 0 ? documents : shown.read(), shots);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(shown.file() + ", drawing shots: " + e.getMessage(), e);
        }
    }

    private Question question(List<Document> documents, int i) {
        try {
            return task.question(documents.get(i));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(scored.file() + ", document " + (i + 1) + ": " + e.getMessage(), e);
        }
    }

    private List<TaskScores.Score> judge(List<Question> questions, List<Likelihood> answers, String name, long seed) {
        List<List<Likelihood>> byQuestion = new ArrayList<>();
        int at = 0;
        for (Question question : questions) {
            byQuestion.add(answers.subList(at, at += question.choices().size()));
        }
        return task.metrics().stream()
                .map(metric -> {
                    Judgement judged = Judgement.of(metric, task.completes(), questions, byQuestion);
                    return new TaskScores.Score(
                            name,
                            seed,
                            task,
                            shots,
                            metric,
                            judged.value(),
                            judged.standardError(),
                            questions.size(),
                            data());
                })
                .toList();
    }

    @Override
    public String toString() {
        return task.label() + " with " + shots + " shots";
    }
}
