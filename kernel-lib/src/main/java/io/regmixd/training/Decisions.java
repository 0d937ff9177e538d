package io.regmixd.training;

import io.regmixd.mixture.MixtureRow;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.LedgerFile;
import io.regmixd.store.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// Which schedule each run was given, and when: before its first stage, and for a run that is planned online
/// after each stage again. A session that goes on with the runs reads the decisions back instead of making them
/// again, so that it does not matter whether its machine would round to another schedule.
///
/// In the folder they are `target-decisions.arrow`, one row per run, decision, stage and domain: `run,
/// after_stage, stage, domain, weight`.
final class Decisions {

    /// What two machines' arithmetic may make of one plan; a weight that is further off is another plan.
    private static final double SAME_PLAN = 1e-4;

    private static final String REMEDY =
            "Give this plan a run folder of its own, or delete that file and the folder's other target*.arrow to start over.";

    private final LedgerFile file;
    private final Map<String, TreeMap<Integer, MixtureSchedule>> byRun = new LinkedHashMap<>();

    private Decisions(LedgerFile file) {
        this.file = file;
    }

    /// @throws IOException if the file is damaged or was made with another provenance
    static Decisions open(Path folder, Provenance provenance) throws IOException {
        LedgerFile file = LedgerFile.open(folder.resolve("target-decisions.arrow"), provenance, REMEDY);
        Decisions decisions = new Decisions(file);
        file.saved().ifPresent(decisions::read);
        return decisions;
    }

    private void read(Table table) {
        Map<String, Map<Integer, List<MixtureRow>>> rows = new LinkedHashMap<>();
        for (Row row : table) {
            rows.computeIfAbsent(row.getString("run"), name -> new TreeMap<>())
                    .computeIfAbsent(row.getInt("after_stage"), stage -> new ArrayList<>())
                    .add(new MixtureRow(row.getInt("stage"), row.getString("domain"), row.getDouble("weight")));
        }
        rows.forEach((run, ofRun) -> ofRun.forEach((afterStage, stages) ->
                put(run, afterStage, new MixtureSchedule(MixtureRow.mixtures(stages, "stage")))));
    }

    private void put(String run, int afterStage, MixtureSchedule schedule) {
        byRun.computeIfAbsent(run, name -> new TreeMap<>()).put(afterStage, schedule);
    }

    /// Whether the run was given a schedule after so many stages.
    boolean made(String run, int afterStage) {
        return byRun.containsKey(run) && byRun.get(run).containsKey(afterStage);
    }

    /// The schedule that the run was given after so many stages.
    MixtureSchedule at(String run, int afterStage) {
        return byRun.get(run).get(afterStage);
    }

    /// The schedule that the run was given last.
    MixtureSchedule last(String run) {
        return byRun.get(run).lastEntry().getValue();
    }

    /// @throws IOException if the run was given another schedule than this before its first stage
    void requireSame(String run, MixtureSchedule planned) throws IOException {
        MixtureSchedule there = at(run, 0);
        if (there.size() != planned.size() || !there.domains().equals(planned.domains())) {
            throw file.refusal("run " + run + " was to be trained on " + there.size() + " stages over "
                    + there.domains() + ", planned now are " + planned.size() + " over " + planned.domains());
        }
        for (int s = 0; s < there.size(); s++) {
            for (int d = 0; d < planned.domains().size(); d++) {
                double weight = there.stages().get(s).weight(d);
                double now = planned.stages().get(s).weight(d);
                if (Math.abs(weight - now) > SAME_PLAN) {
                    throw file.refusal("run " + run + " was to be trained on " + weight + " of "
                            + planned.domains().get(d) + " in stage " + (s + 1) + ", planned now is " + now);
                }
            }
        }
    }

    /// Adds decisions of several runs and writes the file.
    ///
    /// @throws IOException if it cannot be written; the old file is untouched then
    void add(int afterStage, Map<String, MixtureSchedule> schedules) throws IOException {
        schedules.forEach((run, schedule) -> put(run, afterStage, schedule));
        file.write(table());
    }

    private Table table() {
        StringColumn run = StringColumn.create("run");
        IntColumn after = IntColumn.create("after_stage");
        IntColumn stage = IntColumn.create("stage");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn weight = DoubleColumn.create("weight");
        byRun.forEach((name, ofRun) -> ofRun.forEach((afterStage, schedule) -> {
            for (MixtureRow row : MixtureRow.of(schedule.stages())) {
                run.append(name);
                after.append(afterStage);
                stage.append(row.number());
                domain.append(row.domain());
                weight.append(row.weight());
            }
        }));
        return Table.create("decisions", run, after, stage, domain, weight);
    }
}
