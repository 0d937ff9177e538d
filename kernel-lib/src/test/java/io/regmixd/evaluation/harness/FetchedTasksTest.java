package io.regmixd.evaluation.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.data.Tokenizer;
import io.regmixd.data.source.ScriptedServer;
import io.regmixd.engine.Likelihood;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/// Data sets of tasks from the web, here a server of this machine.
class FetchedTasksTest {

    @TempDir
    private Path folder;

    /// The examples as the hub has them, in Parquet.
    private byte[] parquet(Path jsonLines) throws Exception {
        Path file = folder.resolve("written.parquet");
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("COPY (SELECT * FROM read_json('" + jsonLines
                    + "', format = 'newline_delimited', convert_strings_to_integers = false)) TO '" + file
                    + "' (FORMAT parquet)");
        }
        return Files.readAllBytes(file);
    }

    private Downstream of(String address, String split, Task task, Map<String, String> checksums) throws IOException {
        Path manifest = Files.writeString(
                folder.resolve("tasks.json"),
                new JsonMapper()
                        .writeValueAsString(Map.of(
                                "description",
                                "",
                                "tasks",
                                List.of(Map.of("task", task.label(), "files", Map.of(split, address))),
                                "checksums",
                                checksums)));
        return Downstream.of(manifest, folder.resolve("tasks")).shots(List.of(0));
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void questionsAreTheSameFromParquetAsFromJsonLines(Task task) throws Exception {
        Path examples = HarnessExpectations.examples().resolve(task.label()).resolve(task.scored() + ".jsonl");
        Path file = Files.write(folder.resolve("file.parquet"), parquet(examples));

        List<Question> questions = questions(task, DocumentReader.PARQUET.read(file));

        assertThat(questions).isNotEmpty().isEqualTo(questions(task, DocumentReader.JSON_LINES.read(examples)));
    }

    private static List<Question> questions(Task task, List<Map<String, Object>> documents) {
        return documents.stream().map(Document::new).map(task::question).toList();
    }

    @Test
    void oneCallFetchesWhatIsMissingAndTheTaskIsScoredOnIt() throws Exception {
        byte[] content = parquet(HarnessExpectations.examples().resolve("race/test.jsonl"));
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.broken(content, 100), ScriptedServer.whole(content))) {
            Downstream race = of(server.address("/race.parquet").toString(), "test", Task.RACE, Map.of());
            assertThatThrownBy(() -> score(race)).hasMessageContaining("call fetch, which gets http://localhost");
            List<String> said = new ArrayList<>();

            race.fetch((step, done, message) -> said.add(message));

            assertThat(said).contains("race, test").last().isEqualTo("1 files of 1 tasks");
            assertThat(folder.resolve("tasks/race/test.parquet")).hasBinaryContent(content);
            assertThat(score(race).scores())
                    .singleElement()
                    .satisfies(score -> assertThat(score.documents()).isEqualTo(7));
            int requests = server.requests().size();
            race.fetch(Progress.SILENT);
            assertThat(server.requests()).as("nothing is fetched again").hasSize(requests);
        }
    }

    @Test
    void onlyTheChosenTasksAreFetched() throws Exception {
        Downstream tasks = Downstream.of(Path.of("..", "data-manifests", "tasks.json"), folder.resolve("tasks"));
        Files.createDirectories(folder.resolve("tasks/race"));
        Files.copy(HarnessExpectations.examples().resolve("race/test.jsonl"), folder.resolve("tasks/race/test.jsonl"));

        tasks.only(List.of(Task.RACE)).fetch(Progress.SILENT); // would else ask for the others

        assertThat(folder.resolve("tasks/race")).isDirectoryContaining("glob:**test.jsonl");
    }

    @Test
    void dataSetThatChangesUnderItsNameIsRefused() throws Exception {
        byte[] first = "{\"text\": \"A sentence that ends\"}\n".getBytes(StandardCharsets.UTF_8);
        byte[] second = "{\"text\": \"Another one\"}\n".getBytes(StandardCharsets.UTF_8);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.whole(first), ScriptedServer.whole(second))) {
            String address = server.address("/lambada.jsonl").toString();
            Downstream lambada = of(address, "test", Task.LAMBADA_OPENAI, Map.of());
            lambada.fetch(Progress.SILENT);
            Files.delete(folder.resolve("tasks/lambada_openai/test.jsonl"));

            assertThatThrownBy(() -> lambada.fetch(Progress.SILENT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(address + " has changed");
            assertThat(folder.resolve("tasks/lambada_openai/test.jsonl")).doesNotExist();
        }
    }

    @Test
    void dataSetThatIsNotWhatTheManifestSaysIsRefused() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.whole("{}".getBytes(StandardCharsets.UTF_8)), ScriptedServer.status("404 Not Found"))) {
            String address = server.address("/lambada.jsonl").toString();
            Downstream lambada = of(address, "test", Task.LAMBADA_OPENAI, Map.of(address, "0".repeat(64)));
            assertThatThrownBy(() -> lambada.fetch(Progress.SILENT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("expected " + "0".repeat(64));
            assertThatThrownBy(() -> lambada.fetch(Progress.SILENT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("there is no such file");
        }
    }

    private static TaskScores score(Downstream downstream) throws Exception {
        Models models = batch -> List.of(
                batch.stream().map(of -> new Likelihood(-of.length(), false)).toList());
        return downstream.score(models, List.of("short"), 4096, Tokenizer.BYTES, Progress.SILENT);
    }

    @Test
    void logiQaIsReadFromItsAuthorsText() throws Exception {
        Path file = Files.writeString(folder.resolve("test.txt"), """

                b
                All smiths are strong.Ann is a smith.
                Which follows?
                A.Ann is weak
                B. Ann is strong.
                C.Ann is tall
                D.\u00a0

                d\r
                The match is on.\r
                What is true?
                A.1
                B.2
                C.3
                D.4
                """);

        assertThat(DocumentReader.LOGIQA.read(file))
                .containsExactly(
                        Map.of(
                                "label",
                                "b",
                                "context",
                                "All smiths are strong. Ann is a smith.",
                                "question",
                                "Which follows?",
                                "options",
                                List.of("Ann is weak", "Ann is strong.", "Ann is tall", "")),
                        Map.of(
                                "label",
                                "d",
                                "context",
                                "The match is on.",
                                "question",
                                "What is true?",
                                "options",
                                List.of("1", "2", "3", "4")));
        Files.writeString(file, "a\n\nb\n");
        assertThatThrownBy(() -> DocumentReader.LOGIQA.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("test.txt, document 0: expected label, context, question and options");
    }
}
