package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstraintProjectionTest {

    private static final List<String> DOMAINS = List.of("a", "b", "c", "d");
    private static final int STAGES = 6;

    private static final Problem ALL_AT_ONCE = Problem.minimise("a", DOMAINS)
            .weight("b", 0.1, 0.6)
            .without("d")
            .epochs(2, new long[] {100, 300, 900, 500}, 1000)
            .change(0.25);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyWishBecomesAScheduleThatIsAllowed(long seed) {
        ConstraintProjection feasible = new ConstraintProjection(ALL_AT_ONCE, STAGES);
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            double[][] schedule = new double[STAGES][];
            List<Mixture> stages = new ArrayList<>();
            for (int s = 0; s < STAGES; s++) {
                schedule[s] = wish(random);
                stages.add(feasible.next(stages, Mixture.of(DOMAINS, schedule[s])));
            }
            feasible.settle(schedule, 0);
            double[] total = new double[4];
            for (int s = 0; s < STAGES; s++) {
                assertThat(stages.get(s).weights()).containsExactly(schedule[s], within(1e-9));
                double change = 0;
                double sum = 0;
                for (int d = 0; d < 4; d++) {
                    total[d] += schedule[s][d] / STAGES;
                    sum += schedule[s][d];
                    change += s == 0 ? 0 : Math.abs(schedule[s][d] - schedule[s - 1][d]) / 2;
                    assertThat(schedule[s][d])
                            .isBetween(
                                    ALL_AT_ONCE.lowest().get(d) - 1e-9,
                                    ALL_AT_ONCE.highest().get(d) + 1e-9);
                }
                assertThat(sum).isCloseTo(1, within(1e-9));
                assertThat(change).isLessThanOrEqualTo(0.25 + 1e-9);
            }
            assertThat(total[0]).isLessThanOrEqualTo(0.2 + 1e-9);
            assertThat(total[1]).isLessThanOrEqualTo(0.6 + 1e-9);
        }
    }

    private static double[] wish(Random random) {
        double[] weights = new double[4];
        double sum = 0;
        for (int d = 0; d < 4; d++) {
            weights[d] = Math.pow(random.nextDouble(), 6) + (d == 0 ? random.nextInt(2) : 0);
            sum += weights[d];
        }
        for (int d = 0; d < 4; d++) {
            weights[d] /= sum;
        }
        return weights;
    }

    @Test
    void whatIsAllowedStaysAsItIs() {
        double[][] schedule = {
            {0.2, 0.3, 0.5, 0},
            {0.3, 0.2, 0.5, 0},
            {0.3, 0.1, 0.6, 0},
            {0.1, 0.3, 0.6, 0},
            {0, 0.4, 0.6, 0},
            {0.2, 0.4, 0.4, 0}
        };
        double[][] settled = new double[STAGES][];
        for (int s = 0; s < STAGES; s++) {
            settled[s] = schedule[s].clone();
        }
        new ConstraintProjection(ALL_AT_ONCE, STAGES).settle(settled, 0);
        for (int s = 0; s < STAGES; s++) {
            assertThat(settled[s]).containsExactly(schedule[s], within(1e-6));
        }
    }

    @Test
    void scarceTextMayAllBeKeptForTheEnd() {
        Problem scarce = Problem.minimise("a", DOMAINS).epochs(1, new long[] {200, 9_000, 9_000, 9_000}, 1_000);
        double[][] schedule = new double[5][];
        for (int s = 0; s < 5; s++) {
            schedule[s] = s == 4 ? new double[] {1, 0, 0, 0} : new double[] {0, 1, 0, 0};
        }
        new ConstraintProjection(scarce, 5).settle(schedule, 0);
        assertThat(schedule[4][0]).isCloseTo(1, within(1e-9));
        assertThat(schedule[3][0]).isCloseTo(0, within(1e-9));
    }

    @Test
    void aBoundKeepsTheOtherWeightsInProportion() {
        ConstraintProjection feasible =
                new ConstraintProjection(Problem.minimise("a", DOMAINS).weight("a", 0, 0.4), 1);
        Mixture next = feasible.next(List.of(), Mixture.of(DOMAINS, 0.7, 0.2, 0.1, 0));
        assertThat(next.weights()).containsExactly(new double[] {0.4, 0.4, 0.2, 0}, within(1e-9));
    }

    @Test
    void noChangeIsOneMixtureThroughout() {
        double[][] schedule = {{0.5, 0.5, 0, 0}, {0, 0, 1, 0}, {0, 1, 0, 0}};
        new ConstraintProjection(Problem.minimise("a", DOMAINS).change(0), 3).settle(schedule, 0);
        assertThat(schedule[1]).containsExactly(schedule[0], within(1e-12));
        assertThat(schedule[2]).containsExactly(schedule[0], within(1e-12));
    }

    @Test
    void withoutConstraintsEveryMixtureIsFree() {
        List<Mixture> before = List.of(Mixture.uniform(DOMAINS));
        assertThat(new ConstraintProjection(Problem.minimiseMean(DOMAINS), 3).free(before))
                .isTrue();
        assertThat(new ConstraintProjection(ALL_AT_ONCE, STAGES).free(before)).isFalse();
        ConstraintProjection slow =
                new ConstraintProjection(Problem.minimiseMean(DOMAINS).change(0.9), 3);
        assertThat(slow.free(before)).isFalse();
        assertThat(slow.free(List.of())).isTrue();
    }

    @Test
    void objectivesWeighTheLosses() {
        double[] losses = {1, 2, 3, 6};
        assertThat(Problem.minimise("c", DOMAINS).value(losses)).isEqualTo(3);
        assertThat(Problem.minimiseMean(DOMAINS).value(losses)).isEqualTo(3);
        assertThat(Problem.minimise(Map.of("a", 1.0, "d", 3.0), DOMAINS).value(losses))
                .isEqualTo(0.25 + 4.5);
    }

    @Test
    void aDesignsBoundsHold() {
        Mixture natural = Mixture.of(DOMAINS, 0.01, 0.02, 0.03, 0.94);
        assertThat(Problem.minimise("a", DOMAINS)
                        .within(DirichletDesign.regmix(natural))
                        .highest())
                .containsExactly(15 * 0.01, 15 * 0.02, 15 * 0.03, 1.0);
    }

    @Test
    void refusesWhatNoScheduleSatisfies() {
        Problem free = Problem.minimise("a", DOMAINS);
        assertThatThrownBy(() -> Problem.minimise("x", DOMAINS)).hasMessage("no domain x in [a, b, c, d]");
        assertThatThrownBy(() -> free.weight("a", 0.5, 0.4)).hasMessageContaining("weight of a");
        assertThatThrownBy(() -> free.weight("a", 0.6, 1).weight("b", 0.6, 1)).hasMessageContaining("lower some");
        assertThatThrownBy(() -> free.without("a").without("b").without("c").weight("d", 0, 0.5))
                .hasMessageContaining("allow more of some domain");
        assertThatThrownBy(() -> free.epochs(1, new long[] {1, 1, 1, 1}, 5))
                .hasMessageContainingAll("1.0 epochs", "80.0%", "5 tokens");
        assertThatThrownBy(() -> free.epochs(1, new long[] {1}, 5)).hasMessageContaining("1 counts of tokens for 4");
        assertThatThrownBy(() -> free.change(1.5)).hasMessageContaining("change between stages");
        assertThatThrownBy(() -> Problem.minimise(Map.of("a", -1.0, "b", 3.0), DOMAINS))
                .hasMessageContaining("gives a weight");
    }
}
