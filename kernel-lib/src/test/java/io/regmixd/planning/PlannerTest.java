package io.regmixd.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.adaptive.ExpectedImprovement;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regression;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.Rows;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {

    private static final int STAGES = 4;
    private static final SyntheticWorld WORLD = new SyntheticWorld(4, STAGES, 0.002, 1);
    private static final Problem PROBLEM = Problem.minimise("domain2", WORLD.domains());
    private static final List<Mixture> CANDIDATES = WORLD.mixtures(3_000, 2);
    private static TransitionModel transitions;
    private static MixtureLossModel losses;

    /// Predicts a loss that falls with the weight of the first domain alone.
    private static final Regressor FIRST_WEIGHT = (x, y, seed) -> queries ->
            Arrays.stream(queries.scaled()).mapToDouble(row -> -row[0]).toArray();

    @BeforeAll
    static void fit() throws InterruptedException {
        Trajectories proxies = WORLD.train(WORLD.constant(WORLD.mixtures(40, 3)), 4);
        transitions = TransitionModel.fit(proxies, Regressor.gaussianProcess(), 5, Progress.SILENT);
        losses = MixtureLossModel.fit(proxies, Regressor.gaussianProcess(), 5, Progress.SILENT);
    }

    @Test
    void humanAndUniformAreConstant() throws InterruptedException {
        Mixture natural = Mixture.proportional(WORLD.domains(), 4, 3, 2, 1);
        Plan human = Planner.human(natural).plan(3, Progress.SILENT);
        assertThat(human.name()).isEqualTo("Human");
        assertThat(human.schedule()).isEqualTo(MixtureSchedule.constant(natural, 3));
        assertThat(human.predictedLosses()).isEmpty();
        assertThat(human.predictedFinalLosses()).isEmpty();
        assertThat(Planner.uniform(WORLD.domains()).plan(2, Progress.SILENT).schedule())
                .isEqualTo(MixtureSchedule.constant(Mixture.uniform(WORLD.domains()), 2));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void regMixComesCloseToAKnownOptimum(long seed) throws InterruptedException {
        double[] optimum = {0.55, 0.25, 0.15, 0.05};
        Trajectories bowl = new Trajectories(
                WORLD.domains(),
                1,
                1000,
                WORLD.mixtures(60, seed).stream()
                        .map(mixture -> {
                            double loss = 3;
                            for (int d = 0; d < 4; d++) {
                                loss += Math.pow(mixture.weight(d) - optimum[d], 2);
                            }
                            return new Trajectory(
                                    mixture.toString(),
                                    MixtureSchedule.constant(mixture, 1),
                                    new double[][] {{5, 5, 5, 5}, {loss, 4, 4, 4}},
                                    OptionalInt.empty());
                        })
                        .toList());
        MixtureLossModel model = MixtureLossModel.fit(bowl, Regressor.gaussianProcess(), 5, Progress.SILENT);
        Plan plan = Planner.regMix(
                        model, Problem.minimise("domain0", WORLD.domains()), WORLD.mixtures(20_000, seed + 10))
                .plan(1, Progress.SILENT);
        assertThat(plan.schedule().stages().getFirst().weights()).containsExactly(optimum, within(0.06));
        assertThat(plan.predictedFinalLosses().orElseThrow()).containsExactly(new double[] {3, 4, 4, 4}, within(0.01));
    }

    @Test
    void regMixIsTheMeanOfTheBest128Candidates() throws InterruptedException {
        Trajectories proxies = WORLD.train(WORLD.constant(WORLD.mixtures(8, 3)), 4);
        MixtureLossModel model = MixtureLossModel.fit(proxies, FIRST_WEIGHT, 1, Progress.SILENT);
        List<Mixture> best = CANDIDATES.stream()
                .sorted(Comparator.comparingDouble(m -> -m.weight(0)))
                .limit(128)
                .sorted(Comparator.comparingInt(CANDIDATES::indexOf))
                .toList();
        assertThat(Planner.regMix(model, PROBLEM, CANDIDATES)
                        .plan(2, Progress.SILENT)
                        .schedule())
                .isEqualTo(MixtureSchedule.constant(Mixture.mean(best), 2));
    }

    @Test
    void regMixSaysWhichDomainNoProxyHadSoMuchOf() throws InterruptedException {
        List<Mixture> trained = WORLD.mixtures(40, 3);
        double heaviest = trained.stream().mapToDouble(m -> m.weight(0)).max().orElseThrow();
        MixtureLossModel model =
                MixtureLossModel.fit(WORLD.train(WORLD.constant(trained), 4), FIRST_WEIGHT, 5, Progress.SILENT);
        List<Mixture> alone = Collections.nCopies(128, Mixture.of(WORLD.domains(), 1, 0, 0, 0));
        assertThat(Planner.regMix(model, PROBLEM, alone)
                        .plan(3, Progress.SILENT)
                        .warnings())
                .contains(String.format(
                        Locale.ROOT,
                        "stages 1-3: domain0 100.0%%, no proxy trained on more than %.1f%%",
                        100 * heaviest));
        assertThat(Planner.regMix(model, PROBLEM, Collections.nCopies(128, trained.getFirst()))
                        .plan(3, Progress.SILENT)
                        .warnings())
                .isEmpty();
    }

    @Test
    void ofEqualCandidatesTheEarlierCount() throws InterruptedException {
        Regressor indifferent = (x, y, seed) -> queries -> new double[queries.size()];
        Trajectories proxies = WORLD.train(WORLD.constant(WORLD.mixtures(8, 3)), 4);
        MixtureLossModel model = MixtureLossModel.fit(proxies, indifferent, 1, Progress.SILENT);
        assertThat(Planner.regMix(model, PROBLEM, CANDIDATES)
                        .plan(1, Progress.SILENT)
                        .schedule()
                        .mean())
                .isEqualTo(Mixture.mean(CANDIDATES.subList(0, 128)));
    }

    @Test
    void plansPredictTheRolloutOfTheirOwnSchedule() throws InterruptedException {
        for (Planner planner :
                List.of(Planner.greedy(transitions, PROBLEM, CANDIDATES), Planner.lookAhead(transitions, PROBLEM, 1))) {
            Plan plan = planner.plan(STAGES, Progress.SILENT);
            double[][] predicted = plan.predictedLosses().orElseThrow();
            assertThat(predicted).isDeepEqualTo(transitions.rollout(plan.schedule(), transitions.initialLosses()));
            assertThat(plan.predictedFinalLosses()).hasValue(predicted[STAGES]);
        }
    }

    @Test
    void plansComeCloseToTheBestCandidateAndBeatUniform() throws InterruptedException {
        double best = WORLD.constant(CANDIDATES).stream()
                .mapToDouble(PlannerTest::finalLoss)
                .min()
                .orElseThrow();
        double uniform = finalLoss(
                Planner.uniform(WORLD.domains()).plan(STAGES, Progress.SILENT).schedule());
        assertThat(uniform - best).as("what there is to gain").isGreaterThan(0.2);
        for (Planner planner : List.of(
                Planner.regMix(losses, PROBLEM, CANDIDATES),
                Planner.greedy(transitions, PROBLEM, CANDIDATES),
                Planner.lookAhead(transitions, PROBLEM, 1))) {
            assertThat(finalLoss(planner.plan(STAGES, Progress.SILENT).schedule()) - best)
                    .as(planner.name())
                    .isLessThan(0.1 * (uniform - best));
        }
    }

    @Test
    void theFirstStageCanBeTheNaturalMixture() throws InterruptedException {
        Mixture natural = Mixture.proportional(WORLD.domains(), 4, 3, 2, 1);
        Plan plan = Planner.greedy(transitions, PROBLEM, CANDIDATES)
                .firstStage(natural)
                .plan(STAGES, Progress.SILENT);
        assertThat(plan.name()).isEqualTo("RegMix-D greedy");
        assertThat(plan.schedule().stages().getFirst()).isEqualTo(natural);
        assertThat(plan.schedule().stages().get(1).weight("domain2")).isGreaterThan(0.5);
        assertThat(plan.predictedLosses().orElseThrow())
                .isDeepEqualTo(transitions.rollout(plan.schedule(), transitions.initialLosses()));
    }

    /// A loss in steps, as trees predict it, with many ties, and all of it off by up to 1e-12 of itself.
    private static Regressor disturbed(long noise) {
        return (x, y, seed) -> new Regression() {
            private final Random random = new Random(noise);

            private double off(double value) {
                return noise == 0 ? value : value * (1 + 1e-12 * (2 * random.nextDouble() - 1));
            }

            @Override
            public double[] predict(Rows queries) {
                return Arrays.stream(queries.scaled())
                        .mapToDouble(row -> off(1.3 - 0.1 * Math.floor(10 * row[1]) + 0.05 * Math.floor(8 * row[3])))
                        .toArray();
            }

            @Override
            public Optional<double[]> errors(Rows queries) {
                return Optional.of(Arrays.stream(queries.scaled())
                        .mapToDouble(row -> off(0.1 + 0.02 * Math.floor(5 * row[2])))
                        .toArray());
            }

            @Override
            public Optional<Regression> believing(Rows query) {
                return Optional.of(this);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void plansDoNotHangOnThePredictionsLastBits(long noise) throws InterruptedException {
        Trajectories proxies = WORLD.train(WORLD.constant(WORLD.mixtures(40, 3)), 4);
        assertThat(plans(proxies, disturbed(noise))).isEqualTo(plans(proxies, disturbed(0)));
    }

    /// By every planner, with and without constraints, and the mixtures that an adaptive sweep would train next.
    private static List<List<Mixture>> plans(Trajectories proxies, Regressor regressor) throws InterruptedException {
        TransitionModel transition = TransitionModel.fitWithSpread(proxies, regressor, 5, Progress.SILENT);
        MixtureLossModel model = MixtureLossModel.fit(proxies, regressor, 5, Progress.SILENT);
        Mixture natural = Mixture.proportional(WORLD.domains(), 4, 3, 2, 1);
        List<List<Mixture>> plans = new ArrayList<>();
        for (Problem problem : List.of(PROBLEM, PROBLEM.change(0.2).weight("domain1", 0, 0.4))) {
            for (Planner planner : List.of(
                    Planner.regMix(model, problem, CANDIDATES),
                    Planner.greedy(transition, problem, CANDIDATES),
                    Planner.greedy(transition, problem, CANDIDATES).cautious(1),
                    Planner.lookAhead(transition, problem, 1),
                    Planner.lookAhead(transition, problem, 1).cautious(1),
                    Planner.published(proxies, problem, regressor, natural, CANDIDATES, 1, 5))) {
                plans.add(planner.plan(STAGES, Progress.SILENT).schedule().stages());
            }
        }
        plans.add(ExpectedImprovement.choose(model, PROBLEM, CANDIDATES.subList(0, 40), CANDIDATES, 6));
        return plans;
    }

    @Test
    void plansAreTheSameEveryTime() throws InterruptedException {
        for (Planner planner :
                List.of(Planner.greedy(transitions, PROBLEM, CANDIDATES), Planner.lookAhead(transitions, PROBLEM, 1))) {
            assertThat(planner.plan(STAGES, Progress.SILENT).schedule())
                    .isEqualTo(planner.plan(STAGES, Progress.SILENT).schedule());
        }
    }

    @Test
    void planKeepsItsNumbersToItself() throws InterruptedException {
        Plan plan = Planner.greedy(transitions, PROBLEM, CANDIDATES).plan(STAGES, Progress.SILENT);
        plan.predictedLosses().orElseThrow()[STAGES][0] = -1;
        plan.predictedFinalLosses().orElseThrow()[0] = -1;
        assertThat(plan.predictedFinalLosses().orElseThrow()[0]).isPositive();
    }

    @Test
    void planReadsAsItsStages() throws InterruptedException {
        assertThat(Planner.human(Mixture.of(List.of("a", "b"), 0.75, 0.25)).plan(3, Progress.SILENT))
                .hasToString("Human\n  stages 1-3: a 75.0%, b 25.0%");
    }

    @Test
    void tellsProgressUpToOne() throws InterruptedException {
        for (Planner planner : List.of(
                Planner.regMix(losses, PROBLEM, CANDIDATES),
                Planner.greedy(transitions, PROBLEM, CANDIDATES),
                Planner.lookAhead(transitions, PROBLEM, 1))) {
            List<Double> fractions = new ArrayList<>();
            planner.plan(STAGES, (step, fraction, message) -> fractions.add(fraction));
            assertThat(fractions).isSorted().containsOnlyOnce(1.0).endsWith(1.0);
        }
    }

    @Test
    void planningCanBeInterrupted() {
        for (Planner planner : List.of(
                Planner.regMix(losses, PROBLEM, CANDIDATES),
                Planner.greedy(transitions, PROBLEM, CANDIDATES),
                Planner.lookAhead(transitions, PROBLEM, 1))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> planner.plan(STAGES, Progress.SILENT)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void refusesWhatCannotBePlanned() {
        Problem foreignProblem = Problem.minimise("x", List.of("x"));
        assertThatThrownBy(() -> Planner.regMix(losses, foreignProblem, CANDIDATES))
                .hasMessageContaining("the problem is over [x]");
        assertThatThrownBy(() -> Planner.lookAhead(transitions, foreignProblem, 1))
                .hasMessageContaining("the problem is over [x]");
        assertThatThrownBy(() -> Planner.greedy(transitions, PROBLEM, CANDIDATES.subList(0, 127)))
                .hasMessageContaining("got only 127");
        List<Mixture> foreign = new ArrayList<>(CANDIDATES);
        foreign.add(Mixture.uniform(List.of("x")));
        assertThatThrownBy(() -> Planner.greedy(transitions, PROBLEM, foreign))
                .hasMessageContaining("mixture over [x]");
        assertThatThrownBy(
                        () -> Planner.greedy(transitions, PROBLEM, CANDIDATES).plan(5, Progress.SILENT))
                .hasMessage(
                        "a schedule of 5 stages, but the proxies had 4: plan and sweep with the same number of stages");
        assertThatThrownBy(() ->
                        Planner.greedy(transitions, PROBLEM, CANDIDATES).firstStage(Mixture.uniform(List.of("x"))))
                .hasMessageContaining("mixture over [x]");
        assertThatThrownBy(() -> Planner.uniform(WORLD.domains()).plan(0, Progress.SILENT))
                .hasMessageContaining("0 stages");
    }

    private static double finalLoss(MixtureSchedule schedule) {
        return WORLD.losses(schedule)[STAGES][WORLD.domains().indexOf("domain2")];
    }
}
