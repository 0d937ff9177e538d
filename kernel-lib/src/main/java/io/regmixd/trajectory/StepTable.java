package io.regmixd.trajectory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// A table with one row per run, logged step and domain, made one per run, stage and domain: of equal stages each
/// ends at the logged step that lies nearest to its end.
final class StepTable {

    private static final double TOLERANCE = 0.01 + 1e-9;

    private final CsvTable csv;
    private final Map<String, TreeMap<Long, Map<String, Cell>>> runs = new LinkedHashMap<>(); // run, step, domain

    /// What a row says.
    private record Cell(int row, double weight, String loss) {}

    private StepTable(CsvTable csv) throws IOException {
        this.csv = csv;
        for (String column : List.of("run", "step", "domain", "weight", "loss_nats")) {
            if (!csv.has(column)) {
                throw new IOException(
                        csv.file() + " has no column " + column + ", expected run, step, domain, weight, loss_nats");
            }
        }
        for (int row = 0; row < csv.rows(); row++) {
            add(row);
        }
        for (var run : runs.entrySet()) {
            for (var step : run.getValue().tailMap(1L).entrySet()) {
                checkSum(run.getKey(), step.getKey(), step.getValue());
            }
        }
    }

    /// @param stages how many to make
    /// @param said   is told which steps were taken
    /// @throws IOException if the table is not as [Runs#read] says, or its steps are too few; names the file
    static CsvTable staged(CsvTable csv, int stages, List<String> said) throws IOException {
        StepTable table = new StepTable(csv);
        List<Long> ends = table.ends(stages);
        said.add("losses were logged at " + table.logged().size() + " steps; the " + stages + " stages end at "
                + ends.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        return new CsvTable(csv.file(), table.stagedTable(ends));
    }

    private void add(int row) throws IOException {
        double step = csv.number(row, "step");
        if (!(step >= 0 && step == Math.rint(step) && step < 1e15)) {
            throw new IOException(csv.wrong(
                    row, "step", "\"" + csv.text(row, "step") + "\", expected 0 (untrained) or a whole number"));
        }
        double weight = csv.number(row, "weight");
        if (step > 0 && (weight < 0 || Double.isInfinite(weight))) {
            throw new IOException(csv.wrong(row, "weight", "is " + weight + ", expected 0 to 1"));
        }
        csv.number(row, "loss_nats"); // a number, or nothing
        Cell before = runs.computeIfAbsent(csv.text(row, "run"), name -> new TreeMap<>())
                .computeIfAbsent((long) step, number -> new LinkedHashMap<>())
                .put(
                        csv.text(row, "domain"),
                        new Cell(row, Double.isNaN(weight) ? 0 : weight, csv.text(row, "loss_nats")));
        if (before != null) {
            throw new IOException(csv.wrong(
                    row,
                    "domain",
                    "run " + csv.text(row, "run") + " has " + csv.text(row, "domain") + " at step " + (long) step
                            + " in row " + (before.row + 1) + ", too: give one row per run, step and domain"));
        }
    }

    private void checkSum(String run, long step, Map<String, Cell> cells) throws IOException {
        double sum = cells.values().stream().mapToDouble(Cell::weight).sum();
        if (Math.abs(sum - 1) > TOLERANCE) {
            throw new IOException(csv.wrong(
                    cells.values().stream().mapToInt(Cell::row).max().orElseThrow(),
                    "weight",
                    String.format(
                            Locale.ROOT,
                            "the weights of run %s at step %d sum to %.4g, expected 1: give a row for every domain, and"
                                    + " shares of the tokens since the step before",
                            run,
                            step,
                            sum)));
        }
    }

    /// The steps that some run logged, the untrained model's left out.
    private NavigableSet<Long> logged() {
        NavigableSet<Long> steps = new TreeSet<>();
        runs.values().forEach(run -> steps.addAll(run.tailMap(1L).keySet()));
        return steps;
    }

    /// The last is the last step of the longest run: one that ended earlier lacks stages.
    private List<Long> ends(int stages) throws IOException {
        NavigableSet<Long> logged = logged();
        if (logged.isEmpty()) {
            throw new IOException(csv.file() + ", column step: no step after 0: expected losses of trained models");
        }
        long last = logged.last();
        List<Long> ends = new ArrayList<>();
        for (int stage = 1; stage <= stages; stage++) {
            double end = (double) last * stage / stages;
            Long below = logged.floor((long) end);
            Long above = logged.ceiling((long) Math.ceil(end));
            ends.add(below == null || (above != null && above - end < end - below) ? above : below);
        }
        if (ends.stream().distinct().count() < stages) {
            throw new IOException(csv.file() + ": losses were logged at " + logged.size() + " steps up to " + last
                    + ", too seldom for " + stages + " stages: choose fewer (--stages)");
        }
        return ends;
    }

    private Table stagedTable(List<Long> ends) {
        StringColumn run = StringColumn.create("run");
        StringColumn stage = StringColumn.create("stage");
        StringColumn domain = StringColumn.create("domain");
        StringColumn weight = StringColumn.create("weight");
        StringColumn loss = StringColumn.create("loss_nats");
        runs.forEach((name, steps) -> {
            for (int s = 0; s <= ends.size(); s++) {
                long end = s == 0 ? 0 : ends.get(s - 1);
                Map<String, Cell> cells = steps.getOrDefault(end, Map.of());
                Map<String, Double> weights = s == 0 ? Map.of() : weights(steps, s == 1 ? 0 : ends.get(s - 2), end);
                for (var cell : cells.entrySet()) {
                    run.append(name);
                    stage.append(String.valueOf(s));
                    domain.append(cell.getKey());
                    weight.append(String.valueOf(weights.getOrDefault(cell.getKey(), 0.0)));
                    loss.append(cell.getValue().loss);
                }
            }
        });
        return Table.create("stages", run, stage, domain, weight, loss);
    }

    /// What a run saw after one step and up to another: the mean of the weights between logged steps.
    private static Map<String, Double> weights(NavigableMap<Long, Map<String, Cell>> steps, long from, long to) {
        Map<String, Double> weights = new LinkedHashMap<>();
        long before = from;
        for (var step : steps.subMap(from, false, to, true).entrySet()) {
            double share = (double) (step.getKey() - before) / (to - from);
            step.getValue().forEach((domain, cell) -> weights.merge(domain, share * cell.weight, Double::sum));
            before = step.getKey();
        }
        return weights;
    }
}
