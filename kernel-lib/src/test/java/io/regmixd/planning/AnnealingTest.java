package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnnealingTest {

    private static final List<String> DOMAINS = List.of("good", "fine", "much", "more");
    private static final Mixture NATURAL = Mixture.of(DOMAINS, 0.1, 0.1, 0.3, 0.5);
    private static final long TOKENS = 1_000;

    private static List<Mixture> stages(Problem problem) throws Exception {
        return Planner.annealing(NATURAL, problem)
                .plan(5, Progress.SILENT)
                .schedule()
                .stages();
    }

    private static Problem supply(Problem problem, long good, long fine, long much) {
        return problem.epochs(1, new long[] {good, fine, much, 10_000}, TOKENS);
    }

    @Test
    void scarceTextThatNatureLeavesIsSpentInTheLastStageWhateverTheBoundPerStage() throws Exception {
        Problem problem = supply(Problem.minimise("good", DOMAINS).weight("good", 0, 0.3), 200, 10_000, 10_000);
        List<Mixture> stages = stages(problem);
        assertThat(stages.subList(0, 4))
                .allSatisfy(mixture -> assertThat(mixture.weights()).containsExactly(NATURAL.weights(), within(1e-6)));
        // 0.2 of the run are 1.0 of a stage, of which four stages took 0.4
        assertThat(stages.getLast().weights())
                .containsExactly(new double[] {0.6, 0.4 / 9, 0.4 * 3 / 9, 0.4 * 5 / 9}, within(1e-6));
    }

    @Test
    void lessTextThanNatureWouldShowIsSpreadEvenly() throws Exception {
        assertThat(stages(supply(Problem.minimise("good", DOMAINS), 50, 10_000, 10_000)))
                .allSatisfy(mixture -> assertThat(mixture.weight(0)).isCloseTo(0.05, within(1e-5)));
    }

    @Test
    void textThatIsNotScarceIsShownAsMuchAsItsBoundAllows() throws Exception {
        List<Mixture> stages = stages(Problem.minimise("good", DOMAINS).weight("good", 0, 0.3));
        assertThat(stages.getLast().weight(0)).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void severalDomainsShareTheLastStage() throws Exception {
        Problem mean = Problem.minimise(Map.of("good", 0.5, "fine", 0.5), DOMAINS);
        List<Mixture> stages = stages(supply(mean, 300, 200, 10_000));
        // 1.1 and 0.6 stages are left, and one can be had
        assertThat(stages.getLast().weight(0) + stages.getLast().weight(1)).isCloseTo(1, within(1e-6));
        assertThat(stages.getLast().weight(0) / stages.getLast().weight(1)).isCloseTo(1 / 0.6, within(1e-3));
    }

    @Test
    void otherScarceDomainsLast() throws Exception {
        Problem problem = supply(Problem.minimise("good", DOMAINS), 200, 10_000, 100);
        double much = stages(problem).stream()
                .mapToDouble(mixture -> mixture.weight(2))
                .sum();
        assertThat(much).isLessThanOrEqualTo(5 * 0.1 + 1e-6);
    }

    @Test
    void mixtureOverOtherDomainsIsRefused() {
        Problem problem = Problem.minimise("good", DOMAINS);
        assertThatThrownBy(() -> Planner.annealing(Mixture.uniform(List.of("good", "bad")), problem))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bad");
    }
}
