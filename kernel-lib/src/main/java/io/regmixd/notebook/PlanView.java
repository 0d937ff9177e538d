package io.regmixd.notebook;

import io.regmixd.planning.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// A plan: its schedule as stacked areas and as a table, the losses that it predicts, and its warnings.
record PlanView(Plan plan) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        List<Rich> parts = new ArrayList<>();
        parts.add(Plots.schedule("Plan " + plan.name() + ": mixture by stage of training", plan.schedule()));
        parts.add(table());
        plan.warnings().forEach(warning -> parts.add(Page.words("Beyond the proxies: " + warning)));
        return new Page(parts).mimeBundle();
    }

    private Grid table() {
        Grid shares = ScheduleView.shares(plan.schedule());
        return plan.predictedFinalLosses()
                .map(losses -> {
                    List<String> columns = new ArrayList<>(shares.columns());
                    columns.add("predicted final loss (nats/token)");
                    List<List<String>> rows = IntStream.range(0, losses.length)
                            .mapToObj(d -> {
                                List<String> row = new ArrayList<>(shares.rows().get(d));
                                row.add(String.format(Locale.ROOT, "%.3f", losses[d]));
                                return row;
                            })
                            .toList();
                    return new Grid(columns, rows);
                })
                .orElse(shares);
    }
}
