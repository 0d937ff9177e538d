package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoverageTest {

    private static final List<String> AB = List.of("a", "b");

    /// Eleven proxies from none of a to half of it, with losses of a from 4 to 2 after the first stage.
    private static final Coverage COVERAGE = Coverage.of(IntStream.rangeClosed(0, 10)
            .mapToObj(i -> new Trajectory(
                    "run" + i,
                    MixtureSchedule.constant(Mixture.of(AB, i / 20.0, 1 - i / 20.0), 2),
                    new double[][] {{9, 9}, {4 - 0.1 * i, 3}, {3 - 0.1 * i, 3}},
                    OptionalInt.empty()))
            .toList());

    @Test
    void saysNothingInside() {
        MixtureSchedule inside = new MixtureSchedule(List.of(Mixture.of(AB, 0.22, 0.78), Mixture.of(AB, 0.5, 0.5)));
        assertThat(COVERAGE.left(inside, 0, new double[][] {{20, 20}, {2.5, 3}, {0, 0}}, 0))
                .isEmpty();
    }

    /// Hellinger's distance of two mixtures of two domains is the root of 1 - cos of the angle between their
    /// roots: 0.391 from half of a to 95% of it, 0.159 from none of a to a twentieth.
    @Test
    void namesTheStageThatTrainsOnSomethingElse() {
        Mixture far = Mixture.of(AB, 0.95, 0.05);
        MixtureSchedule outside = new MixtureSchedule(List.of(Mixture.of(AB, 0.5, 0.5), far));
        assertThat(COVERAGE.left(outside, 0, new double[][] {{9, 9}, {2.5, 3}, {2, 3}}, 0))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("stage 2: no proxy trained on anything near a 95.0%, b 5.0% (distance 0.39,")
                .endsWith("at most 0.16)");
    }

    @Test
    void namesTheStagesThatGiveADomainMoreThanAnyProxyHad() {
        Mixture half = Mixture.of(AB, 0.5, 0.5);
        Mixture more = Mixture.of(AB, 0.55, 0.45);
        MixtureSchedule schedule = new MixtureSchedule(List.of(half, more, more, half, more));
        assertThat(COVERAGE.left(schedule, 0))
                .containsExactly(
                        "stages 2-3: a 55.0%, no proxy trained on more than 50.0%",
                        "stage 5: a 55.0%, no proxy trained on more than 50.0%");
        assertThat(COVERAGE.left(schedule, 3)).hasSize(1);
    }

    @Test
    void heaviestWeightItselfIsInside() {
        assertThat(COVERAGE.left(MixtureSchedule.constant(Mixture.of(AB, 0.5004, 0.4996), 2), 0))
                .isEmpty();
    }

    @Test
    void namesTheLossThatNoProxyHad() {
        MixtureSchedule inside = MixtureSchedule.constant(Mixture.of(AB, 0.5, 0.5), 2);
        assertThat(COVERAGE.left(inside, 0, new double[][] {{9, 9}, {1.5, 3}, {1, 3}}, 0))
                .containsExactly("stage 2 starts at a loss of 1.500 nats on a, the proxies had 2.000 to 4.000");
        assertThat(COVERAGE.outside(4.2, 0)).hasValue("4.200 nats on a, the proxies had 2.000 to 4.000");
        assertThat(COVERAGE.outside(3, 1)).isEmpty();
    }
}
