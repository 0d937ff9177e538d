package io.regmixd.export;

import io.regmixd.mixture.MixtureRow;
import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/// `schedule.csv`: `stage, first_step, end_step, domain, weight`, stages from 1, in quotes as RFC 4180 has
/// them.
final class ScheduleCsv {

    private static final Map<String, ColumnType> COLUMNS =
            Map.of("stage", ColumnType.INTEGER, "domain", ColumnType.STRING, "weight", ColumnType.DOUBLE);

    private ScheduleCsv() {}

    static Map<String, String> files(ScheduleExport export) {
        StringBuilder csv = new StringBuilder("stage,first_step,end_step,domain,weight\n");
        for (ScheduleExport.Span span : export.spans()) {
            for (MixtureRow row : MixtureRow.of(span.stage(), span.mixture())) {
                csv.append(row.number())
                        .append(',')
                        .append(span.from())
                        .append(',')
                        .append(span.end());
                csv.append(",\"")
                        .append(row.domain().replace("\"", "\"\""))
                        .append("\",")
                        .append(row.weight())
                        .append('\n');
            }
        }
        return Map.of("schedule.csv", csv.toString());
    }

    static MixtureSchedule read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new NoSuchFileException(file.toString());
        }
        List<MixtureRow> rows = new ArrayList<>();
        for (Row row : table(file)) {
            if (row.isMissing("stage") || row.isMissing("domain") || row.isMissing("weight")) {
                throw new IOException(file + " lacks stage, domain or weight in row " + (row.getRowNumber() + 1));
            }
            rows.add(new MixtureRow(row.getInt("stage"), row.getString("domain"), row.getDouble("weight")));
        }
        try {
            return new MixtureSchedule(MixtureRow.mixtures(rows, "stage"));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /// A domain may be called `NA` or `null`, which Tablesaw would take for a missing value.
    private static Table table(Path file) throws IOException {
        try {
            Table table = Table.read()
                    .usingOptions(CsvReadOptions.builder(file.toFile())
                            .missingValueIndicator("")
                            .columnTypes(name -> COLUMNS.getOrDefault(name, ColumnType.SKIP)));
            for (String column : COLUMNS.keySet()) {
                if (!table.containsColumn(column)) {
                    throw new IOException(file + " has no column " + column + ", expected stage, domain, weight");
                }
            }
            return table;
        } catch (RuntimeException e) { // what Tablesaw throws at a cell that is no number
            throw new IOException(file + " is not a CSV file of numbers where they are due: " + e.getMessage(), e);
        }
    }
}
