package io.regmixd.notebook;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A table of texts that are ready to be read, units and all. Columns of numbers stand to the right.
///
/// @param columns their headings; all empty for none
/// @param rows    one text per column each
record Grid(List<String> columns, List<List<String>> rows) implements Rich {

    private static final int SHORT = 25; // characters that stay in one line

    static Grid of(String... columns) {
        return new Grid(List.of(columns), new ArrayList<>());
    }

    /// Adds a row.
    Grid row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    @Override
    public Map<String, Object> mimeBundle() {
        String head = IntStream.range(0, columns.size())
                .mapToObj(c -> cell("th", c, columns.get(c)))
                .collect(joining());
        String body = rows.stream()
                .map(row -> IntStream.range(0, row.size())
                        .mapToObj(c -> cell("td", c, row.get(c)))
                        .collect(joining("", "<tr>", "</tr>")))
                .collect(joining("\n"));
        return Map.of(
                "text/html",
                "<table>" + (headed() ? "<thead><tr>" + head + "</tr></thead>" : "") + "<tbody>\n" + body
                        + "\n</tbody></table>",
                "text/plain",
                plain());
    }

    private boolean headed() {
        return !columns.stream().allMatch(String::isEmpty);
    }

    private String cell(String tag, int column, String text) {
        String wrap = text.length() < SHORT ? ";white-space:nowrap" : "";
        return "<" + tag + " style=\"text-align:" + (numbers(column) ? "right" : "left") + wrap + "\">"
                + Html.escape(text) + "</" + tag + ">";
    }

    private boolean numbers(int column) {
        return rows.stream().allMatch(row -> row.get(column).matches("|[-+–±0-9].*"));
    }

    private String plain() {
        List<List<String>> all = new ArrayList<>();
        if (headed()) {
            all.add(columns);
        }
        all.addAll(rows);
        int[] widths = IntStream.range(0, columns.size())
                .map(c ->
                        all.stream().mapToInt(row -> row.get(c).length()).max().orElse(0))
                .toArray();
        return all.stream()
                .map(row -> IntStream.range(0, widths.length)
                        .mapToObj(c -> padded(row.get(c), widths[c], numbers(c)))
                        .collect(joining("  "))
                        .stripTrailing())
                .collect(joining("\n"));
    }

    private static String padded(String text, int width, boolean right) {
        String room = " ".repeat(width - text.length());
        return right ? room + text : text + room;
    }
}
