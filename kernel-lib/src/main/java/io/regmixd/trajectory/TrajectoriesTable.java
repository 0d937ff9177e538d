package io.regmixd.trajectory;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureRow;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// Reads trajectories in long format: one row per run, stage and domain, in any order. A ledger's table, as
/// [Trajectories#table()] makes it, also says what became of a run; in a table of other runs, a run whose losses
/// end early counts as diverged.
final class TrajectoriesTable {

    private final boolean ledger;
    private final StringColumn run;
    private final IntColumn stage;
    private final StringColumn domain;
    private final DoubleColumn weight;
    private final DoubleColumn loss;
    private final LinkedHashSet<String> domains = new LinkedHashSet<>();
    private final Map<String, TreeMap<Integer, Map<String, Integer>>> rows =
            new LinkedHashMap<>(); // run, stage, domain
    private int stages;

    private TrajectoriesTable(Table table) {
        ledger = table.containsColumn("status");
        run = table.stringColumn("run");
        stage = table.intColumn("stage");
        domain = table.stringColumn("domain");
        weight = table.doubleColumn("weight");
        loss = table.doubleColumn("loss_nats");
    }

    /// A ledger's table.
    ///
    /// @throws RuntimeException of whatever kind if it is not such a table
    static Trajectories read(Table table) {
        if (table.isEmpty()) {
            throw new IllegalArgumentException("there is no run in it yet");
        }
        int stages = (int) table.intColumn("stage").max();
        return read(table, (long) table.longColumn("tokens").max() / Math.max(1, stages));
    }

    /// @param table with the columns `run, stage, domain, weight, loss_nats`
    /// @throws IllegalArgumentException if its rows are not as they should be; names row or run
    static Trajectories read(Table table, long tokensAStage) {
        TrajectoriesTable all = new TrajectoriesTable(table);
        for (int i = 0; i < table.rowCount(); i++) {
            all.add(i);
        }
        if (all.stages == 0 && !all.ledger) {
            throw new IllegalArgumentException("there is no row of stage 1: expected rows with stages 0, 1, 2, ...");
        }
        all.stages = Math.max(1, all.stages);
        List<Trajectory> trajectories = new ArrayList<>();
        for (String name : all.rows.keySet()) {
            trajectories.add(all.trajectory(name, table));
        }
        return new Trajectories(List.copyOf(all.domains), all.stages, tokensAStage, trajectories);
    }

    private void add(int row) {
        String where = " in row " + (row + 1);
        if (run.isMissing(row) || domain.isMissing(row) || stage.isMissing(row) || stage.getInt(row) < 0) {
            throw new IllegalArgumentException("there is no run, domain or stage (0, 1, 2, ...)" + where);
        }
        stages = Math.max(stages, stage.getInt(row));
        domains.add(domain.get(row));
        Integer before = rows.computeIfAbsent(run.get(row), name -> new TreeMap<>())
                .computeIfAbsent(stage.getInt(row), absent -> new LinkedHashMap<>())
                .put(domain.get(row), row);
        if (before != null) {
            throw new IllegalArgumentException("run " + run.get(row) + " has " + domain.get(row) + " of stage "
                    + stage.getInt(row) + " a second time" + where);
        }
    }

    private Trajectory trajectory(String name, Table table) {
        TreeMap<Integer, Map<String, Integer>> own = rows.get(name);
        for (int s = 0; s <= own.lastKey(); s++) {
            Set<String> there = own.getOrDefault(s, Map.of()).keySet();
            if (!there.equals(domains)) {
                throw new IllegalArgumentException(
                        "run " + name + " has rows of " + there + " in stage " + s + ", expected " + domains);
            }
        }
        List<Mixture> schedule = schedule(name, own);
        while (schedule.size() < stages) {
            schedule.add(schedule.getLast());
        }
        double[][] losses = losses(own);
        if (losses.length == 0) {
            throw new IllegalArgumentException("run " + name + " has no finite losses of the untrained model, stage 0");
        }
        OptionalInt divergedAt = ledger
                ? divergedAt(table.stringColumn("status").get(own.get(0).get(domains.getFirst())))
                : losses.length > stages ? OptionalInt.empty() : OptionalInt.of(losses.length);
        return new Trajectory(name, new MixtureSchedule(schedule), losses, divergedAt);
    }

    /// Up to the first stage with one that is not finite.
    private double[][] losses(NavigableMap<Integer, Map<String, Integer>> own) {
        return own.values().stream()
                .map(ofStage -> domains.stream()
                        .mapToDouble(name -> loss.getDouble(ofStage.get(name)))
                        .toArray())
                .takeWhile(ofStage -> Arrays.stream(ofStage).allMatch(Double::isFinite))
                .toArray(double[][]::new);
    }

    /// Stage 0 repeats the first stage's weights in a ledger; elsewhere they mean nothing.
    private List<Mixture> schedule(String name, NavigableMap<Integer, Map<String, Integer>> own) {
        int first = own.size() == 1 && ledger ? 0 : 1;
        if (own.size() == first) {
            throw new IllegalArgumentException("run " + name + " has no stage 1");
        }
        List<MixtureRow> weights = new ArrayList<>();
        own.tailMap(first, true)
                .forEach((s, ofStage) -> domains.forEach(
                        of -> weights.add(new MixtureRow(s + 1 - first, of, weight.getDouble(ofStage.get(of))))));
        return MixtureRow.mixtures(weights, "run " + name + ", stage");
    }

    private static OptionalInt divergedAt(String status) {
        return status.equals(Trajectories.COMPLETED)
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(status.substring(Trajectories.DIVERGED.length())));
    }
}
