package io.regmixd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The optima that planners are measured against.
class SyntheticWorldTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bestScheduleIsTheBestOfAFineGrid(long seed) {
        SyntheticWorld world = new SyntheticWorld(2, 3, 0, seed);
        double best = Double.POSITIVE_INFINITY;
        for (int a = 0; a <= 100; a++) {
            for (int b = 0; b <= 100; b++) {
                for (int c = 0; c <= 100; c++) {
                    double[][] schedule = {mixture(a), mixture(b), mixture(c)};
                    best = Math.min(best, world.losses(schedule)[3][0]);
                }
            }
        }
        assertThat(world.losses(world.bestSchedule(0))[3][0]).isLessThanOrEqualTo(best + 1e-9);
        assertThat(world.losses(world.bestSchedule(0))[3][0]).isCloseTo(best, within(1e-3));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bestMixtureIsTheBestOfAFineGridAndNoBetterThanTheBestSchedule(long seed) {
        SyntheticWorld world = new SyntheticWorld(2, 3, 0, seed);
        double best = Double.POSITIVE_INFINITY;
        for (int a = 0; a <= 1000; a++) {
            double[] mixture = {a / 1000.0, 1 - a / 1000.0};
            best = Math.min(best, world.losses(new double[][] {mixture, mixture, mixture})[3][0]);
        }
        double found = world.losses(MixtureSchedule.constant(world.bestMixture(0), 3))[3][0];
        assertThat(found).isCloseTo(best, within(1e-6));
        assertThat(world.losses(world.bestSchedule(0))[3][0]).isLessThanOrEqualTo(found + 1e-9);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noRandomScheduleOfTenDomainsBeatsTheBest(long seed) {
        SyntheticWorld world = new SyntheticWorld(10, 5, 0, seed);
        double best = world.losses(world.bestSchedule(0))[5][0];
        assertThat(world.switching(5_000, seed))
                .allSatisfy(schedule -> assertThat(world.losses(schedule)[5][0]).isGreaterThan(best));
    }

    @Test
    void orderMattersAndWhatWasLearntFades() {
        SyntheticWorld world = new SyntheticWorld(3, 4, 0, 1);
        Mixture own = Mixture.of(world.domains(), 1, 0, 0);
        Mixture other = Mixture.of(world.domains(), 0, 1, 0);
        double late = world.losses(new MixtureSchedule(List.of(other, other, other, own)))[4][0];
        double early = world.losses(new MixtureSchedule(List.of(own, other, other, other)))[4][0];
        assertThat(late).isLessThan(early);
    }

    private static double[] mixture(int percent) {
        return new double[] {percent / 100.0, 1 - percent / 100.0};
    }
}
