package io.regmixd.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixtureTest {

    private static final List<String> AB = List.of("a", "b");

    @Test
    void weightsThatMissOneByRoundingAreRescaled() {
        Mixture mixture = Mixture.of(AB, 0.301, 0.702);

        assertThat(mixture.weight("a") + mixture.weight("b")).isCloseTo(1, within(1e-15));
        assertThat(mixture.weight("a") / mixture.weight("b")).isCloseTo(0.301 / 0.702, within(1e-12));
    }

    @Test
    void badWeightsAreRefusedWithTheirNumbers() {
        assertThatThrownBy(() -> Mixture.of(AB, 0.5, 0.43)).hasMessage("weights of 2 domains sum to 0.930, expected 1");
        assertThatThrownBy(() -> Mixture.of(AB, 1.5, -0.5)).hasMessageContaining("weight of b is -0.5");
        assertThatThrownBy(() -> Mixture.of(AB, Double.NaN, 1)).hasMessageContaining("weight of a is NaN");
        assertThatThrownBy(() -> Mixture.of(AB, 1)).hasMessage("1 weights for 2 domains");
        assertThatThrownBy(() -> Mixture.of(List.of("a", "a"), 0.5, 0.5)).hasMessageContaining("named twice");
        assertThatThrownBy(() -> Mixture.uniform(AB).weight("c")).hasMessageContaining("no domain c");
    }

    @Test
    void meanIsTakenWeightByWeight() {
        Mixture mean = Mixture.mean(List.of(Mixture.of(AB, 0.2, 0.8), Mixture.of(AB, 0.6, 0.4)));

        assertThat(mean.weights()).containsExactly(new double[] {0.4, 0.6}, within(1e-12));
        assertThatThrownBy(() -> Mixture.mean(List.of(Mixture.uniform(AB), Mixture.uniform(List.of("b", "a")))))
                .hasMessageContaining("expected [a, b]");
    }

    @Test
    void mixtureReadsHeaviestDomainFirst() {
        assertThat(Mixture.of(List.of("a", "b", "c"), 0.25, 0.75, 0)).hasToString("b 75.0%, a 25.0%");
    }

    @ParameterizedTest
    @CsvSource({"10, 5", "11, 5", "7, 3", "100, 1", "5, 5"})
    void stagesCoverAllStepsInOrderAndDifferByAtMostOneStep(int steps, int stages) {
        List<Mixture> mixtures = IntStream.range(0, stages)
                .mapToObj(s -> Mixture.proportional(AB, s, 1))
                .toList();
        MixtureSchedule schedule = new MixtureSchedule(mixtures);

        int[] length = new int[stages];
        int last = 0;
        for (int step = 0; step < steps; step++) {
            int stage = mixtures.indexOf(schedule.at(step, steps));
            assertThat(stage).isGreaterThanOrEqualTo(last);
            length[stage]++;
            last = stage;
        }
        assertThat(schedule.spans(steps).end(stages - 1)).isEqualTo(steps);
        for (int stage = 0; stage < stages; stage++) {
            assertThat(length[stage]).isBetween(steps / stages, (steps + stages - 1) / stages);
        }
    }
}
