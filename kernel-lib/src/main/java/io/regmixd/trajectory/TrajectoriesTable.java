package io.regmixd.trajectory;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import tech.tablesaw.api.Table;

/// Reads what [Trajectories#table()] made: runs one after the other, stages and domains in order.
record TrajectoriesTable(Table table) {

    /// @throws RuntimeException of whatever kind if it is not such a table
    Trajectories trajectories() {
        if (table.isEmpty()) {
            throw new IllegalArgumentException("there is no run in it yet");
        }
        List<String> domains =
                List.copyOf(new LinkedHashSet<>(table.stringColumn("domain").asList()));
        int stages = (int) table.intColumn("stage").max();
        long tokensAStage = (long) table.longColumn("tokens").max() / Math.max(1, stages);
        List<Trajectory> runs = new ArrayList<>();
        int from = 0;
        while (from < table.rowCount()) {
            int to = from;
            while (to < table.rowCount() && run(to).equals(run(from))) {
                to++;
            }
            runs.add(trajectory(domains, Math.max(1, stages), from, to));
            from = to;
        }
        return new Trajectories(domains, Math.max(1, stages), tokensAStage, runs);
    }

    private String run(int row) {
        return table.stringColumn("run").get(row);
    }

    private Trajectory trajectory(List<String> domains, int stages, int from, int to) {
        if ((to - from) % domains.size() != 0) {
            throw new IllegalArgumentException(
                    "run " + run(from) + " has " + (to - from) + " rows for " + domains.size() + " domains");
        }
        double[][] losses = new double[(to - from) / domains.size()][domains.size()];
        List<Mixture> schedule = new ArrayList<>();
        for (int stage = 0; stage < losses.length; stage++) {
            double[] weights = new double[domains.size()];
            for (int d = 0; d < weights.length; d++) {
                int row = from + stage * weights.length + d;
                if (table.intColumn("stage").getInt(row) != stage
                        || !table.stringColumn("domain").get(row).equals(domains.get(d))) {
                    throw new IllegalArgumentException("row " + (row + 1) + " is not stage " + stage + " of "
                            + domains.get(d) + ", run " + run(from));
                }
                weights[d] = table.doubleColumn("weight").getDouble(row);
                losses[stage][d] = table.doubleColumn("loss_nats").getDouble(row);
            }
            if (stage > 0 || losses.length == 1) { // row 0 repeats the first stage's
                schedule.add(Mixture.of(domains, weights));
            }
        }
        while (schedule.size() < stages) {
            schedule.add(schedule.getLast());
        }
        String status = table.stringColumn("status").get(from);
        OptionalInt divergedAt = status.equals(Trajectories.COMPLETED)
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(status.substring(Trajectories.DIVERGED.length())));
        return new Trajectory(run(from), new MixtureSchedule(schedule), losses, divergedAt);
    }
}
