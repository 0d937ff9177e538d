package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectories;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CareTest {

    private static final List<String> DOMAINS = List.of("a", "b");

    /// 0.75 log(0.75 / 0.5) + 0.25 log(0.25 / 0.5) = 0.1308 nats.
    @Test
    void thePenaltyIsTheMeanDivergenceOfTheStages() {
        Care care = Care.NONE.towards(Mixture.of(DOMAINS, 0.5, 0.5), 2);
        Mixture other = Mixture.of(DOMAINS, 0.75, 0.25);
        assertThat(care.penalty(List.of(other))).isCloseTo(2 * 0.130812, within(1e-6));
        assertThat(care.penalty(List.of(other, Mixture.of(DOMAINS, 0.5, 0.5)))).isCloseTo(0.130812, within(1e-6));
        assertThat(Care.NONE.penalty(List.of(other))).isZero();
    }

    @Test
    void theStrongerThePullTheNearerEveryPlanIs() throws Exception {
        SyntheticWorld world = new SyntheticWorld(4, 2, 0.002, 1);
        Trajectories runs = world.train(world.switching(32, 3), 4);
        Mixture natural = world.natural();
        Problem problem = Problem.minimise("domain0", world.domains());
        TransitionModel transitions = TransitionModel.fit(runs, Regressor.standard(), 1, Progress.SILENT);
        MixtureLossModel losses = MixtureLossModel.fit(runs, Regressor.standard(), 1, Progress.SILENT);
        List<Mixture> candidates = DirichletDesign.regmix(natural).candidates(5_000, 1);
        double[][] distances = new double[3][3];
        double[] strengths = {0, 0.1, 10};
        for (int i = 0; i < strengths.length; i++) {
            Care care = Care.NONE.towards(natural, strengths[i]);
            List<Planner> planners = List.of(
                    Planner.regMix(losses, problem, candidates, care),
                    Planner.greedy(transitions, problem, candidates).careful(care),
                    Planner.lookAhead(transitions, problem, 1).careful(care));
            for (int p = 0; p < planners.size(); p++) {
                distances[p][i] =
                        distance(planners.get(p).plan(2, Progress.SILENT).schedule(), natural);
            }
        }
        for (double[] ofPlanner : distances) {
            assertThat(ofPlanner[0]).isGreaterThan(ofPlanner[1]);
            assertThat(ofPlanner[1]).isGreaterThan(ofPlanner[2]);
        }
        assertThat(distances[2][2]).isLessThan(0.05);
    }

    /// Half the sum of the weights' differences, the mean of the stages.
    private static double distance(MixtureSchedule schedule, Mixture natural) {
        double sum = 0;
        for (Mixture stage : schedule.stages()) {
            for (int d = 0; d < natural.size(); d++) {
                sum += Math.abs(stage.weight(d) - natural.weight(d)) / 2 / schedule.size();
            }
        }
        return sum;
    }

    @Test
    void careThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new Care(-1, Optional.empty(), 0)).hasMessageContaining("caution of -1.0");
        assertThatThrownBy(() -> new Care(0, Optional.empty(), 1)).hasMessageContaining("a mixture");
    }
}
