package io.regmixd.trajectory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What targets ended with, to be compared with what was predicted: by run, the values of one metric, several
/// where there were several seeds.
public final class Observed {

    private static final String ALONE = "";

    private Observed() {}

    /// Reads a table with a row per run (`run, loss_web`), or one per stage and domain (`run, stage, domain,
    /// loss_nats`), of which the last stage counts. Rows of one run are its seeds; without a column `run` all
    /// rows are of one run, whose name is empty.
    ///
    /// @param metric the domain or the metric
    /// @throws IOException if the table cannot be read or has nothing of the metric; names the file and what it
    ///     has
    public static Map<String, List<Double>> read(Path file, String metric) throws IOException {
        CsvTable csv = CsvTable.read(file);
        Map<String, List<Double>> values =
                csv.has("stage") && csv.has("domain") ? ofStages(csv, metric) : ofRuns(csv, metric);
        if (values.isEmpty()) {
            throw new IOException(
                    file + " has no loss of " + metric + "; its columns are " + String.join(", ", csv.columns()));
        }
        return values;
    }

    private static Map<String, List<Double>> ofRuns(CsvTable csv, String metric) throws IOException {
        Optional<String> column = csv.columns().stream()
                .filter(name -> name.equals(metric)
                        || ColumnName.of(name)
                                .filter(said -> said.kind() == ColumnName.Kind.LOSS
                                        && said.name().equals(metric))
                                .isPresent())
                .findFirst();
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int row = 0; row < csv.rows() && column.isPresent(); row++) {
            double value = csv.number(row, column.get());
            if (!Double.isNaN(value)) {
                values.computeIfAbsent(run(csv, row), name -> new ArrayList<>()).add(value);
            }
        }
        return values;
    }

    private static Map<String, List<Double>> ofStages(CsvTable csv, String metric) throws IOException {
        String loss = csv.has("loss_nats") ? "loss_nats" : "loss";
        if (!csv.has(loss)) {
            throw new IOException(csv.file() + " has no column loss_nats, expected stage, domain, loss_nats");
        }
        double last = 0;
        for (int row = 0; row < csv.rows(); row++) {
            last = Math.max(last, csv.number(row, "stage"));
        }
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int row = 0; row < csv.rows(); row++) {
            if (csv.text(row, "domain").equals(metric) && csv.number(row, "stage") == last) {
                values.computeIfAbsent(run(csv, row), name -> new ArrayList<>()).add(csv.number(row, loss));
            }
        }
        return values;
    }

    private static String run(CsvTable csv, int row) {
        return csv.has("run") ? csv.text(row, "run") : ALONE;
    }
}
