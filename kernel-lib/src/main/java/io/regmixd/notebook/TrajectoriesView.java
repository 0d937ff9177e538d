package io.regmixd.notebook;

import io.regmixd.trajectory.Trajectories;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/// Trajectories as curves, a panel per domain, and the losses that they end at.
record TrajectoriesView(Trajectories trajectories) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        int completed = trajectories.completed().size();
        int all = trajectories.runs().size();
        String runs = completed == all
                ? all + (all == 1 ? " run" : " runs")
                : all + " runs, " + (all - completed) + " of them diverged";
        if (completed == 0) {
            return Page.words(runs).mimeBundle();
        }
        return Page.of(LossPlots.everyDomain(trajectories), Page.heading(runs + "; final validation loss"), table())
                .mimeBundle();
    }

    private Grid table() {
        Grid table = Grid.of("domain", "lowest (nats/token)", "median", "highest");
        for (int d = 0; d < trajectories.domains().size(); d++) {
            int domain = d;
            double[] losses = trajectories.completed().stream()
                    .mapToDouble(run -> run.loss(trajectories.stages(), domain))
                    .sorted()
                    .toArray();
            int n = losses.length;
            table.row(
                    trajectories.domains().get(d),
                    loss(losses[0]),
                    loss(Arrays.stream(losses, (n - 1) / 2, n / 2 + 1).average().orElseThrow()),
                    loss(losses[n - 1]));
        }
        return table;
    }

    private static String loss(double loss) {
        return String.format(Locale.ROOT, "%.3f", loss);
    }
}
