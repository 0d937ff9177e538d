package io.regmixd.trajectory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/// A CSV file as its cells stand there. Numbers are read cell by cell, so that what is wrong is told by row and
/// column. Row 1 is the first below the header.
///
/// Commas, semicolons or tabs may separate the cells; the header decides.
final class CsvTable {

    private static final int MOST_CHARACTERS = 1_000_000; // in a cell

    private final Path file;
    private final Table table;
    private final Map<String, Integer> columns = new HashMap<>();

    CsvTable(Path file, Table table) {
        this.file = file;
        this.table = table;
        for (int c = 0; c < table.columnCount(); c++) {
            columns.put(name(c), c);
        }
    }

    /// @throws IOException if the file cannot be read, has no row, or rows of different lengths; names the file
    ///     and the row
    static CsvTable read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new NoSuchFileException(
                    file.toString(), null, "no such file: name a table of runs, or a folder that holds one");
        }
        Table table;
        try {
            table = Table.read()
                    .usingOptions(CsvReadOptions.builder(Files.newBufferedReader(file, StandardCharsets.UTF_8))
                            .separator(separator(file))
                            .maxCharsPerColumn(MOST_CHARACTERS)
                            .missingValueIndicator("")
                            .columnTypes(name -> ColumnType.STRING));
        } catch (RuntimeException e) { // what Tablesaw throws at rows of different lengths, or names that repeat
            throw new IOException(
                    file + " is not a table: " + e.getMessage().replaceFirst("\\.$", "")
                            + ". Give each row as many cells as the header has," + " and each column a name of its own",
                    e);
        }
        if (table.isEmpty()) {
            throw new IOException(file + " has no row below its header: expected a row per run");
        }
        return new CsvTable(file, table);
    }

    private static char separator(Path file) throws IOException {
        String header;
        try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            header = lines.readLine();
        }
        if (header == null) {
            throw new IOException(file + " is empty: expected a header and a row per run");
        }
        char most = ',';
        for (char candidate : new char[] {'\t', ';'}) {
            if (count(header, candidate) > count(header, most)) {
                most = candidate;
            }
        }
        return most;
    }

    private static long count(String text, char c) {
        return text.chars().filter(each -> each == c).count();
    }

    Path file() {
        return file;
    }

    /// In the file's order; a byte order mark before the first is taken off.
    List<String> columns() {
        List<String> names = new ArrayList<>();
        for (int c = 0; c < table.columnCount(); c++) {
            names.add(name(c));
        }
        return names;
    }

    private String name(int column) {
        String name = table.column(column).name();
        return name.startsWith("\ufeff") ? name.substring(1) : name;
    }

    boolean has(String column) {
        return columns.containsKey(column);
    }

    int rows() {
        return table.rowCount();
    }

    /// The cell without the white space around it; empty where there is nothing.
    ///
    /// @param row from 0
    String text(int row, String column) {
        return table.stringColumn(columns.get(column)).get(row).strip();
    }

    /// The cell as a number; NaN where it is empty, `NaN` or `null`. Infinities are numbers.
    ///
    /// @param row from 0
    /// @throws IOException if it is none; names the file, the row and the column
    double number(int row, String column) throws IOException {
        String text = text(row, column);
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "", "nan", "null", "na", "none" -> Double.NaN;
            case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    yield Double.parseDouble(text);
                } catch (NumberFormatException e) {
                    throw new IOException(
                            wrong(row, column, "\"" + text + "\" is no number: write it with a decimal point, as 0.25"),
                            e);
                }
            }
        };
    }

    /// Whether each cell of a column is a number or empty, and at least one is a number.
    boolean isNumeric(String column) {
        boolean any = false;
        for (int row = 0; row < rows(); row++) {
            try {
                any |= !Double.isNaN(number(row, column));
            } catch (IOException _) {
                return false;
            }
        }
        return any;
    }

    /// A message that names the file, the row and the column.
    ///
    /// @param row from 0
    String wrong(int row, String column, String what) {
        return file + ", row " + (row + 1) + ", column " + column + ": " + what;
    }
}
