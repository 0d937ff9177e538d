package io.regmixd.trajectory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// A table with one row per run, stage and domain: checked cell by cell, and completed where a model of the
/// transitions needs a number that the table need not have.
final class LongTable {

    static final List<String> COLUMNS = List.of("run", "stage", "domain", "weight", "loss_nats");

    /// What domains that were never measured show everywhere; no model is fitted on it.
    private static final double UNMEASURED = 1;

    /// Untrained models' losses lie above those of trained ones; how far above decides no plan.
    private static final double UNTRAINED = 1.5;

    private static final double TOLERANCE = 0.01 + 1e-9;

    private final CsvTable csv;
    private final Map<String, TreeMap<Integer, Map<String, Cell>>> runs = new LinkedHashMap<>(); // run, stage, domain
    private final Set<String> domains = new LinkedHashSet<>();
    private final Set<String> measured = new LinkedHashSet<>();
    private final List<String> said = new ArrayList<>();
    private int stages;

    /// What a row says.
    private record Cell(int row, double weight, double loss) {}

    private LongTable(CsvTable csv) throws IOException {
        this.csv = csv;
        for (String column : COLUMNS) {
            if (!csv.has(column)) {
                throw new IOException(
                        csv.file() + " has no column " + column + ", expected " + String.join(", ", COLUMNS));
            }
        }
        for (int row = 0; row < csv.rows(); row++) {
            add(row);
        }
        if (stages == 0) {
            throw new IOException(csv.file() + ", column stage: there is no row of stage 1: expected rows with stages"
                    + " 1, 2, ... (0 is the untrained model)");
        }
        if (measured.isEmpty()) {
            throw new IOException(csv.file() + ", column loss_nats: no loss of a trained model: expected the loss of"
                    + " at least one domain after each stage");
        }
        for (var run : runs.entrySet()) {
            for (var stage : run.getValue().tailMap(1).entrySet()) {
                checkSum(run.getKey(), stage.getKey(), stage.getValue());
            }
        }
    }

    /// @param said what was noticed before
    /// @throws IOException if the table is not as [Runs#read] says; names the file, the row and the column
    static Runs read(CsvTable csv, List<String> said) throws IOException {
        LongTable table;
        try {
            table = new LongTable(csv);
            Trajectories trajectories = TrajectoriesTable.read(table.completed(), 1);
            List<String> all = new ArrayList<>(said);
            all.addAll(table.said);
            return Runs.of(trajectories, List.copyOf(table.measured), all);
        } catch (IllegalArgumentException e) {
            throw new IOException(csv.file() + ": " + e.getMessage(), e);
        }
    }

    private void add(int row) throws IOException {
        String run = required(row, "run");
        String domain = required(row, "domain");
        double stage = csv.number(row, "stage");
        if (!(stage >= 0 && stage == Math.rint(stage) && stage < 1e6)) {
            throw new IOException(
                    csv.wrong(row, "stage", "\"" + csv.text(row, "stage") + "\", expected 0 (untrained), 1, 2, ..."));
        }
        double weight = csv.number(row, "weight");
        if (stage > 0 && (weight < 0 || Double.isInfinite(weight))) {
            throw new IOException(csv.wrong(row, "weight", "is " + weight + ", expected 0 to 1"));
        }
        double loss = csv.number(row, "loss_nats");
        Cell before = runs.computeIfAbsent(run, name -> new TreeMap<>())
                .computeIfAbsent((int) stage, number -> new LinkedHashMap<>())
                .put(domain, new Cell(row, Double.isNaN(weight) ? 0 : weight, loss));
        if (before != null) {
            throw new IOException(csv.wrong(
                    row,
                    "domain",
                    "run " + run + " has " + domain + " of stage " + (int) stage + " in row " + (before.row + 1)
                            + ", too: give one row per run, stage and domain"));
        }
        stages = Math.max(stages, (int) stage);
        domains.add(domain);
        if (stage > 0 && Double.isFinite(loss)) {
            measured.add(domain);
        }
    }

    private String required(int row, String column) throws IOException {
        String text = csv.text(row, column);
        if (text.isEmpty()) {
            throw new IOException(csv.wrong(row, column, "is empty: name the " + column));
        }
        return text;
    }

    private void checkSum(String run, int stage, Map<String, Cell> cells) throws IOException {
        double sum = cells.values().stream().mapToDouble(Cell::weight).sum();
        int last = cells.values().stream().mapToInt(Cell::row).max().orElseThrow();
        if (Math.abs(sum - 1) > TOLERANCE) {
            throw new IOException(csv.wrong(
                    last,
                    "weight",
                    String.format(
                            Locale.ROOT,
                            "the weights of run %s in stage %d sum to %.4g, expected 1: give a row for every domain, and"
                                    + " shares of the stage's tokens",
                            run,
                            stage,
                            sum)));
        }
    }

    /// The same table with the losses that it lacks.
    private Table completed() {
        StringColumn run = StringColumn.create("run");
        IntColumn stage = IntColumn.create("stage");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn weight = DoubleColumn.create("weight");
        DoubleColumn loss = DoubleColumn.create("loss_nats");
        Map<String, Double> untrained = untrained();
        for (var ofRun : runs.entrySet()) {
            Map<Integer, Map<String, Cell>> own = new TreeMap<>(ofRun.getValue());
            own.putIfAbsent(0, Map.of());
            own.forEach((number, cells) -> {
                for (String name : number == 0 ? domains : cells.keySet()) {
                    Cell cell = cells.getOrDefault(name, new Cell(0, 0, Double.NaN));
                    run.append(ofRun.getKey());
                    stage.append(number);
                    domain.append(name);
                    weight.append(cell.weight);
                    boolean stands = number == 0 && !Double.isFinite(cell.loss);
                    loss.append(!measured.contains(name) ? UNMEASURED : stands ? untrained.get(name) : cell.loss);
                }
            });
        }
        if (measured.size() < domains.size()) {
            said.add("never measured: "
                    + domains.stream().filter(name -> !measured.contains(name)).collect(Collectors.joining(", "))
                    + "; they are weighted, and nothing is said of their losses");
        }
        return Table.create("runs", run, stage, domain, weight, loss);
    }

    /// Where a run has no losses of the untrained model: the mean of those that have, or else a number above all.
    private Map<String, Double> untrained() {
        Map<String, Double> stand = new LinkedHashMap<>();
        boolean none = true;
        boolean all = true;
        for (String name : measured) {
            double sum = 0;
            int count = 0;
            double highest = 0;
            for (var own : runs.values()) {
                for (var ofStage : own.entrySet()) {
                    Cell cell = ofStage.getValue().get(name);
                    if (cell == null || !Double.isFinite(cell.loss)) {
                        continue;
                    }
                    if (ofStage.getKey() == 0) {
                        sum += cell.loss;
                        count++;
                    }
                    highest = Math.max(highest, cell.loss);
                }
            }
            none &= count == 0;
            all &= count == runs.size();
            stand.put(name, count > 0 ? sum / count : UNTRAINED * highest);
        }
        if (none) {
            said.add("no losses of untrained models (stage 0): numbers above all others stand in, they decide no plan");
        } else if (!all) {
            said.add("some losses of untrained models (stage 0) are missing: the mean of the others stands in");
        }
        return stand;
    }
}
