package io.regmixd.trajectory;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/// Trajectories of one's own runs, from a CSV file in long format: one row a run, stage and domain, in any
/// order.
///
/// ``` run,stage,domain,weight,loss_nats a,0,web,0,10.8 a,0,code,0,10.9 a,1,web,0.7,4.2 a,1,code,0.3,5.1 ...
/// ```
///
/// | column | |
/// |---|---|
/// | `run` | names the run |
/// | `stage` | 0 for the untrained model, then 1 to the number of stages, which are equal spans of training |
/// | `domain` | the domain that the loss is of |
/// | `weight` | the domain's weight in the mixture of the stage that ends here, together 1 within 1%; not
/// looked at in
/// stage 0 |
/// | `loss_nats` | validation loss at the end of the stage, nats a token |
///
/// The columns may stand in any order, and further ones are not looked at, so a `table()` of [Trajectories]
/// that was written as CSV can be read, too. A run whose last stages are missing, or whose losses there are not
/// finite, counts as diverged; its `divergedAt` is the stage, for the file does not tell the step.
public final class TrajectoriesCsv {

    private static final Map<String, ColumnType> COLUMNS = Map.of(
            "run", ColumnType.STRING,
            "stage", ColumnType.INTEGER,
            "domain", ColumnType.STRING,
            "weight", ColumnType.DOUBLE,
            "loss_nats", ColumnType.DOUBLE);

    private final Path file;
    private final Set<String> domains = new LinkedHashSet<>();
    private final Map<String, List<Map<String, Row>>> runs = new LinkedHashMap<>(); // by run, stage, domain
    private int stages;

    private TrajectoriesCsv(Path file) {
        this.file = file;
    }

    /// @param tokensAStage training tokens in one stage of every run
    /// @throws IOException if the file cannot be read, or is not as above; the message names the file, the row
    ///     or the run, and what is expected
    public static Trajectories read(Path file, long tokensAStage) throws IOException {
        if (!Files.isReadable(file)) {
            throw new NoSuchFileException(file.toString());
        }
        TrajectoriesCsv csv = new TrajectoriesCsv(file);
        Table table = csv.table();
        for (int i = 0; i < table.rowCount(); i++) {
            csv.add(table.row(i));
        }
        if (csv.stages == 0) {
            throw csv.wrong("has no row of stage 1: expected rows with stages 0, 1, 2, ...");
        }
        List<Trajectory> trajectories = new ArrayList<>();
        for (String run : csv.runs.keySet()) {
            trajectories.add(csv.trajectory(run));
        }
        return new Trajectories(List.copyOf(csv.domains), csv.stages, tokensAStage, trajectories);
    }

    private Table table() throws IOException {
        try {
            Table table = Table.read()
                    .usingOptions(CsvReadOptions.builder(file.toFile())
                            .columnTypes(name -> COLUMNS.getOrDefault(name, ColumnType.SKIP)));
            for (String column : COLUMNS.keySet()) {
                if (!table.containsColumn(column)) {
                    throw wrong("has no column " + column + ", expected run, stage, domain, weight, loss_nats");
                }
            }
            return table;
        } catch (RuntimeException e) { // what Tablesaw throws at a cell that is no number
            throw new IOException(file + " is not a CSV file of numbers where they are due: " + e.getMessage(), e);
        }
    }

    private void add(Row row) throws IOException {
        String where = " in row " + (row.getRowNumber() + 1);
        if (row.isMissing("run") || row.isMissing("domain") || row.isMissing("stage") || row.getInt("stage") < 0) {
            throw wrong("lacks run, domain or stage (0, 1, 2, ...)" + where);
        }
        int stage = row.getInt("stage");
        stages = Math.max(stages, stage);
        domains.add(row.getString("domain"));
        List<Map<String, Row>> ofRun = runs.computeIfAbsent(row.getString("run"), name -> new ArrayList<>());
        while (ofRun.size() <= stage) {
            ofRun.add(new LinkedHashMap<>());
        }
        if (ofRun.get(stage).put(row.getString("domain"), row) != null) {
            throw wrong("has run " + row.getString("run") + ", stage " + stage + ", " + row.getString("domain")
                    + " a second time" + where);
        }
    }

    private Trajectory trajectory(String run) throws IOException {
        List<Map<String, Row>> ofRun = runs.get(run);
        List<Mixture> schedule = new ArrayList<>();
        List<double[]> losses = new ArrayList<>();
        for (int stage = 0; stage < ofRun.size(); stage++) {
            Map<String, Row> row = ofRun.get(stage);
            if (!row.keySet().equals(domains)) {
                throw wrong("has rows of " + row.keySet() + " in stage " + stage + " of run " + run + ", expected "
                        + domains);
            }
            if (stage > 0) {
                schedule.add(mixture(run, stage, row));
            }
            double[] ofStage = numbers(row, "loss_nats");
            if (losses.size() == stage && Arrays.stream(ofStage).allMatch(Double::isFinite)) {
                losses.add(ofStage);
            }
        }
        if (losses.isEmpty() || schedule.isEmpty()) {
            throw wrong("has no finite losses of the untrained model (stage 0), or no stage 1, for run " + run);
        }
        while (schedule.size() < stages) {
            schedule.add(schedule.getLast());
        }
        return new Trajectory(
                run,
                new MixtureSchedule(schedule),
                losses.toArray(double[][]::new),
                losses.size() > stages ? OptionalInt.empty() : OptionalInt.of(losses.size()));
    }

    private Mixture mixture(String run, int stage, Map<String, Row> row) throws IOException {
        try {
            return Mixture.of(List.copyOf(domains), numbers(row, "weight"));
        } catch (IllegalArgumentException e) {
            throw wrong("has no mixture in stage " + stage + " of run " + run + ": " + e.getMessage());
        }
    }

    private double[] numbers(Map<String, Row> row, String column) {
        return domains.stream()
                .mapToDouble(domain -> row.get(domain).getDouble(column))
                .toArray();
    }

    private IOException wrong(String what) {
        return new IOException(file + " " + what);
    }
}
