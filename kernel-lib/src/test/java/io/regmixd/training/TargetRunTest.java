package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Batches;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.Compute;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Llama;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Precision;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Table;

class TargetRunTest {

    @TempDir
    private static Path temporary;

    private static Corpus corpus;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        corpus = SmallCorpus.in(temporary.resolve("corpus"));
    }

    private static TargetRun target(Long... seeds) {
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        TrainingSettings settings =
                new TrainingSettings(tiny, 32, 4, 9, 3, LearningRate.cosine(1e-3, 2, 1e-4), 0.1, 64);
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        schedules.put("Human", MixtureSchedule.constant(corpus.natural(), 3));
        schedules.put("Uniform", MixtureSchedule.constant(Mixture.uniform(corpus.domains()), 3));
        return TargetRun.of(corpus, settings, schedules, List.of(seeds));
    }

    private static void assertSameLosses(Trajectories actual, Trajectories expected) {
        assertThat(actual.runs()).hasSameSizeAs(expected.runs());
        for (int i = 0; i < expected.runs().size(); i++) {
            for (int stage = 0; stage <= 3; stage++) {
                assertThat(actual.runs().get(i).losses(stage))
                        .containsExactly(expected.runs().get(i).losses(stage));
            }
        }
    }

    @Test
    void interruptedTargetsGoOnAtTheVeryStep(@TempDir Path folder) throws Exception {
        Trajectories undisturbed = target(1L, 2L).train(Files.createDirectory(folder.resolve("a")), Progress.SILENT);
        Path stopped = Files.createDirectory(folder.resolve("b"));
        // in the middle of the second stage of the second seed
        assertThatThrownBy(() -> target(1L, 2L).train(stopped, (step, done, message) -> {
                    if (message.contains("seed 2 of 2, step 5 of 9")) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);

        StringBuilder first = new StringBuilder();
        Trajectories resumed = target(1L, 2L).train(stopped, (step, done, message) -> {
            if (first.isEmpty()) {
                first.append(message);
            }
        });

        assertThat(first.toString()).isEqualTo("going on with seed 2 of 2 after step 5");
        assertSameLosses(resumed, undisturbed);
        assertThat(resumed.runs().get(2).run()).isEqualTo("Human, seed 2");
    }

    @Test
    void exposureIsWhatEachMethodReallyTrainedOn(@TempDir Path folder) throws Exception {
        TargetRun target = target(1L, 2L);
        Table exposure = target.exposure(target.train(folder, Progress.SILENT));

        assertThat(exposure.rowCount()).isEqualTo(2 * 3);
        Table uniform = exposure.where(exposure.stringColumn("method").isEqualTo("Uniform"));
        for (int d = 0; d < 3; d++) {
            // 9 steps of 4 sequences of 32 tokens, a third of them each
            assertThat(uniform.doubleColumn("tokens").get(d)).isEqualTo(12 * 32);
            assertThat(uniform.doubleColumn("epochs").get(d))
                    .isEqualTo(12 / Math.floor((corpus.trainTokens(d) - 1) / 32.0));
        }
        Table human = exposure.where(exposure.stringColumn("method").isEqualTo("Human"));
        assertThat(human.doubleColumn("tokens").sum()).isEqualTo(9 * 4 * 32);
        for (int d = 0; d < 3; d++) {
            assertThat(human.doubleColumn("tokens").get(d))
                    .isCloseTo(9 * 4 * 32 * corpus.natural().weight(d), within(32.0));
        }
    }

    @Test
    void killedProcessLosesAtMostAStage(@TempDir Path folder) throws Exception {
        Trajectories undisturbed = target(1L).train(Files.createDirectory(folder.resolve("a")), Progress.SILENT);
        Path killed = Files.createDirectory(folder.resolve("b"));
        // what a kill in the second stage leaves: the models saved at the end of the first
        assertThatThrownBy(() -> target(1L).train(killed, (step, done, message) -> {
                    if (message.contains("step 4 of 9")) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");

        StringBuilder first = new StringBuilder();
        Trajectories resumed = target(1L).train(killed, (step, done, message) -> {
            if (first.isEmpty()) {
                first.append(message);
            }
        });

        assertThat(first.toString()).isEqualTo("going on with seed 1 of 1 after step 3");
        assertSameLosses(resumed, undisturbed);
    }

    @Test
    void killedProcessGoesOnWithinAStageAndItsMetricsHaveEachStepOnce(@TempDir Path folder) throws Exception {
        Path undisturbed = Files.createDirectory(folder.resolve("a"));
        Trajectories expected = target(1L).train(undisturbed, Progress.SILENT);
        Path killed = Files.createDirectory(folder.resolve("b"));
        for (int stop : new int[] {2, 6, 8}) {
            assertThatThrownBy(() -> target(1L).savingWithin(Saving.ALWAYS).train(killed, (step, done, message) -> {
                        if (message.contains("step " + stop + " of 9")) {
                            throw new IllegalStateException("killed");
                        }
                    }))
                    .hasMessage("killed");
        }
        List<String> told = new ArrayList<>();
        Trajectories resumed =
                target(1L).savingWithin(Saving.ALWAYS).train(killed, (step, done, message) -> told.add(message));

        assertThat(told.getFirst()).isEqualTo("going on with seed 1 of 1 after step 7");
        assertSameLosses(resumed, expected);
        Table metrics = target(1L).metricsOf(killed, 1);
        assertThat(metrics.intColumn("step").asList())
                .containsExactly(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9);
        assertThat(metrics.stringColumn("run").asList().subList(0, 2))
                .containsExactly("Human, seed 1", "Uniform, seed 1");
        for (String same : List.of("loss_nats", "gradient_norm", "learning_rate")) {
            assertThat(metrics.doubleColumn(same).asList())
                    .isEqualTo(target(1L)
                            .metricsOf(undisturbed, 1)
                            .doubleColumn(same)
                            .asList());
        }
        assertThat(metrics.doubleColumn("tokens_per_second").min()).isPositive();
        Table exposure = target(1L).exposure(resumed);
        for (int d = 0; d < 3; d++) {
            LongColumn tokens = metrics.longColumn("tokens_" + corpus.domains().get(d));
            for (int k = 0; k < 2; k++) {
                assertThat((double) tokens.get(2 * 8 + k))
                        .isEqualTo(exposure.doubleColumn("tokens").get(3 * k + d));
            }
            assertThat(tokens.asList())
                    .isEqualTo(target(1L)
                            .metricsOf(undisturbed, 1)
                            .longColumn(tokens.name())
                            .asList());
        }
        assertThat(IntStream.range(0, 3)
                        .mapToLong(d -> metrics.longColumn(
                                        "tokens_" + corpus.domains().get(d))
                                .get(2 * 4))
                        .sum())
                .as("five steps of four sequences of 32 tokens")
                .isEqualTo(5 * 4 * 32);
    }

    @Test
    void damagedMetricsAreToldAndMadeAnew(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> target(1L).train(folder, (step, done, message) -> {
                    if (message.contains("step 5 of 9")) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        Files.write(folder.resolve("target-seed-1-metrics.arrow"), new byte[100]);
        List<String> told = new ArrayList<>();
        target(1L).train(folder, (step, done, message) -> told.add(message));

        assertThat(told).anyMatch(message -> message.startsWith("making them anew from step 4: "));
        assertThat(target(1L).metricsOf(folder, 1).intColumn("step").min()).isEqualTo(4);
    }

    @Test
    void finishedTargetsAreNotTrainedAgainAndMoreOrOtherSeedsMayFollow(@TempDir Path folder) throws Exception {
        Trajectories first = target(1L).train(folder, Progress.SILENT);
        assertThat(trained(folder, 1L)).isEmpty();
        assertThat(trained(folder, 1L, 2L)).containsExactly("seed 2 of 2");

        assertThat(trained(folder, 1L)).as("fewer").isEmpty();
        assertSameLosses(target(1L).train(folder, Progress.SILENT), first);
        assertThat(trained(folder, 3L)).as("others").containsExactly("seed 1 of 1");
        assertThat(trained(folder, 1L, 2L, 3L)).as("all were kept").isEmpty();
        assertThat(Trajectories.read(folder.resolve("target.arrow")).runs()).hasSize(6);
    }

    /// Which of these seeds were trained now.
    private static Set<String> trained(Path folder, Long... seeds) throws Exception {
        Set<String> trained = new LinkedHashSet<>();
        TargetRun target = target(seeds);
        assertThat(target.train(folder, (_, _, message) -> {
                            if (message.contains(", step ")) {
                                trained.add(message.replaceFirst(",.*", ""));
                            }
                        })
                        .runs())
                .extracting(Trajectory::run)
                .containsExactlyElementsOf(Stream.of(seeds)
                        .flatMap(seed -> target.methods().stream().map(method -> TargetRun.name(method, seed)))
                        .toList());
        return trained;
    }

    @Test
    void exportedTargetHasTheLossesOfItsMethod(@TempDir Path folder) throws Exception {
        TargetRun target = target(1L, 2L);
        target.train(folder, Progress.SILENT);
        double[] expected;
        try (Training trained = target.trained(folder, target.groups(folder).getLast())) {
            expected = trained.validationLosses(0, 64);
        }
        assertThat(Math.abs(expected[0] - expected[1])).as("methods differ").isGreaterThan(1e-3);
        for (String method : target.methods()) {
            Path exported = folder.resolve("exported").resolve(method);
            target.export(folder, method, 2, exported, Precision.FLOAT32, Progress.SILENT);
            assertThat(mean(exported)).isCloseTo(expected[target.methods().indexOf(method)], within(1e-5));
            assertThat(exported.resolve("config.json")).content().contains("\"eos_token_id\" : 0");
        }
        assertThatThrownBy(() -> target.export(folder, "DoReMi", 1, folder, Precision.FLOAT32, Progress.SILENT))
                .hasMessage("there is no target DoReMi, seed 1: methods are [Human, Uniform], seeds [1, 2]");
        assertThatThrownBy(() -> target.export(folder, "Human", 3, folder, Precision.FLOAT32, Progress.SILENT))
                .hasMessageContaining("there is no target Human, seed 3");
    }

    /// Of the first 64 validation tokens of the first domain.
    private static double mean(Path exported) throws Exception {
        int[] tokens = new int[2 * 33];
        Batches batches = Batches.of(corpus, 32);
        batches.validation(0, 0, tokens, 0);
        batches.validation(0, 1, tokens, 33);
        try (Llama loaded = Llama.load(exported, ComputeDevice.cpu(1), Compute.FLOAT32, Progress.SILENT)) {
            float[] losses = loaded.losses(tokens, 2, 32)[0];
            return (losses[0] + losses[1]) / 2.0;
        }
    }

    @Test
    void untrainedOrUnplannedTargetsAreClearErrors(@TempDir Path folder) {
        assertThatThrownBy(() ->
                        target(1L).trained(folder, target(1L).groups(folder).getFirst()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> target()).hasMessageContaining("0 seeds");
    }
}
