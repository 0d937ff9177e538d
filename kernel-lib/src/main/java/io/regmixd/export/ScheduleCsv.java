package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
            for (int d = 0; d < span.mixture().size(); d++) {
                String domain = span.mixture().domains().get(d).replace("\"", "\"\"");
                csv.append(span.stage())
                        .append(',')
                        .append(span.from())
                        .append(',')
                        .append(span.end());
                csv.append(",\"")
                        .append(domain)
                        .append("\",")
                        .append(span.mixture().weight(d))
                        .append('\n');
            }
        }
        return Map.of("schedule.csv", csv.toString());
    }

    static MixtureSchedule read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new NoSuchFileException(file.toString());
        }
        List<Map<String, Double>> stages = new ArrayList<>();
        for (Row row : table(file)) {
            String where = " in row " + (row.getRowNumber() + 1);
            int stage = row.isMissing("stage") ? 0 : row.getInt("stage");
            if (stage < 1 || stage > stages.size() + 1 || row.isMissing("domain") || row.isMissing("weight")) {
                throw new IOException(file + " lacks stage (1, 2, ... in order), domain or weight" + where);
            }
            if (stage > stages.size()) {
                stages.add(new LinkedHashMap<>());
            }
            if (stages.get(stage - 1).put(row.getString("domain"), row.getDouble("weight")) != null) {
                throw new IOException(file + " has domain " + row.getString("domain") + " a second time" + where);
            }
        }
        if (stages.isEmpty()) {
            throw new IOException(file + " has no row: expected one a stage and domain");
        }
        return schedule(file, stages);
    }

    private static MixtureSchedule schedule(Path file, List<Map<String, Double>> stages) throws IOException {
        List<Mixture> mixtures = new ArrayList<>();
        for (Map<String, Double> weights : stages) {
            try {
                mixtures.add(Mixture.of(
                        List.copyOf(weights.keySet()),
                        weights.values().stream().mapToDouble(w -> w).toArray()));
                mixtures.getLast().requireDomains(mixtures.getFirst().domains());
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        file + " has no mixture in stage " + (mixtures.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return new MixtureSchedule(mixtures);
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
