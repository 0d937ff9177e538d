package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The queries of docs/files.md, in DuckDB, on files that were really written.
class DuckDbTest {

    private static final Path STUDY = Path.of("../studies/scarce.csv");
    private static final Pattern QUERY = Pattern.compile("```sql\n(.+?'([\\w.-]+)'.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void queriesOfTheDocumentationGiveWhatIsInTheFiles() throws Exception {
        SyntheticWorld world = new SyntheticWorld(3, 3, 0.01, 1);
        Trajectories runs = world.train(world.switching(24, 3), 4);
        runs.table().write().csv(folder.resolve("runs.csv").toFile());
        Options options = Options.of(
                "--runs",
                folder.resolve("runs.csv").toString(),
                "--objective",
                "domain0",
                "--format",
                "csv",
                "--out",
                folder.toString());
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(PlanCommand.run(options, new PrintStream(said, true, StandardCharsets.UTF_8)))
                .as(said.toString(StandardCharsets.UTF_8))
                .isZero();
        Files.copy(STUDY, folder.resolve("scarce.csv"));

        Map<String, List<List<Object>>> answers = answers();

        assertThat(answers.keySet())
                .containsExactly("plan.json", "runs.csv", "scarce.csv", "schedule.csv", "schedule.json");
        assertThat(answers.get("runs.csv"))
                .hasSize(runs.runs().size() * (world.stages() + 1))
                .allSatisfy(row -> assertThat(number(row.get(2))).isPositive());
        MixtureSchedule schedule = ScheduleExport.read(folder.resolve("schedule.json"));
        assertThat(answers.get("schedule.csv")).isNotEmpty().allSatisfy(row -> {
            int stage = Math.toIntExact((long) row.get(0)) - 1;
            int domain = schedule.domains().indexOf(row.get(1));
            assertThat(number(row.get(2)))
                    .isEqualTo(schedule.stages().get(stage).weight(domain));
        });
        assertThat(answers.get("schedule.json")).hasSize(schedule.size());
        assertThat(answers.get("plan.json"))
                .extracting(List::getFirst)
                .containsExactlyInAnyOrder("RegMix-D look-ahead", "best static", "natural");
        assertThat(answers.get("scarce.csv")).extracting(List::getFirst).contains("annealing", "Human");
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    /// The rows that each query gives, by the file that it names.
    private Map<String, List<List<Object>>> answers() throws Exception {
        Map<String, List<List<Object>>> answers = new TreeMap<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            Matcher query = QUERY.matcher(Files.readString(Path.of("../docs/files.md")));
            while (query.find()) {
                String file = query.group(2);
                String sql = query.group(1).replace(file, folder.resolve(file).toString());
                answers.put(file, rows(statement, sql));
            }
        }
        return answers;
    }

    private static List<List<Object>> rows(Statement statement, String sql) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int c = 1; c <= columns; c++) {
                    row.add(result.getObject(c));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
