package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ScaleMapTest {

    private static final double[][] EXPECTED = {{5.5, 5.5, 5.5}, {4, 3, 2.5}, {3.5, 2.8, 2.1}};

    private static Trajectory target(double[][] losses) {
        Mixture mixture = Mixture.uniform(List.of("a", "b", "c"));
        return new Trajectory(
                "target", MixtureSchedule.constant(mixture, losses.length - 1), losses, OptionalInt.empty());
    }

    @Test
    void noneAndPower() {
        Trajectory target = target(new double[][] {{5, 5, 5}, {4, 3, 2}});
        assertThat(ScaleMap.none().toProxies(target, EXPECTED)).containsExactly(4, 3, 2);
        assertThat(ScaleMap.power(1000, 0.05).toProxies(target, EXPECTED))
                .containsExactly(
                        new double[] {4 * 1.4125375446227544, 3 * 1.4125375446227544, 2 * 1.4125375446227544},
                        within(1e-12));
    }

    @Test
    void calibratedComesBackFromAConstantFactor() {
        double[][] losses = Arrays.stream(EXPECTED)
                .map(row -> Arrays.stream(row).map(loss -> 0.7 * loss).toArray())
                .toArray(double[][]::new);
        assertThat(ScaleMap.calibrated().toProxies(target(losses), EXPECTED))
                .containsExactly(EXPECTED[2], within(1e-12));
    }

    @Test
    void calibratedComesNearlyBackFromAPower() {
        double[][] losses = Arrays.stream(EXPECTED)
                .map(row -> Arrays.stream(row)
                        .map(loss -> 0.8 * Math.pow(loss, 1.3))
                        .toArray())
                .toArray(double[][]::new);
        assertThat(ScaleMap.calibrated().toProxies(target(losses), EXPECTED))
                .containsExactly(EXPECTED[2], within(0.05));
    }

    @Test
    void calibratedKeepsWhatTheTargetLearntBetterThanExpected() {
        double[][] losses = Arrays.stream(EXPECTED).map(double[]::clone).toArray(double[][]::new);
        losses[2][1] *= 0.9;
        double[] mapped = ScaleMap.calibrated().toProxies(target(losses), EXPECTED);
        assertThat(mapped[1]).isBetween(0.9 * 2.8, 0.95 * 2.8);
        assertThat(mapped[0]).isBetween(3.5, 3.65);
    }
}
