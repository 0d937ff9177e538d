package io.regmixd.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.model.Compute;
import io.regmixd.model.ComputeDevice;
import io.regmixd.model.LearningRate;
import io.regmixd.model.Likelihood;
import io.regmixd.model.Llama;
import io.regmixd.model.LlamaConfig;
import io.regmixd.model.TrainingSettings;
import io.regmixd.store.ArrowFile;
import io.regmixd.target.TargetRun;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownstreamTest {

    private static final Path MANIFEST = Path.of("..", "data-manifests", "tasks.json");
    private static final List<Task> SHORT = List.of(Task.ARC_EASY, Task.COPA, Task.LAMBADA_STANDARD, Task.SOCIAL_IQA);

    @Test
    void manifestNamesEveryTaskAndWhereItsSplitsAreToBeHad() throws Exception {
        Downstream downstream = Downstream.of(MANIFEST, Path.of("data"));

        assertThat(downstream.tasks()).containsExactlyInAnyOrder(Task.values());
        assertThat(downstream.shots()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(downstream.files())
                .contains(new TaskFile(
                        Task.ARC_EASY,
                        "test",
                        "allenai/ai2_arc",
                        "refs/convert/parquet",
                        "ARC-Easy/test/0000.parquet",
                        Path.of("data", "arc_easy", "test.parquet")));
    }

    /// Whatever an untrained model prefers, the right place is drawn independently of it: four choices of equal
    /// length are right in a quarter of the cases, and the answers of models with different seeds agree no more.
    @Test
    void untrainedModelsScoreAtChanceWithinTheStandardError(@TempDir Path folder) throws Exception {
        int documents = 300;
        Random random = new Random(11);
        write(
                folder.resolve("arc_easy/test.jsonl"),
                IntStream.range(0, documents)
                        .mapToObj(i ->
                                "{\"question\": \"%s\", \"choices\": {\"text\": [%s], \"label\": [\"A\", \"B\", \"C\", \"D\"]}, \"answerKey\": \"%s\"}"
                                        .formatted(
                                                letters(random, 12),
                                                Stream.generate(() -> '"' + letters(random, 6) + '"')
                                                        .limit(4)
                                                        .collect(Collectors.joining(", ")),
                                                "ABCD".charAt(random.nextInt(4))))
                        .toList());
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        try (Llama llama = Llama.initialise(tiny, new long[] {1, 2, 3}, ComputeDevice.cpu(1), Compute.FLOAT32)) {
            TaskScores scores = Downstream.of(MANIFEST, folder)
                    .only(List.of(Task.ARC_EASY))
                    .shots(List.of(0))
                    .score(llama::likelihoods, List.of("a", "b", "c"), 128, Tokenizer.BYTES, Progress.SILENT);

            assertThat(scores.scores()).hasSize(6).allSatisfy(score -> {
                assertThat(score.value()).isCloseTo(0.25, within(3.5 * score.standardError()));
                assertThat(score.standardError()).isCloseTo(Math.sqrt(0.25 * 0.75 / documents), within(0.003));
                assertThat(score.documents()).isEqualTo(documents);
            });
        }
    }

    private static String letters(Random random, int count) {
        return random.ints(count, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// Trained on the examples' own solved documents until it knows them by heart; scores are kept and measured once.
    @Test
    void overfittedTargetScoresNearOneOnWhatItWasTrainedOn(@TempDir Path folder) throws Exception {
        Corpus corpus = solvedExamples(folder.resolve("corpus"));
        TrainingSettings settings = new TrainingSettings(
                new LlamaConfig(2, 4, 64, 192, 256), 192, 8, 240, 1, LearningRate.cosine(1e-2, 20, 1e-3), 0.0, 192);
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        schedules.put("solved", MixtureSchedule.constant(mixture(corpus, 0.98), 1));
        schedules.put("other text", MixtureSchedule.constant(mixture(corpus, 0.02), 1));
        TargetRun target = TargetRun.of(corpus, settings, schedules, List.of(1L));
        target.train(folder, Progress.SILENT);
        Downstream downstream = Downstream.of(MANIFEST, HarnessExpectations.examples())
                .only(SHORT)
                .shots(List.of(0, 1));

        TaskScores scores = downstream.score(corpus, target, Tokenizer.BYTES, folder, Progress.SILENT);

        assertThat(scores.scores()).hasSize(2 * 2 * (2 + 1 + 2 + 1));
        assertThat(scores.average("solved", 1, SHORT).value()).isGreaterThan(0.9);
        assertThat(scores.average("other text", 1, SHORT).value()).isLessThan(0.7);
        assertThat(ArrowFile.read(folder.resolve("tasks.arrow")).table().columnNames())
                .containsExactly(
                        "method", "seed", "task", "shots", "metric", "value", "standard_error", "documents", "data");
        List<String> messages = new ArrayList<>();
        TaskScores again = downstream.score(
                corpus, target, Tokenizer.BYTES, folder, (step, done, message) -> messages.add(message));
        assertThat(again).as("read again, not measured again").isEqualTo(scores);
        assertThat(messages).containsExactly("4 tasks, shots [0, 1], 1 seeds");
        downstream
                .only(List.of(Task.COPA))
                .limit(2)
                .score(corpus, target, Tokenizer.BYTES, folder, (step, done, message) -> messages.add(message));
        assertThat(messages).as("other documents are measured").contains("seed 1, copa with 0 shots");
        assertThat(downstream.score(corpus, target, Tokenizer.BYTES, folder, Progress.SILENT))
                .as("what was measured before is still there")
                .isEqualTo(scores);
    }

    /// Files of all solved documents in different orders, and as many files of scrambled ones.
    private static Corpus solvedExamples(Path folder) throws Exception {
        List<String> solved = new ArrayList<>();
        for (Task task : SHORT) {
            for (Document document :
                    HarnessExpectations.documents(task, task.scored()).read()) {
                Question question = task.question(document);
                Question.Choice right = question.choices().get(question.gold());
                solved.add(right.context() + right.continuation() + "\n\n");
            }
        }
        Random random = new Random(3);
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> others = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            Collections.shuffle(solved, random);
            texts.put(i + ".txt", String.join("", solved));
            List<String> words = Arrays.asList(String.join("", solved).split(" ", -1));
            Collections.shuffle(words, random);
            others.put(i + ".txt", String.join(" ", words));
        }
        return SmallCorpus.of(texts, others, folder);
    }

    private static Mixture mixture(Corpus corpus, double texts) {
        return Mixture.of(corpus.domains(), texts, 1 - texts);
    }

    @Test
    void averagesAreOverShotsThenTasksWithTheirErrors() {
        TaskScores scores = new TaskScores(List.of(
                score("a", 1, Task.COPA, 0, 0.5, 0.04),
                score("a", 1, Task.COPA, 5, 0.7, 0.02),
                score("a", 1, Task.RACE, 0, 0.2, 0.04),
                score("b", 1, Task.COPA, 0, 0.4, 0.1),
                score("b", 1, Task.RACE, 0, 0.2, 0.1),
                score("b", 2, Task.COPA, 0, 0.6, 0.1),
                score("b", 2, Task.RACE, 0, 0.4, 0.1)));
        List<Task> both = List.of(Task.COPA, Task.RACE);

        assertThat(scores.mean("a", 1, Task.COPA).value()).isCloseTo(0.6, within(1e-12));
        assertThat(scores.mean("a", 1, Task.COPA).standardError()).isCloseTo(0.03, within(1e-12));
        assertThat(scores.average("a", 1, both).value()).isCloseTo(0.4, within(1e-12));
        assertThat(scores.average("a", 1, both).standardError()).isCloseTo(0.025, within(1e-12));
        assertThat(scores.percentages(both).print().lines().map(String::strip))
                .anySatisfy(line -> assertThat(line).matches("copa\\s+\\|\\s+60\\s+\\|\\s+50\\s+\\|"))
                .anySatisfy(line -> assertThat(line).matches("average\\s+\\|\\s+40\\s+\\|\\s+40\\s+\\|"));
        assertThat(TaskScores.read(scores.table())).isEqualTo(scores);
        assertThatThrownBy(() -> scores.average("a", 1, Task.REGMIX_D))
                .hasMessageContaining("task hellaswag was not put to a, seed 1");
    }

    private static TaskScores.Score score(String method, long seed, Task task, int shots, double value, double error) {
        return new TaskScores.Score(method, seed, task, shots, Metric.ACC, value, error, 100, "data");
    }

    @Test
    void missingAndDamagedDataAreRefusedWithTheirPlace(@TempDir Path folder) throws Exception {
        Downstream copa =
                Downstream.of(MANIFEST, folder).only(List.of(Task.COPA)).shots(List.of(0));
        assertThatThrownBy(() -> score(copa))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("copa")
                .hasMessageContaining("get copa/validation/0000.parquet of the data set aps/super_glue");

        Path file = folder.resolve("copa/validation.jsonl");
        write(file, List.of("{\"premise\": \"It rained.\", \"question\": \"why\"}", "{}"));
        assertThatThrownBy(() -> score(copa))
                .hasMessageContaining("validation.jsonl, document 1: field question is why, expected cause or effect");
        write(file, List.of("{\"premise\": "));
        assertThatThrownBy(() -> score(copa)).hasMessageContaining("validation.jsonl, line 1: no JSON object");
        Files.copy(
                HarnessExpectations.examples().resolve("copa/validation.jsonl"),
                folder.resolve("copa/validation.other"));
        Files.delete(file);
        assertThat(score(copa.reading("other", DocumentReader.JSON_LINES)).scores())
                .hasSize(1);
        assertThatThrownBy(() -> copa.shots(List.of(-1))).hasMessageContaining("must not be negative");
        assertThatThrownBy(() -> copa.limit(1)).hasMessageContaining("two documents");
    }

    private static TaskScores score(Downstream downstream) throws Exception {
        Models models = batch -> List.of(
                batch.stream().map(of -> new Likelihood(-of.length(), false)).toList());
        return downstream.score(models, List.of("short"), 4096, Tokenizer.BYTES, Progress.SILENT);
    }

    @Test
    void manifestsThatAreNoneAreRefusedByField(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("tasks.json");
        String entry = "{\"task\": \"%s\", \"hub\": \"a/b\", \"files\": {\"%s\": \"c.parquet\"}}";
        String manifest = "{\"description\": \"d\", \"revision\": \"main\", \"tasks\": [%s]}";
        write(file, List.of(manifest.formatted(entry.formatted("race", "test"))));
        assertThat(Downstream.of(file, folder).tasks()).containsExactly(Task.RACE);
        assertThatThrownBy(() -> Downstream.of(file, folder).only(List.of(Task.COPA)))
                .hasMessageContaining("the manifest has only [RACE]");
        write(file, List.of(manifest.formatted(entry.formatted("race", "train"))));
        assertThatThrownBy(() -> Downstream.of(file, folder))
                .hasMessageContaining("tasks.json: files of race lack test");
        write(file, List.of(manifest.formatted(entry.formatted("boolq", "test"))));
        assertThatThrownBy(() -> Downstream.of(file, folder)).hasMessageContaining("no task boolq");
        write(file, List.of("{\"description\": \"d\", \"tasks\": []}"));
        assertThatThrownBy(() -> Downstream.of(file, folder)).hasMessageContaining("revision: missing");
        write(file, List.of("{\"description\": \"d\", \"revision\": \"main\", \"tasks\": [], \"name\": 1}"));
        assertThatThrownBy(() -> Downstream.of(file, folder)).hasMessageContaining("\"name\"");
    }

    private static void write(Path file, List<String> lines) throws Exception {
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
    }
}
