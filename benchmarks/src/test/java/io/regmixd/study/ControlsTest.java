package io.regmixd.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlsTest {

    private static final List<String> DOMAINS = List.of("good", "much", "more");
    private static final Mixture NATURAL = Mixture.of(DOMAINS, 0.1, 0.3, 0.6);
    private static final MixtureSchedule PLAN =
            new MixtureSchedule(List.of(Mixture.of(DOMAINS, 0, 0.9, 0.1), Mixture.of(DOMAINS, 0.5, 0.2, 0.3)));

    @Test
    void aggregateShowsTheSameInAll() {
        MixtureSchedule aggregate = Controls.aggregate(PLAN);
        assertThat(aggregate.size()).isEqualTo(2);
        for (Mixture mixture : aggregate.stages()) {
            assertThat(mixture.weights()).containsExactly(new double[] {0.25, 0.55, 0.2}, within(1e-12));
        }
    }

    @Test
    void naturalFillersKeepTheDomainsWeightsAndNaturesRatios() {
        List<Mixture> stages = Controls.naturalFillers(PLAN, "good", NATURAL).stages();
        assertThat(stages.getFirst().weights()).containsExactly(new double[] {0, 1 / 3.0, 2 / 3.0}, within(1e-12));
        assertThat(stages.getLast().weights()).containsExactly(new double[] {0.5, 0.5 / 3, 1.0 / 3}, within(1e-12));
    }
}
