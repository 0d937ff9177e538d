package io.regmixd.notebook;

import io.regmixd.regression.CrossValidation;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/// A cross-validation: how well each regressor ranks the objective's held-out losses, and what the best of them
/// predicted.
record CrossValidationView(CrossValidation validation) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        Table all = validation.table();
        Table rows = all.where(all.stringColumn("domain").isEqualTo(validation.objective()));
        Rich heading = Page.heading("Cross-validation on the final loss of " + validation.objective());
        return IntStream.range(0, rows.rowCount())
                .mapToObj(rows::row)
                .filter(row -> !row.isMissing("mean_absolute_error_nats") && !row.isMissing("spearman"))
                .max(Comparator.comparingDouble(row -> row.getDouble("spearman")))
                .map(best -> Page.of(heading, grid(rows), plot(best)))
                .orElseGet(() -> Page.of(heading, grid(rows)))
                .mimeBundle();
    }

    private static Grid grid(Table rows) {
        Grid grid = Grid.of("regressor", "predicts", "runs", "Spearman", "its 95% interval", "mean error (nats/token)");
        for (Row row : rows) {
            String low = number("%.2f", row, "spearman_low");
            grid.row(
                    row.getString("regressor"),
                    row.getString("what"),
                    String.valueOf(row.getInt("runs")),
                    number("%.3f", row, "spearman"),
                    low.isEmpty() ? "" : low + " to " + number("%.2f", row, "spearman_high"),
                    number("%.3f", row, "mean_absolute_error_nats"));
        }
        return grid;
    }

    private Plot plot(Row best) {
        Table pairs = validation.pairs();
        Table shown = pairs.where(pairs.stringColumn("regressor")
                .isEqualTo(best.getString("regressor"))
                .and(pairs.stringColumn("what").isEqualTo(best.getString("what"))));
        return Plots.predictedAgainstSeen(
                shown.doubleColumn("predicted_nats").asDoubleArray(),
                shown.doubleColumn("seen_nats").asDoubleArray(),
                validation.objective(),
                best.getDouble("spearman"));
    }

    /// Empty where it is missing.
    private static String number(String format, Row row, String column) {
        return row.isMissing(column) ? "" : String.format(Locale.ROOT, format, row.getDouble(column));
    }
}
