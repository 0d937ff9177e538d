package io.regmixd.evaluation.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.data.Tokenizer;
import io.regmixd.data.source.WebFile;
import io.regmixd.engine.Compute;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Likelihood;
import io.regmixd.engine.Llama;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.training.TargetRun;
import io.regmixd.training.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class DownstreamTest {

    private static final Path MANIFEST = Path.of("..", "data-manifests", "tasks.json");
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void manifestNamesEveryTaskAndWhereItsSplitsAreToBeHad() throws Exception {
        Downstream downstream = Downstream.of(MANIFEST, Path.of("data"));

        assertThat(downstream.tasks()).containsExactlyInAnyOrder(Task.values());
        assertThat(downstream.shots()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(downstream.files())
                .contains(new TaskFile(
                        Task.ARC_EASY,
                        "test",
                        new WebFile(
                                "hf:allenai/ai2_arc@210d026faf9955653af8916fad021475a3f00453/"
                                        + "ARC-Easy/test-00000-of-00001.parquet",
                                Optional.empty(),
                                Path.of("data", "arc_easy", "test.parquet"))))
                .filteredOn(file -> file.task() == Task.RACE)
                .allMatch(file -> file.web().sha256().isPresent());
    }

    /// Whatever an untrained model prefers, the right place is drawn independently of it: four choices of equal
    /// length are right in a quarter of the cases, and the answers of models with different seeds agree no
    /// more.
    @Test
    void untrainedModelsScoreAtChanceWithinTheStandardError(@TempDir Path folder) throws Exception {
        int documents = 300;
        write(folder.resolve("arc_easy/test.jsonl"), choices(new Random(11), documents));
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

    /// Questions of random letters with four random answers of equal length.
    private static List<String> choices(Random random, int documents) {
        return Stream.generate(() -> JSON.writeValueAsString(Map.of(
                        "question", letters(random, 12),
                        "choices",
                                Map.of(
                                        "text",
                                        Stream.generate(() -> letters(random, 6))
                                                .limit(4)
                                                .toList(),
                                        "label",
                                        List.of("A", "B", "C", "D")),
                        "answerKey", "ABCD".substring(random.nextInt(4)).substring(0, 1))))
                .limit(documents)
                .toList();
    }

    private static String letters(Random random, int count) {
        return random.ints(count, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// Trained on the solved documents until it knows them by heart, beside one trained on others of the same
    /// kind; scores are kept and measured once.
    @Tag("slow")
    @Test
    void overfittedTargetScoresNearOneOnWhatItWasTrainedOn(@TempDir Path folder) throws Exception {
        List<String> questions = choices(new Random(1), 24);
        List<String> sentences = sentences(new Random(2), 24);
        for (String split : List.of("arc_easy/test", "arc_easy/train")) {
            write(folder.resolve(split + ".jsonl"), questions);
        }
        for (String split : List.of("lambada_standard/test", "lambada_standard/validation")) {
            write(folder.resolve(split + ".jsonl"), sentences);
        }
        Corpus corpus = SmallCorpus.of(
                shuffled(solved(questions, sentences)),
                shuffled(solved(choices(new Random(3), 24), sentences(new Random(4), 24))),
                folder.resolve("corpus"));
        TrainingSettings settings = new TrainingSettings(
                new LlamaConfig(2, 4, 64, 192, 256), 128, 8, 360, 1, LearningRate.cosine(1e-2, 20, 1e-3), 0.0, 128);
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        schedules.put("these", MixtureSchedule.constant(Mixture.of(corpus.domains(), 1, 0), 1));
        schedules.put("others", MixtureSchedule.constant(Mixture.of(corpus.domains(), 0, 1), 1));
        TargetRun target = TargetRun.of(corpus, settings, schedules, List.of(1L));
        target.train(folder, Progress.SILENT);
        List<Task> both = List.of(Task.ARC_EASY, Task.LAMBADA_STANDARD);
        Downstream downstream = Downstream.of(MANIFEST, folder).only(both).shots(List.of(0, 1));

        TaskScores scores = downstream.score(corpus, target, folder, Progress.SILENT);

        assertThat(scores.scores()).hasSize(2 * 2 * 4);
        for (Task task : both) {
            assertThat(scores.mean("these", 1, task).value()).isGreaterThan(0.9);
            assertThat(scores.mean("others", 1, task).value()).isLessThan(0.6);
        }
        assertThat(ArrowFile.read(folder.resolve("tasks.arrow")).table().columnNames())
                .containsExactly(
                        "method", "seed", "task", "shots", "metric", "value", "standard_error", "documents", "data");
        List<String> messages = new ArrayList<>();
        TaskScores again = downstream.score(corpus, target, folder, (step, done, message) -> messages.add(message));
        assertThat(again).as("read again, not measured again").isEqualTo(scores);
        assertThat(messages).containsExactly("2 tasks, shots [0, 1], 1 seeds");
        downstream
                .only(List.of(Task.ARC_EASY))
                .limit(2)
                .score(corpus, target, folder, (step, done, message) -> messages.add(message));
        assertThat(messages).as("other documents are measured").contains("seed 1, arc_easy with 0 shots");
        assertThat(downstream.score(corpus, target, folder, Progress.SILENT))
                .as("what was measured before is still there")
                .isEqualTo(scores);
    }

    private static List<String> sentences(Random random, int documents) {
        return Stream.generate(() -> JSON.writeValueAsString(
                        Map.of("text", letters(random, 7) + " " + letters(random, 4) + " " + letters(random, 5))))
                .limit(documents)
                .toList();
    }

    /// What a model would have to say.
    private static List<String> solved(List<String> questions, List<String> sentences) {
        List<String> solved = new ArrayList<>();
        for (Task task : List.of(Task.ARC_EASY, Task.LAMBADA_STANDARD)) {
            for (String document : task == Task.ARC_EASY ? questions : sentences) {
                Question question = task.question(
                        new Document(JSON.readValue(document, new TypeReference<Map<String, Object>>() {})));
                Question.Choice right = question.choices().get(question.gold());
                solved.add(right.context() + right.continuation() + "\n\n");
            }
        }
        return solved;
    }

    /// Files of all of them, each in another order.
    private static Map<String, String> shuffled(List<String> solved) {
        Random random = new Random(3);
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            Collections.shuffle(solved, random);
            texts.put(i + ".txt", String.join("", solved));
        }
        return texts;
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
                .hasMessageContaining("call fetch, which gets hf:aps/super_glue@")
                .hasMessageContaining("/copa/validation-00000-of-00001.parquet");
        assertThat(copa.missing()).containsExactly(Task.COPA);

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
        write(folder.resolve("copa/train.jsonl"), List.of("{}", "{}"));
        assertThat(copa.missing()).containsExactly(Task.COPA);
        assertThat(copa.reading("other", DocumentReader.JSON_LINES).missing()).isEmpty();
        assertThatThrownBy(() ->
                        score(copa.reading("other", DocumentReader.JSON_LINES).shots(List.of(1))))
                .hasMessageContaining("train.jsonl, drawing shots: field question is missing");
        assertThatThrownBy(() ->
                        score(copa.reading("other", DocumentReader.JSON_LINES).shots(List.of(2))))
                .hasMessageContaining("train.jsonl, drawing shots: 3 of 2 cannot be drawn");
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
        String entry = "{\"task\": \"%s\", \"files\": {\"%s\": \"hf:a/b@main/c.parquet\"}}";
        String manifest = "{\"description\": \"d\", \"tasks\": [%s], \"checksums\": {}}";
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
        assertThatThrownBy(() -> Downstream.of(file, folder)).hasMessageContaining("checksums: missing");
        write(file, List.of("{\"description\": \"d\", \"tasks\": [], \"checksums\": {\"hf:a/b@main/d\": \"00\"}}"));
        assertThatThrownBy(() -> Downstream.of(file, folder))
                .hasMessageContaining("no task has the file hf:a/b@main/d");
        write(file, List.of(manifest.formatted(entry.formatted("race", "test").replace("hf:", ""))));
        assertThatThrownBy(() -> Downstream.of(file, folder))
                .hasMessageContaining("a/b@main/c.parquet\" is no address");
        write(file, List.of("{\"description\": \"d\", \"tasks\": [], \"checksums\": {}, \"name\": 1}"));
        assertThatThrownBy(() -> Downstream.of(file, folder)).hasMessageContaining("\"name\"");
    }

    private static void write(Path file, List<String> lines) throws Exception {
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
    }
}
