package io.regmixd.notebook;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/// A Tablesaw table as a notebook shows it: numbers to the right with few digits, the same number of decimals
/// down a column, and the first rows only.
record TableView(Table table) implements Rich {

    static final int ROWS = 30;

    @Override
    public Map<String, Object> mimeBundle() {
        Map<String, Object> bundle = new LinkedHashMap<>();
        bundle.put("text/html", html());
        bundle.put("text/plain", table.first(ROWS).print(ROWS) + note("\n"));
        return bundle;
    }

    private String html() {
        String head = table.columns().stream()
                .map(column -> cell("th", column, column.name()))
                .collect(joining());
        var texts = table.columns().stream().map(TableView::texts).toList();
        String rows = IntStream.range(0, Math.min(ROWS, table.rowCount()))
                .mapToObj(row -> IntStream.range(0, texts.size())
                        .mapToObj(i -> cell("td", table.column(i), texts.get(i).apply(row)))
                        .collect(joining("", "<tr>", "</tr>")))
                .collect(joining("\n"));
        return "<table><thead><tr>" + head + "</tr></thead><tbody>\n" + rows + "\n</tbody></table>" + note("");
    }

    private String note(String before) {
        return table.rowCount() <= ROWS
                ? ""
                : String.format(Locale.ROOT, "%sthe first %d of %,d rows", before, ROWS, table.rowCount());
    }

    private static String cell(String tag, Column<?> column, String text) {
        String side = column instanceof NumericColumn<?> ? "right" : "left";
        return "<" + tag + " style=\"text-align:" + side + "\">" + Html.escape(text) + "</" + tag + ">";
    }

    private static IntFunction<String> texts(Column<?> column) {
        if (!(column instanceof NumericColumn<?> numbers)) {
            return column::getString;
        }
        String format = format(numbers);
        return row -> numbers.isMissing(row) ? "" : String.format(Locale.ROOT, format, numbers.getDouble(row));
    }

    /// About four digits for the column's largest number; whole numbers stay whole, and only long ones get
    /// separators.
    private static String format(NumericColumn<?> numbers) {
        double[] present = IntStream.range(0, numbers.size())
                .filter(row -> !numbers.isMissing(row))
                .mapToDouble(numbers::getDouble)
                .map(Math::abs)
                .filter(Double::isFinite)
                .toArray();
        double largest = Arrays.stream(present).max().orElse(0);
        if (Arrays.stream(present).allMatch(number -> number == Math.rint(number))) {
            return largest < 10_000 ? "%.0f" : "%,.0f";
        }
        if (largest < 0.01) {
            return "%.2e";
        }
        return largest < 1 ? "%.4f" : largest < 100 ? "%.3f" : largest < 10_000 ? "%.1f" : "%,.0f";
    }
}
