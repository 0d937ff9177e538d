package io.regmixd.trajectory;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A table with one row per run: weights, losses, or both. See [Runs#read] for the columns.
final class WideTable {

    private static final List<String> IDS = List.of("run", "run_id", "index", "id", "name", "run_name", "");
    private static final double TOLERANCE = 0.01 + 1e-9;
    private static final double PERCENT = 100;

    private final CsvTable csv;
    private final String id; // the column that names the runs
    private final SortedMap<Integer, Map<String, String>> weights = new TreeMap<>(); // phase, domain, column
    private final List<String> losses = new ArrayList<>(); // columns
    private final double whole; // what the weights of a mixture sum to: 1 or 100

    private WideTable(CsvTable csv) throws IOException {
        this.csv = csv;
        id = csv.columns().stream()
                .filter(column -> IDS.contains(column.toLowerCase(Locale.ROOT)))
                .min((a, b) -> IDS.indexOf(a.toLowerCase(Locale.ROOT)) - IDS.indexOf(b.toLowerCase(Locale.ROOT)))
                .orElse(null);
        List<String> bare = new ArrayList<>();
        for (String column : csv.columns()) {
            if (IDS.contains(column.toLowerCase(Locale.ROOT))) {
                continue;
            }
            Optional<ColumnName> said = ColumnName.of(column);
            if (said.isEmpty()) {
                bare.add(column);
            } else if (said.get().kind() == ColumnName.Kind.LOSS) {
                losses.add(column);
            } else if (weights.computeIfAbsent(said.get().phase(), phase -> new LinkedHashMap<>())
                            .put(said.get().name(), column)
                    != null) {
                throw new IOException(csv.file() + ": two columns are weights of "
                        + said.get().name() + ", " + column + " is one: rename or remove one");
            }
        }
        List<String> numbers = bare.stream().filter(csv::isNumeric).toList();
        if (weights.isEmpty() && losses.isEmpty() && sumToOne(numbers)) {
            Map<String, String> own = new LinkedHashMap<>();
            numbers.forEach(column -> own.put(column, column));
            weights.put(0, own);
        } else {
            losses.addAll(numbers); // metrics of the user's own naming
        }
        whole = weights.isEmpty() ? 1 : whole();
    }

    static WideTable of(CsvTable csv) throws IOException {
        return new WideTable(csv);
    }

    CsvTable csv() {
        return csv;
    }

    boolean hasWeights() {
        return !weights.isEmpty();
    }

    boolean hasLosses() {
        return !losses.isEmpty();
    }

    /// The columns with losses and other metrics.
    List<String> losses() {
        return losses;
    }

    boolean inPercent() {
        return whole == PERCENT;
    }

    /// How many phases the weights are of.
    int phases() {
        return weights.size();
    }

    /// All domains, in the order in which their weights first appear.
    List<String> domains() {
        LinkedHashSet<String> domains = new LinkedHashSet<>();
        weights.values().forEach(phase -> domains.addAll(phase.keySet()));
        return List.copyOf(domains);
    }

    /// The runs' names and in which row each stands, from 0.
    ///
    /// @throws IOException if a name is missing or stands there twice; names the row
    Map<String, Integer> rows() throws IOException {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (int row = 0; row < csv.rows(); row++) {
            String name = id == null ? "row " + (row + 1) : csv.text(row, id);
            if (name.isEmpty()) {
                throw new IOException(csv.wrong(row, id, "the run has no name: give each run one of its own"));
            }
            Integer before = rows.put(name, row);
            if (before != null) {
                throw new IOException(csv.wrong(
                        row,
                        id,
                        "run " + name + " stands in row " + (before + 1) + ", too: give each run a name of its own"));
            }
        }
        return rows;
    }

    /// What the run of a row was trained on, a stage per phase. Empty cells, and domains without a column in a
    /// phase, count as 0.
    ///
    /// @param domains of the mixtures; those without weights have 0
    MixtureSchedule schedule(int row, List<String> domains) throws IOException {
        List<Mixture> stages = new ArrayList<>();
        for (Map<String, String> phase : weights.values()) {
            double[] mixture = new double[domains.size()];
            String last = "";
            for (int d = 0; d < mixture.length; d++) {
                String column = phase.get(domains.get(d));
                if (column != null) {
                    mixture[d] = weight(row, column);
                    last = column;
                }
            }
            double sum = Arrays.stream(mixture).sum();
            if (!(Math.abs(sum - whole) <= TOLERANCE * whole)) {
                throw new IOException(csv.wrong(
                        row,
                        last,
                        String.format(
                                Locale.ROOT,
                                "the weights of this row sum to %.4g, expected %.0f: give each domain's share of the"
                                        + " tokens, and a column for every domain",
                                sum,
                                whole)));
            }
            stages.add(Mixture.proportional(domains, mixture));
        }
        return new MixtureSchedule(stages);
    }

    private double weight(int row, String column) throws IOException {
        double weight = csv.number(row, column);
        if (weight < 0 || Double.isInfinite(weight)) {
            throw new IOException(csv.wrong(row, column, "a weight of " + weight + ", expected 0 to 1"));
        }
        return Double.isNaN(weight) ? 0 : weight;
    }

    /// Percentages, if that is what the first row's weights are.
    private double whole() throws IOException {
        double sum = 0;
        for (String column : weights.firstEntry().getValue().values()) {
            sum += weight(0, column);
        }
        return Math.abs(sum - PERCENT) <= TOLERANCE * PERCENT ? PERCENT : 1;
    }

    /// Whether the columns are a mixture in most rows: one that is not is an error that is told later.
    private boolean sumToOne(List<String> columns) throws IOException {
        int rows = 0;
        for (int row = 0; row < csv.rows(); row++) {
            double sum = 0;
            for (String column : columns) {
                double weight = csv.number(row, column);
                sum += Double.isNaN(weight) ? 0 : weight;
            }
            rows += Math.abs(sum - 1) <= TOLERANCE || Math.abs(sum - PERCENT) <= TOLERANCE * PERCENT ? 1 : 0;
        }
        return columns.size() > 1 && 2 * rows > csv.rows();
    }
}
