package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineTargetTest {

    private static final int STAGES = 3;

    @TempDir
    private static Path temporary;

    private static Corpus corpus;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        corpus = SmallCorpus.in(temporary.resolve("corpus"));
    }

    /// Trains on the natural mixture first, and then asks.
    private static Steering planner(Function<Trajectory, MixtureSchedule> replan) {
        return (soFar, stages, progress) ->
                soFar.map(replan).orElse(MixtureSchedule.constant(corpus.natural(), stages));
    }

    /// What was trained so far, then the last losses in proportion: no two states have the same answer.
    private static MixtureSchedule byLosses(Trajectory soFar) {
        List<Mixture> stages = new ArrayList<>(soFar.schedule().stages());
        Mixture next = Mixture.proportional(corpus.domains(), soFar.losses(stages.size()));
        stages.addAll(Collections.nCopies(STAGES - stages.size(), next));
        return new MixtureSchedule(stages);
    }

    private static TargetRun target(Map<String, MixtureSchedule> schedules, Long... seeds) {
        return target(9, schedules, seeds);
    }

    private static TargetRun target(int steps, Map<String, MixtureSchedule> schedules, Long... seeds) {
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        TrainingSettings settings =
                new TrainingSettings(tiny, 32, 4, steps, STAGES, LearningRate.cosine(1e-2, 2, 1e-4), 0.1, 64);
        return TargetRun.of(corpus, settings, schedules, List.of(seeds));
    }

    private static MixtureSchedule uniform() {
        return MixtureSchedule.constant(Mixture.uniform(corpus.domains()), STAGES);
    }

    private static double[][] losses(Trajectory run) {
        double[][] losses = new double[run.rows()][];
        Arrays.setAll(losses, run::losses);
        return losses;
    }

    @Test
    void plannerIsAskedAfterEachStageAlsoWhereStepsDoNotDivideEvenly(@TempDir Path folder) throws Exception {
        Trajectories trained = target(7, Map.of(), 1L)
                .online("steered", planner(OnlineTargetTest::byLosses))
                .train(folder, Progress.SILENT);

        Trajectory run = trained.runs().getFirst();
        for (int stage = 1; stage < STAGES; stage++) {
            assertThat(run.schedule().stages().get(stage))
                    .isEqualTo(Mixture.proportional(corpus.domains(), run.losses(stage)));
        }
    }

    @Test
    void onlineEqualsOfflineWhenThePlannerAnswersTheSame(@TempDir Path folder) throws Exception {
        Trajectories trained = target(Map.of("fixed", MixtureSchedule.constant(corpus.natural(), STAGES)), 1L)
                .online("steered", planner(soFar -> MixtureSchedule.constant(corpus.natural(), STAGES)))
                .train(folder, Progress.SILENT);

        assertThat(trained.runs()).extracting(Trajectory::run).containsExactly("fixed, seed 1", "steered, seed 1");
        assertThat(losses(trained.runs().get(1)))
                .isDeepEqualTo(losses(trained.runs().get(0)));
    }

    @Test
    void theRecordedScheduleIsTheOneThatWasTrainedAndWasChosenByTheTargetsOwnLosses(@TempDir Path folder)
            throws Exception {
        Path steered = Files.createDirectory(folder.resolve("steered"));
        MixtureSchedule natural = MixtureSchedule.constant(corpus.natural(), STAGES);
        target(Map.of("natural", natural), 1L, 2L)
                .online("steered", planner(OnlineTargetTest::byLosses))
                .train(steered, Progress.SILENT);
        // a session that plans nothing anew finds all in the folder
        Trajectories recorded = target(Map.of("natural", natural), 1L, 2L)
                .online("steered", planner(soFar -> uniform()))
                .train(steered, Progress.SILENT);

        for (int seed = 1; seed <= 2; seed++) {
            Trajectory run = recorded.runs().get(2 * seed - 1);
            assertThat(run.run()).isEqualTo("steered, seed " + seed);
            assertThat(run.schedule().stages().getFirst()).isEqualTo(corpus.natural());
            for (int stage = 1; stage < STAGES; stage++) {
                assertThat(run.schedule().stages().get(stage))
                        .isEqualTo(Mixture.proportional(corpus.domains(), run.losses(stage)));
            }
            Trajectory neighbour = recorded.runs().get(2 * seed - 2);
            assertThat(run.losses(1)).as("the first stage is the same").containsExactly(neighbour.losses(1));
            assertThat(run.losses(2)).as("other batches").isNotEqualTo(neighbour.losses(2));
            Path again = Files.createDirectory(folder.resolve("again-" + seed));
            Trajectories fixed =
                    target(Map.of("fixed", run.schedule()), (long) seed).train(again, Progress.SILENT);
            assertThat(losses(fixed.runs().getFirst())).isDeepEqualTo(losses(run));
        }
        assertThat(recorded.runs().get(1).schedule())
                .as("each seed has losses, and so a schedule, of its own")
                .isNotEqualTo(recorded.runs().get(3).schedule());
        assertThat(ArrowFile.read(steered.resolve("target-decisions.arrow"))
                        .table()
                        .columnNames())
                .containsExactly("run", "after_stage", "stage", "domain", "weight");
    }

    @Test
    void resumedEqualsUninterruptedAndNoDecisionIsMadeTwice(@TempDir Path folder) throws Exception {
        Trajectories undisturbed = target(Map.of("uniform", uniform()), 1L)
                .online("steered", planner(OnlineTargetTest::byLosses))
                .train(Files.createDirectory(folder.resolve("a")), Progress.SILENT);
        Path stopped = Files.createDirectory(folder.resolve("b"));
        assertThatThrownBy(() -> target(Map.of("uniform", uniform()), 1L)
                        .online("steered", planner(OnlineTargetTest::byLosses))
                        .train(stopped, (step, done, message) -> {
                            if (message.contains("step 5 of 9")) {
                                Thread.currentThread().interrupt();
                            }
                        }))
                .isInstanceOf(InterruptedException.class);

        List<Integer> asked = new ArrayList<>();
        Trajectories resumed = target(Map.of("uniform", uniform()), 1L)
                .online("steered", planner(soFar -> {
                    asked.add(soFar.schedule().size());
                    return byLosses(soFar);
                }))
                .train(stopped, Progress.SILENT);

        assertThat(asked).containsExactly(2);
        assertThat(resumed.runs().get(1).schedule())
                .isEqualTo(undisturbed.runs().get(1).schedule());
        assertThat(losses(resumed.runs().get(1)))
                .isDeepEqualTo(losses(undisturbed.runs().get(1)));
    }

    @Test
    void aPlannerThatIsInterruptedCostsNoStage(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> target(Map.of(), 1L)
                        .online("steered", interrupted(planner(OnlineTargetTest::byLosses)))
                        .train(folder, Progress.SILENT))
                .isInstanceOf(InterruptedException.class);
        List<String> messages = new ArrayList<>();
        Trajectories resumed = target(Map.of(), 1L)
                .online("steered", planner(OnlineTargetTest::byLosses))
                .train(folder, (step, done, message) -> messages.add(message));

        assertThat(messages.getFirst()).isEqualTo("going on with seed 1 of 1 after step 3");
        Trajectory run = resumed.runs().getFirst();
        assertThat(run.schedule().stages().get(1)).isEqualTo(Mixture.proportional(corpus.domains(), run.losses(1)));
    }

    private static Steering interrupted(Steering steering) {
        return (soFar, stages, progress) -> {
            if (soFar.isPresent()) {
                throw new InterruptedException("planning stopped");
            }
            return steering.steer(soFar, stages, progress);
        };
    }

    @Test
    void anotherMachinesRoundingIsTheSamePlanAndAnotherPlanIsRefused(@TempDir Path folder) throws Exception {
        MixtureSchedule planned = uniform();
        Trajectories first = target(Map.of("RegMix", planned), 1L).train(folder, Progress.SILENT);
        double[] weights = planned.stages().getFirst().weights();
        weights[0] += 1e-9;
        weights[1] -= 1e-9;
        MixtureSchedule rounded = MixtureSchedule.constant(Mixture.of(corpus.domains(), weights), STAGES);

        TargetRun elsewhere = target(Map.of("RegMix", rounded), 1L);
        assertThat(elsewhere.train(folder, Progress.SILENT).runs().getFirst().schedule())
                .isEqualTo(first.runs().getFirst().schedule());
        assertThat(elsewhere.trainingSeconds()).isZero();
        elsewhere.trained(folder, elsewhere.groups(folder).getFirst()).close();

        TargetRun other = target(Map.of("RegMix", MixtureSchedule.constant(corpus.natural(), STAGES)), 1L);
        assertThatThrownBy(() -> other.train(folder, Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("target-decisions.arrow belongs to another plan: run RegMix, seed 1")
                .hasMessageContaining("a run folder of its own");
        assertThatThrownBy(() -> other.trained(folder, other.groups(folder).getFirst()))
                .hasMessageContaining("belongs to another plan");
        TargetRun longer = target(Map.of("RegMix", MixtureSchedule.constant(corpus.natural(), 2)), 1L);
        assertThatThrownBy(() -> longer.train(folder, Progress.SILENT)).hasMessageContaining("planned now are 2");
    }

    @Test
    void methodsAreNamedOnceAndAtLeastOne(@TempDir Path folder) {
        TargetRun target = target(Map.of("uniform", uniform()), 1L);
        assertThatThrownBy(() -> target.online("uniform", planner(OnlineTargetTest::byLosses)))
                .hasMessageContaining("there is a method uniform already");
        assertThatThrownBy(() -> target(Map.of(), 1L).train(folder, Progress.SILENT))
                .hasMessageContaining("no method to train");
    }

    @Test
    void stagesThatHaveBegunAreNotRescheduled(@TempDir Path folder) throws Exception {
        Path run = Files.createDirectory(folder.resolve("run"));
        TargetRun target = target(Map.of("uniform", uniform()), 1L);
        target.train(run, Progress.SILENT);
        try (Training training = target.trained(run, target.groups(run).getFirst())) {
            assertThatThrownBy(() -> training.reschedule(0, MixtureSchedule.constant(corpus.natural(), STAGES)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("uniform, seed 1 at step 9")
                    .hasMessageContaining("the first 3 as they were trained");
            training.reschedule(0, uniform());
        }
    }
}
