package io.regmixd.proxy;

import io.regmixd.model.Run;
import io.regmixd.model.Trajectory;
import io.regmixd.store.ArrowFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/// What is finished of a planned list of runs, in an Arrow file that is rewritten whole as each group of runs
/// ends. A session that plans the same runs finds the finished ones there; one that plans others is told so.
public final class Ledger {

    private final Path file;
    private final Map<String, String> provenance;
    private final List<Run> planned;
    private final Trajectories empty;
    private final Map<String, Trajectory> finished = new LinkedHashMap<>();

    private Ledger(Path file, Map<String, String> provenance, List<Run> planned, Trajectories empty) {
        this.file = file;
        this.provenance = provenance;
        this.planned = planned;
        this.empty = empty;
    }

    /// Opens the ledger, or plans an empty one where there is no file yet.
    ///
    /// @param provenance what the losses depend on besides the runs' schedules: settings, corpus, seed
    /// @param planned    all runs, finished or not
    /// @param empty      trajectories without runs: domains, stages, tokens a stage
    /// @throws IOException if the file is damaged, or was made with another provenance or other schedules; the
    ///     message names the file, what differs, and the remedy
    public static Ledger open(Path file, Map<String, String> provenance, List<Run> planned, Trajectories empty)
            throws IOException {
        Ledger ledger = new Ledger(file, provenance, List.copyOf(planned), empty);
        if (Files.exists(file)) {
            ArrowFile saved = ArrowFile.read(file);
            for (Map.Entry<String, String> entry : provenance.entrySet()) {
                String there = saved.metadata().get(entry.getKey());
                if (!entry.getValue().equals(there)) {
                    throw ledger.other(entry.getKey() + " is\n  " + there + "\nthere, and now\n  " + entry.getValue());
                }
            }
            ledger.read(saved.table());
        }
        return ledger;
    }

    private IOException other(String difference) {
        return new IOException(file + " belongs to another plan: " + difference
                + "\nGive this plan a run folder of its own, or delete the file to start over.");
    }

    private void read(Table table) throws IOException {
        Map<String, List<Row>> rows = new LinkedHashMap<>();
        for (int i = 0; i < table.rowCount(); i++) {
            Row row = table.row(i);
            rows.computeIfAbsent(row.getString("run"), name -> new ArrayList<>())
                    .add(row);
        }
        for (Run run : planned) {
            List<Row> own = rows.remove(run.name());
            if (own != null) {
                finished.put(run.name(), trajectory(run, own));
            }
        }
        if (!rows.isEmpty()) {
            throw other("it holds run " + rows.keySet().iterator().next() + ", which is not planned now");
        }
    }

    private Trajectory trajectory(Run run, List<Row> rows) throws IOException {
        int domains = empty.domains().size();
        double[][] losses = new double[rows.size() / domains][domains];
        for (Row row : rows) {
            int stage = row.getInt("stage");
            int domain = empty.domains().indexOf(row.getString("domain"));
            double weight =
                    stage == 0 ? 0 : run.schedule().stages().get(stage - 1).weight(domain);
            if (weight != row.getDouble("weight")) {
                throw other("run " + run.name() + " was trained on " + row.getDouble("weight") + " of "
                        + row.getString("domain") + " in stage " + stage + ", planned now is " + weight);
            }
            losses[stage][domain] = row.getDouble("loss_nats");
        }
        String status = rows.getFirst().getString("status");
        OptionalInt divergedAt = status.equals(Trajectories.COMPLETED)
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(status.substring(Trajectories.DIVERGED.length())));
        return new Trajectory(run.name(), run.schedule(), losses, divergedAt);
    }

    /// The planned runs that are not finished, in their order.
    public List<Run> open() {
        return planned.stream().filter(run -> !finished.containsKey(run.name())).toList();
    }

    /// The finished runs, in the order of the plan.
    public Trajectories trajectories() {
        return empty.withRuns(planned.stream()
                .map(run -> finished.get(run.name()))
                .filter(trajectory -> trajectory != null)
                .toList());
    }

    /// Adds finished runs and writes the file.
    ///
    /// @throws IOException if it cannot be written; the old file is untouched then
    public void add(List<Trajectory> runs) throws IOException {
        runs.forEach(run -> finished.put(run.run(), run));
        ArrowFile.write(file, trajectories().table(), provenance);
    }
}
