package io.regmixd.notebook;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A schedule as stacked areas, and its shares in a table: a column per stage, or per run of equal stages.
record ScheduleView(MixtureSchedule schedule) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        return Page.of(Plots.schedule("Mixture by stage of training", schedule), shares(schedule))
                .mimeBundle();
    }

    static Grid shares(MixtureSchedule schedule) {
        List<Mixture> stages = schedule.stages();
        List<String> columns = new ArrayList<>(List.of("domain"));
        List<Mixture> shown = new ArrayList<>();
        for (int from = 0, to; from < stages.size(); from = to) {
            to = from + 1;
            while (to < stages.size() && stages.get(to).equals(stages.get(from))) {
                to++;
            }
            columns.add(from + 1 == to ? "stage " + to : "stages " + (from + 1) + " to " + to);
            shown.add(stages.get(from));
        }
        if (shown.size() > 1) {
            columns.add("all training");
            shown.add(schedule.mean());
        }
        List<List<String>> rows = new ArrayList<>();
        for (int d = 0; d < schedule.domains().size(); d++) {
            List<String> row = new ArrayList<>(List.of(schedule.domains().get(d)));
            for (Mixture mixture : shown) {
                row.add(Look.percent(mixture.weight(d)));
            }
            rows.add(row);
        }
        return new Grid(columns, rows);
    }
}
