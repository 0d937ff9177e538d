package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.Compute;
import io.regmixd.engine.DeviceMemoryException;
import io.regmixd.engine.FakeGpus;
import io.regmixd.engine.Gpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Memory;
import io.regmixd.engine.Precision;
import io.regmixd.evaluation.Evaluation;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/// Targets of one seed that train in several groups, because memory does not hold them all.
class TargetGroupsTest {

    private static final LlamaConfig TINY = new LlamaConfig(1, 2, 16, 32, 256);
    private static final int CONTEXT = 32;
    private static final double ROUNDING = 1e-5; // nats per token: sums of other shapes
    private static final List<String> METHODS = List.of("Human", "Uniform", "steered");

    @TempDir
    private static Path temporary;

    private static Corpus corpus;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        corpus = SmallCorpus.in(temporary.resolve("corpus"));
    }

    /// Two GPUs of which each holds so many models by the model of memory.
    private static Gpus holding(int models) {
        long least = new Memory(TINY, models, CONTEXT, Compute.FLOAT32, 2).least();
        return new FakeGpus(2, (long) Math.ceil(least / Memory.SHARE));
    }

    private static TargetRun target(Gpus gpus) {
        TrainingSettings settings =
                new TrainingSettings(TINY, CONTEXT, 4, 9, 3, LearningRate.cosine(1e-2, 2, 1e-4), 0.1, 64);
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        schedules.put("Human", MixtureSchedule.constant(corpus.natural(), 3));
        schedules.put("Uniform", MixtureSchedule.constant(Mixture.uniform(corpus.domains()), 3));
        return TargetRun.of(corpus, settings, schedules, List.of(1L, 2L))
                .online(
                        "steered",
                        (soFar, stages, progress) -> soFar.map(TargetGroupsTest::byLosses)
                                .orElse(MixtureSchedule.constant(corpus.natural(), stages)))
                .where(gpus);
    }

    private static MixtureSchedule byLosses(Trajectory soFar) {
        List<Mixture> stages = new ArrayList<>(soFar.schedule().stages());
        Mixture next = Mixture.proportional(corpus.domains(), soFar.losses(stages.size()));
        while (stages.size() < 3) {
            stages.add(next);
        }
        return new MixtureSchedule(stages);
    }

    private static void assertSameLosses(Trajectories actual, Trajectories expected, double tolerance) {
        assertThat(actual.runs())
                .extracting(Trajectory::run)
                .containsExactlyElementsOf(
                        expected.runs().stream().map(Trajectory::run).toList());
        for (int i = 0; i < expected.runs().size(); i++) {
            for (int stage = 0; stage <= 3; stage++) {
                assertThat(actual.runs().get(i).losses(stage))
                        .containsExactly(expected.runs().get(i).losses(stage), within(tolerance));
            }
        }
    }

    @Test
    void asManyTrainTogetherAsFitAndTheResultsAreTheSame(@TempDir Path folder) throws Exception {
        Path together = Files.createDirectory(folder.resolve("together"));
        Trajectories expected = target(holding(3)).train(together, Progress.SILENT);
        Evaluation evaluated = Evaluation.of(corpus, target(holding(3)), together, Progress.SILENT);
        assertThat(target(holding(3)).groups(together))
                .containsExactly(new TargetRun.Group(1, METHODS), new TargetRun.Group(2, METHODS));

        for (int fit = 1; fit <= 2; fit++) {
            Path apart = Files.createDirectory(folder.resolve("by " + fit));
            List<String> told = new ArrayList<>();
            List<Double> done = new ArrayList<>();
            TargetRun target = target(holding(fit));
            Trajectories trained = target.train(apart, (step, share, message) -> {
                told.add(message);
                done.add(share);
            });

            assertThat(target.groups(apart)).hasSize(fit == 1 ? 6 : 4);
            assertThat(target.groups(apart).getFirst()).isEqualTo(new TargetRun.Group(1, METHODS.subList(0, fit)));
            assertSameLosses(trained, expected, ROUNDING);
            assertThat(Evaluation.of(corpus, target, apart, Progress.SILENT))
                    .usingRecursiveComparison()
                    .withComparatorForType(new DoubleComparator(ROUNDING), Double.class)
                    .isEqualTo(evaluated);
            assertThat(told).anyMatch(message -> message.startsWith("seed 2 of 2, steered, step 9 of 9"));
            assertThat(done).isSorted().endsWith(1.0);
        }
    }

    @Test
    void metricsOfAllGroupsLieInOneFile(@TempDir Path folder) throws Exception {
        target(holding(2)).train(folder, Progress.SILENT);
        Table metrics = target(holding(2)).metricsOf(folder, 2);
        assertThat(metrics.rowCount()).isEqualTo(9 * 3);
        for (String method : METHODS) {
            assertThat(metrics.where(metrics.stringColumn("run").isEqualTo(TargetRun.name(method, 2)))
                            .intColumn("step")
                            .asList())
                    .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
    }

    @Test
    void metricsThatAreMadeAnewInALaterGroupNameTheTargetsThatAreMissing(@TempDir Path folder) throws Exception {
        stop(target(holding(2)), folder, "seed 1 of 2, steered", "step 5 of 9");
        Files.write(folder.resolve("target-seed-1-metrics.arrow"), new byte[100]);
        List<String> told = new ArrayList<>();
        target(holding(2)).train(folder, (step, done, message) -> told.add(message));

        assertThat(told)
                .filteredOn(message -> message.contains("anew from step 6"))
                .singleElement()
                .asString()
                .contains("Human, seed 1; Uniform, seed 1", "target-seed-1-metrics.arrow")
                .doesNotContain("steered");
        Table metrics = target(holding(2)).metricsOf(folder, 1);
        assertThat(metrics.stringColumn("run").unique().asList()).containsExactly("steered, seed 1");
        assertThat(metrics.intColumn("step").asList()).containsExactly(6, 7, 8, 9);
    }

    @Test
    void groupsThatWereBegunGoOnAsTheyAreWhereOthersWouldFit(@TempDir Path folder) throws Exception {
        Trajectories expected = target(holding(3)).train(Files.createDirectory(folder.resolve("a")), Progress.SILENT);
        for (int[] fit : new int[][] {{2, 3}, {3, 1}}) {
            Path stopped = Files.createDirectory(folder.resolve("from " + fit[0] + " to " + fit[1]));
            stop(target(holding(fit[0])), stopped, "seed 1 of 2", "step 5 of 9");
            List<String> told = new ArrayList<>();
            TargetRun target = target(holding(fit[1]));
            Trajectories resumed = target.train(stopped, (step, done, message) -> told.add(message));

            assertSameLosses(resumed, expected, ROUNDING);
            assertThat(told.getFirst()).startsWith("going on with seed 1 of 2").endsWith("after step 5");
            assertThat(target.groups(stopped).getFirst()).isEqualTo(new TargetRun.Group(1, METHODS.subList(0, fit[0])));
            assertThat(target.groups(stopped).getLast().methods()).hasSize(fit[1]);
        }
    }

    private static void stop(TargetRun target, Path folder, String... at) {
        assertThatThrownBy(() -> target.train(folder, (step, done, message) -> {
                    if (List.of(at).stream().allMatch(message::contains)) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void groupThatWasStoppedGoesOnAtTheVeryStepAndItsNeighboursStay(@TempDir Path folder) throws Exception {
        Trajectories expected = target(holding(2)).train(Files.createDirectory(folder.resolve("a")), Progress.SILENT);
        Path stopped = Files.createDirectory(folder.resolve("b"));
        stop(target(holding(2)), stopped, "seed 2 of 2, steered", "step 8 of 9");
        assertThat(Trajectories.read(stopped.resolve("target.arrow")).runs()).hasSize(5);
        List<String> told = new ArrayList<>();
        TargetRun target = target(holding(2));
        Trajectories resumed = target.train(stopped, (step, done, message) -> told.add(message));

        assertSameLosses(resumed, expected, 0);
        assertThat(told)
                .startsWith("going on with seed 2 of 2, steered after step 8")
                .noneMatch(message -> message.contains("Human"));
        assertThat(target.metricsOf(stopped, 2).rowCount()).isEqualTo(9 * 3);
    }

    @Test
    void exportFindsTheModelInItsGroup(@TempDir Path folder) throws Exception {
        TargetRun target = target(holding(1));
        target.train(folder, Progress.SILENT);
        Path exported = folder.resolve("exported");
        target.export(folder, "Uniform", 2, exported, Precision.FLOAT32, Progress.SILENT);
        assertThat(exported.resolve("model.safetensors")).exists();
        assertThat(ArrowFile.read(folder.resolve("target.arrow")).table().rowCount())
                .isEqualTo(6 * 4 * 3);
    }

    /// Memory may turn out smaller than the driver said.
    @Test
    void groupThatRunsOutOfMemoryBeforeItIsSavedIsHalved(@TempDir Path folder) throws Exception {
        Trajectories expected = target(holding(3)).train(Files.createDirectory(folder.resolve("a")), Progress.SILENT);
        Path halved = Files.createDirectory(folder.resolve("b"));
        TargetRun target = target(holding(3));
        Trajectories trained = target.train(halved, outOfMemory("seed 1 of 2, step 2 of 9"));

        assertSameLosses(trained, expected, ROUNDING);
        assertThat(target.groups(halved))
                .extracting(TargetRun.Group::methods)
                .containsExactly(METHODS.subList(0, 1), METHODS.subList(1, 2), METHODS.subList(2, 3), METHODS);
    }

    @Test
    void groupThatRunsOutOfMemoryOnceItIsSavedLosesNothing(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> target(holding(3)).train(folder, outOfMemory("seed 1 of 2, step 5 of 9")))
                .isInstanceOf(DeviceMemoryException.class)
                .hasMessageContainingAll("Human and Uniform and steered", "seed 1", "GPU 0", folder.toString());
        List<String> told = new ArrayList<>();
        target(holding(3)).train(folder, (step, done, message) -> told.add(message));
        assertThat(told.getFirst()).isEqualTo("going on with seed 1 of 2 after step 3");
    }

    /// As a device that runs out of memory after this message.
    private static Progress outOfMemory(String at) {
        return (step, done, message) -> {
            if (message.startsWith(at)) {
                throw new DeviceMemoryException("out of memory", new IllegalStateException());
            }
        };
    }
}
