package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class PlanTest {

    private static final List<String> AB = List.of("a", "b");

    @Test
    void plansBecomeSchedulesByNameAndALongTable() throws Exception {
        List<Plan> plans = List.of(
                Planner.human(Mixture.of(AB, 0.25, 0.75)).plan(2, Progress.SILENT),
                Planner.uniform(AB).plan(2, Progress.SILENT));

        assertThat(Plan.schedules(plans).keySet()).containsExactly("Human", "Uniform");
        Table table = Plan.table(plans);
        assertThat(table.columnNames()).containsExactly("method", "stage", "domain", "weight");
        assertThat(table.rowCount()).isEqualTo(2 * 2 * 2);
        assertThat(table.row(2).getString("method")).isEqualTo("Human");
        assertThat(table.row(2).getInt("stage")).isEqualTo(2);
        assertThat(table.row(3).getString("domain")).isEqualTo("b");
        assertThat(table.row(3).getDouble("weight")).isEqualTo(0.75);
    }

    @Test
    void wordsSayWhatShareOfTheTokensADomainGetsAndInWhichStages() {
        List<Plan> plans = List.of(
                Plan.withoutPrediction("Human", MixtureSchedule.constant(Mixture.of(AB, 0.25, 0.75), 2)),
                Plan.withoutPrediction(
                        "Late", new MixtureSchedule(List.of(Mixture.of(AB, 0, 1), Mixture.of(AB, 0.3, 0.7)))));
        assertThat(Plan.inWords(plans, "a"))
                .isEqualTo("Of all training tokens, a is: Human 25.0%; Late 15.0% (0.0%, 30.0% by stage).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Plan.inWords(plans, "c"))
                .withMessageContaining("c");
    }
}
