package io.regmixd.trajectory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/// Trajectories of one's own runs, from a CSV file in long format: one row per run, stage and domain, in any
/// order.
///
/// ```
/// run,stage,domain,weight,loss_nats
/// a,0,web,0,10.8
/// a,0,code,0,10.9
/// a,1,web,0.7,4.2
/// a,1,code,0.3,5.1
/// ```
///
/// | column | |
/// |---|---|
/// | `run` | names the run |
/// | `stage` | 0 for the untrained model, then 1 to the number of stages, which are equal spans of training |
/// | `domain` | the domain that the loss is of |
/// | `weight` | its weight in the mixture of the stage that ends here, together 1 within 1%; any in stage 0 |
/// | `loss_nats` | validation loss at the end of the stage, nats per token |
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

    private TrajectoriesCsv() {}

    /// @param tokensAStage training tokens in one stage of every run
    /// @throws IOException if the file cannot be read, or is not as above; the message names the file, the row
    ///     or the run, and what is expected
    public static Trajectories read(Path file, long tokensAStage) throws IOException {
        if (!Files.isReadable(file)) {
            throw new NoSuchFileException(file.toString());
        }
        Table table = table(file);
        try {
            return TrajectoriesTable.read(table, tokensAStage);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static Table table(Path file) throws IOException {
        try {
            Table table = Table.read()
                    .usingOptions(CsvReadOptions.builder(file.toFile())
                            .columnTypes(name -> COLUMNS.getOrDefault(name, ColumnType.SKIP)));
            for (String column : COLUMNS.keySet()) {
                if (!table.containsColumn(column)) {
                    throw new IOException(
                            file + " has no column " + column + ", expected run, stage, domain, weight, loss_nats");
                }
            }
            return table;
        } catch (RuntimeException e) { // what Tablesaw throws at a cell that is no number
            throw new IOException(file + " is not a CSV file of numbers where they are due: " + e.getMessage(), e);
        }
    }
}
