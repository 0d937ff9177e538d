package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForeseenTest {

    private static final List<String> DOMAINS = List.of("web", "code");
    private static final MixtureSchedule SCHEDULE = new MixtureSchedule(
            List.of(Mixture.of(DOMAINS, 0.5, 0.5), Mixture.of(DOMAINS, 0, 1), Mixture.uniform(DOMAINS)));
    private static final double[][] PREDICTED = {{5, 5}, {3, 4}, {3.5, 2}, {2.5, 2.25}};
    private static final double[][] ERRORS = {{0, 0}, {0.1, 0.2}, {0.1, 0.3}, {0.1, 0.4}};

    private static Trajectory target(String name, MixtureSchedule schedule, double... ofCode) {
        double[][] losses = IntStream.range(0, ofCode.length)
                .mapToObj(s -> new double[] {9, ofCode[s]})
                .toArray(double[][]::new);
        OptionalInt diverged = ofCode.length <= schedule.size() ? OptionalInt.of(10) : OptionalInt.empty();
        return new Trajectory(name, schedule, losses, diverged);
    }

    private static Trajectories targets(Trajectory... runs) {
        return new Trajectories(DOMAINS, 3, 1000, Arrays.asList(runs));
    }

    private static Plan plan(double[][] errors) {
        return Plan.withLosses("look-ahead", SCHEDULE, PREDICTED, errors, List.of());
    }

    @Test
    void predictionStandsBesideTheMeanOfTheTargetsThatWereCompleted() {
        Trajectories targets = targets(
                target("one", SCHEDULE, 6, 3, 2, 1),
                target("two", SCHEDULE, 6, 4, 3, 1.5),
                target("lost", SCHEDULE, 6, 4));
        Foreseen foreseen = Foreseen.of(plan(ERRORS), targets, "code");
        assertThat(foreseen.predicted()).containsExactly(4.0, 2.0, 2.25);
        assertThat(foreseen.observed()).containsExactly(List.of(3.0, 2.0, 1.0), List.of(4.0, 3.0, 1.5));
        assertThat(foreseen.mean()).containsExactly(3.5, 2.5, 1.25);
        // Student's quantile of eight halves, from a table
        assertThat(foreseen.margins()).containsExactly(2.306 * 0.2, 2.306 * 0.3, 2.306 * 0.4);
        assertThat(foreseen.inWords()).contains("2.250", "± 0.922", "2 targets", "1.250", "1 of 2 times");
    }

    @Test
    void planWithoutSpreadHasNoMargins() {
        Foreseen foreseen = Foreseen.of(plan(new double[0][]), targets(target("one", SCHEDULE, 6, 3, 2, 1)), "code");
        assertThat(foreseen.margins()).hasSize(3).containsOnly(Double.NaN);
        assertThat(foreseen.inWords()).doesNotContain("±");
    }

    @Test
    void whatCannotBeComparedIsNamed() {
        Trajectories targets = targets(target("one", SCHEDULE, 6, 3, 2, 1));
        Plan silent = Plan.withoutPrediction("annealing", SCHEDULE);
        refused("annealing predicts no losses by stage", silent, targets, "code");
        refused("no domain cobol in [web, code]", plan(ERRORS), targets, "cobol");
        refused("none of 1 targets", plan(ERRORS), targets(target("lost", SCHEDULE, 6, 4)), "code");
        Trajectory other = target("other", MixtureSchedule.constant(Mixture.uniform(DOMAINS), 3), 6, 3, 2, 1);
        refused("target other was trained on another schedule", plan(ERRORS), targets(other), "code");
    }

    private static void refused(String message, Plan plan, Trajectories targets, String objective) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Foreseen.of(plan, targets, objective))
                .withMessageContaining(message);
    }
}
