package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.FakeGpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Precision;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.TensorFile;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingTest {

    private static final LlamaConfig TINY = new LlamaConfig(1, 2, 16, 32, 256);

    @TempDir
    private static Path temporary;

    private static Corpus corpus;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        corpus = SmallCorpus.in(temporary);
    }

    /// What this run gave when domains were first drawn by quota. A change that moves it changes what every sweep
    /// teaches: it must be meant, and said.
    @Test
    void goldenLossCurve() throws Exception {
        Mixture first = Mixture.of(corpus.domains(), 0.6, 0.3, 0.1);
        Mixture then = Mixture.of(corpus.domains(), 0.1, 0.2, 0.7);
        Run run = new Run("golden", new MixtureSchedule(List.of(first, then, then)), 42);
        Trajectory golden = train(settings(5e-3), List.of(run)).getFirst();

        double[][] expected = {
            {5.711747, 5.789091, 5.762030},
            {5.160329, 5.188803, 5.147807},
            {4.744923, 4.780656, 4.733182},
            {4.282063, 4.311630, 4.291073}
        };
        for (int stage = 0; stage < expected.length; stage++) {
            assertThat(golden.losses(stage)).as("stage " + stage).containsExactly(expected[stage], within(1e-4));
        }
    }

    @Test
    void lossOnTheTrainedDomainFallsAndTrajectoryHasEveryStage() throws Exception {
        Trajectory trajectory =
                train(settings(5e-3), List.of(constant("run", 1, 1, 0, 0))).getFirst();

        assertThat(trajectory.completed()).isTrue();
        assertThat(trajectory.rows()).isEqualTo(4);
        assertThat(trajectory.loss(0, 0))
                .as("untrained: the logarithm of the vocabulary")
                .isCloseTo(Math.log(256), within(0.5));
        assertThat(trajectory.loss(3, 0)).isLessThan(trajectory.loss(0, 0) - 1);
    }

    @Test
    void trainingThatFailsBeforeItsFirstStepLeavesNothingOnTheDevice() throws Exception {
        ComputeDevice broken = ComputeDevice.gpu(1, FakeGpus.broken(2));
        int before = FakeGpus.tensors();
        assertThatThrownBy(() ->
                        Training.start(corpus, settings(1e-3), List.of(constant("run", 1, 1, 0, 0)), List.of(broken)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GPU 1 has fallen off the bus");
        assertThat(FakeGpus.tensors()).isEqualTo(before);
    }

    @Test
    void modelWhoseVocabularyIsNotTheCorpussIsRefused() {
        for (int vocabulary : new int[] {255, 256 + 1024, 50_432}) {
            TrainingSettings settings = new TrainingSettings(
                    new LlamaConfig(1, 2, 16, 32, vocabulary), 32, 4, 12, 3, LearningRate.constant(1e-3, 1), 0.1, 64);
            assertThatThrownBy(() ->
                            Training.start(corpus, settings, List.of(constant("a", 1, 1, 0, 0)), ComputeDevice.cpu(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(String.format(Locale.ROOT, "%,d", vocabulary), "256");
        }
        TrainingSettings padded = new TrainingSettings(
                new LlamaConfig(1, 2, 16, 32, 320), 32, 4, 12, 3, LearningRate.constant(1e-3, 1), 0.1, 64);
        padded.requireVocabularyOf(corpus);
    }

    @Test
    void runOfAGroupEqualsTheSameRunAlone() throws Exception {
        Run run = constant("run", 2, 0.2, 0.3, 0.5);
        Trajectory alone = train(settings(5e-3), List.of(run)).getFirst();
        Trajectory inGroup = train(settings(5e-3), List.of(constant("a", 1, 1, 0, 0), run, constant("b", 3, 0, 1, 0)))
                .get(1);

        for (int stage = 0; stage <= 3; stage++) {
            assertThat(inGroup.losses(stage)).containsExactly(alone.losses(stage), within(1e-3));
        }
    }

    @Test
    void scheduleDecidesWhatAStageSees() throws Exception {
        Mixture first = Mixture.of(corpus.domains(), 1, 0, 0);
        Mixture second = Mixture.of(corpus.domains(), 0, 0, 1);
        Run switching = new Run("switching", new MixtureSchedule(List.of(first, first, second)), 1);
        List<Trajectory> runs = train(settings(5e-3), List.of(switching, constant("constant", 1, 1, 0, 0)));

        assertThat(runs.get(0).losses(2))
                .as("equal until the switch")
                .containsExactly(runs.get(1).losses(2), within(1e-4));
        assertThat(runs.get(0).loss(3, 2)).isNotEqualTo(runs.get(1).loss(3, 2));
    }

    /// Within a stage, and after its last step, while the losses are measured.
    @ParameterizedTest
    @CsvSource({"6, training stopped after step 6", "8, measuring stopped in domain alpha after step 8"})
    void resumedTrainingEqualsUninterruptedTrainingToTheBit(int stopped, String message) throws Exception {
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0), constant("b", 2, 0, 0.5, 0.5));
        TrainingSettings settings = settings(5e-3);
        List<Trajectory> uninterrupted = train(settings, runs);
        Path file = temporary.resolve("resumed-" + stopped + ".arrow");
        try (Training training = Training.start(corpus, settings, runs, ComputeDevice.cpu(1))) {
            training.stage(Training.Listener.SILENT);
            assertThatThrownBy(() -> training.stage(metrics -> {
                        if (metrics.step() == stopped) {
                            Thread.currentThread().interrupt();
                        }
                    }))
                    .isInstanceOf(InterruptedException.class)
                    .hasMessage(message);
            training.save(file);
        }
        try (Training training = Training.resume(corpus, settings, runs, ComputeDevice.cpu(1), file)) {
            assertThat(training.step()).isEqualTo(stopped);
            while (!training.finished()) {
                training.stage(Training.Listener.SILENT);
            }
            List<Trajectory> resumed = training.trajectories();
            for (int k = 0; k < runs.size(); k++) {
                for (int stage = 0; stage <= 3; stage++) {
                    assertThat(resumed.get(k).losses(stage))
                            .containsExactly(uninterrupted.get(k).losses(stage));
                }
            }
        }
    }

    @Test
    void runThatDivergesIsMarkedAndKeepsItsWholeStages() throws Exception {
        // a step of this size sends the parameters where the loss overflows
        List<Trajectory> runs = train(settings(1e30), List.of(constant("a", 1, 1, 0, 0)));
        assertThat(runs.getFirst().completed()).isFalse();
        assertThat(runs.getFirst().divergedAt()).isNotEqualTo(OptionalInt.empty());
        assertThat(runs.getFirst().rows()).as("only whole stages before").isEqualTo(1);
    }

    @Test
    void divergedRunIsNotExported(@TempDir Path folder) throws Exception {
        try (Training training =
                Training.start(corpus, settings(1e30), List.of(constant("a", 1, 1, 0, 0)), ComputeDevice.cpu(1))) {
            training.stage(Training.Listener.SILENT);
            assertThatThrownBy(() -> training.export(0, folder, Precision.FLOAT32, Progress.SILENT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a diverged at step");
        }
    }

    @Test
    void savedTrainingOfOtherSettingsIsRefused() throws Exception {
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0));
        Path file = temporary.resolve("other.arrow");
        try (Training training = Training.start(corpus, settings(5e-3), runs, ComputeDevice.cpu(1))) {
            training.save(file);
        }
        assertThatThrownBy(() -> Training.resume(corpus, settings(6e-3), runs, ComputeDevice.cpu(1), file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("settings.learning_rate.peak is 0.005 there, and now 0.006")
                .hasMessageContaining("other.arrow");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> Training.resume(corpus, settings(5e-3), runs, ComputeDevice.cpu(1), file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.arrow");
    }

    @Test
    void aStateWhoseWordsAreNoneOfATrainingIsRefusedAndLeavesNothingOnTheDevice() throws Exception {
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0), constant("b", 1, 0, 1, 0));
        Path file = temporary.resolve("words.arrow");
        try (Training training = Training.start(corpus, settings(5e-3), runs, ComputeDevice.cpu(1))) {
            training.save(file);
        }
        Map<String, String> words;
        List<TensorFile.Tensor> tensors = new ArrayList<>();
        try (TensorFile saved = TensorFile.open(file)) {
            words = saved.metadata();
            while (tensors.size() < saved.size()) {
                tensors.add(saved.next());
            }
        }
        int before = FakeGpus.tensors();
        for (String wrong : List.of(
                "step:four",
                "step:-1",
                "losses_nats:",
                "losses_nats:1,2,x;1,2,3",
                "losses_nats:1,2,3",
                "losses_nats:1,2,3;1,2",
                "diverged_at:0",
                "diverged_at:0,no")) {
            Map<String, String> other = new HashMap<>(words);
            other.put(wrong.substring(0, wrong.indexOf(':')), wrong.substring(wrong.indexOf(':') + 1));
            TensorFile.write(file, other, tensors);
            assertThatThrownBy(() -> Training.resume(corpus, settings(5e-3), runs, ComputeDevice.cpu(1), file))
                    .as(wrong)
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(file.toString(), wrong.substring(0, wrong.indexOf(':')), "Delete it");
            assertThat(FakeGpus.tensors()).as(wrong).isEqualTo(before);
        }
    }

    @Test
    void aStateThatCannotBeWrittenAtAnInterruptIsToldBesideIt() throws Exception {
        Path noFolder = Files.createFile(temporary.resolve("no folder"));
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0));
        try (Training training = Training.start(corpus, settings(5e-3), runs, ComputeDevice.cpu(1))) {
            assertThatThrownBy(() -> new Checkpoints(noFolder, "target")
                            .train(
                                    training,
                                    Saving.ALWAYS,
                                    Saving.SELDOM,
                                    pause -> training.stage(
                                            metrics -> Thread.currentThread().interrupt(), pause)))
                    .isInstanceOf(InterruptedException.class)
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .singleElement()
                            .asString()
                            .contains("cannot write " + noFolder));
            assertThat(training.step()).isEqualTo(1);
        }
    }

    @Test
    void everyStepTellsItsLossLearningRateAndSpeed() throws Exception {
        List<Training.Metrics> told = new ArrayList<>();
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0), constant("b", 2, 0, 0.5, 0.5));
        try (Training training = Training.start(corpus, settings(5e-3), runs, ComputeDevice.cpu(1))) {
            training.stage(told::add);
        }
        assertThat(told).extracting(Training.Metrics::step).containsExactly(1, 2, 3, 4);
        assertThat(told).extracting(Training.Metrics::learningRate).containsExactly(2.5e-3, 5e-3, 5e-3, 5e-3);
        assertThat(told.getFirst().loss()).as("untrained").isCloseTo(Math.log(256), within(0.5));
        assertThat(told).allSatisfy(metrics -> {
            assertThat(metrics.gradientNorm()).isPositive().isFinite();
            assertThat(metrics.tokensPerSecond()).isPositive().isFinite();
            assertThat(metrics.utilisation()).isBetween(0.0, 1.0);
        });
    }

    @Test
    void damagedStatesOfLaterStepsDoNotCostTheStatesOfATrainingThatBeganAgain() throws Exception {
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0));
        Checkpoints checkpoints = new Checkpoints(Files.createDirectory(temporary.resolve("again")), "target");
        for (int step : new int[] {8, 12}) {
            Files.writeString(checkpoints.folder().resolve("target-step-0000%02d.arrow".formatted(step)), "no state");
        }
        try (Training training = Training.start(corpus, settings(5e-3), runs, ComputeDevice.cpu(1))) {
            training.stage(Training.Listener.SILENT);
            checkpoints.save(training);
        }
        List<String> told = new ArrayList<>();
        try (Training resumed = checkpoints
                .resume(corpus, settings(5e-3), runs, ComputeDevice.cpu(1), (step, done, text) -> told.add(text))
                .orElseThrow()) {
            assertThat(resumed.step()).isEqualTo(4);
        }
        assertThat(told).as("what could not be gone on with").isEmpty();
    }

    @Test
    void checkpointsAreNamedAfterAllThatTheyBelongTo() {
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0), constant("b", 1, 0, 1, 0));
        String name = Checkpoints.of(temporary, corpus, settings(5e-3), runs).name();
        assertThat(name).matches("a-[0-9a-f]{12}");
        assertThat(Checkpoints.of(temporary, corpus, settings(5e-3), List.copyOf(runs))
                        .name())
                .isEqualTo(name);
        assertThat(List.of(
                        Checkpoints.of(temporary, corpus, settings(4e-3), runs),
                        Checkpoints.of(temporary, corpus, settings(5e-3), runs.subList(0, 1)),
                        Checkpoints.of(
                                temporary,
                                corpus,
                                settings(5e-3),
                                List.of(runs.get(0), constant("b", 1, 0, 0.9999, 0.0001))),
                        Checkpoints.of(
                                temporary, corpus, settings(5e-3), List.of(runs.get(0), constant("b", 2, 0, 1, 0)))))
                .extracting(Checkpoints::name)
                .doesNotHaveDuplicates()
                .doesNotContain(name);
    }

    @Test
    void damagedCheckpointCostsOneStageAndTheNewestTwoAreKept() throws Exception {
        List<Run> runs = List.of(constant("a", 1, 1, 0, 0));
        Checkpoints checkpoints = new Checkpoints(Files.createDirectory(temporary.resolve("kept")), "target");
        assertThat(checkpoints.resume(corpus, settings(5e-3), runs, ComputeDevice.cpu(1), Progress.SILENT))
                .isEmpty();
        try (Training training = Training.start(corpus, settings(5e-3), runs, ComputeDevice.cpu(1))) {
            while (!training.finished()) {
                training.stage(Training.Listener.SILENT);
                checkpoints.save(training);
            }
        }
        assertThat(checkpoints.folder())
                .isDirectoryNotContaining("glob:**-000004.arrow")
                .isDirectoryContaining("glob:**/target-step-000008.arrow")
                .isDirectoryContaining("glob:**/target-step-000012.arrow");
        Path newest = checkpoints.folder().resolve("target-step-000012.arrow");
        byte[] bytes = Files.readAllBytes(newest);
        Files.write(newest, Arrays.copyOf(bytes, bytes.length / 2));
        List<String> told = new ArrayList<>();
        try (Training training = checkpoints
                .resume(corpus, settings(5e-3), runs, ComputeDevice.cpu(1), (step, done, text) -> told.add(text))
                .orElseThrow()) {
            assertThat(training.step()).isEqualTo(8);
        }
        assertThat(told).singleElement().asString().contains("going on without the newest", "000012.arrow");
        Files.write(checkpoints.folder().resolve("target-step-000008.arrow"), new byte[10]);
        assertThatThrownBy(
                        () -> checkpoints.resume(corpus, settings(5e-3), runs, ComputeDevice.cpu(1), Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("000012.arrow");
    }

    @Test
    void settingsThatDoNotFitAreRefusedByField() {
        assertThatThrownBy(() -> new TrainingSettings(TINY, 32, 4, 2, 3, LearningRate.constant(1e-3, 1), 0.1, 64))
                .hasMessage("steps 2 are fewer than stages 3: each takes at least one");
        assertThatThrownBy(() -> new TrainingSettings(TINY, 32, 4, 9, 3, LearningRate.constant(1e-3, 1), 0.1, 31))
                .hasMessageContaining("validationTokens 31");
        MixtureSchedule two = MixtureSchedule.constant(Mixture.uniform(corpus.domains()), 2);
        assertThatThrownBy(() ->
                        Training.start(corpus, settings(1e-3), List.of(new Run("a", two, 1)), ComputeDevice.cpu(1)))
                .hasMessageContaining("schedule of 2 stages");
    }

    @Test
    void stagesOfStepsThatDoNotDivideEvenlyEndWhereSchedulesChange() throws Exception {
        TrainingSettings seven = new TrainingSettings(TINY, 32, 4, 7, 3, LearningRate.constant(1e-3, 1), 0.1, 128);
        Run run = constant("a", 1, 1, 0, 0);
        MixtureSchedule later = new MixtureSchedule(List.of(
                run.schedule().stages().getFirst(),
                run.schedule().stages().get(1),
                Mixture.of(corpus.domains(), 0, 1, 0)));
        try (Training training = Training.start(corpus, seven, List.of(run), ComputeDevice.cpu(1))) {
            List<Integer> ends = new ArrayList<>();
            while (!training.finished()) {
                training.stage(Training.Listener.SILENT);
                ends.add(training.step());
                if (training.step() == 4) {
                    training.reschedule(0, later); // the last stage has not begun
                }
            }
            assertThat(ends).containsExactly(2, 4, 7);
            assertThat(training.trajectories().getFirst().schedule()).isEqualTo(later);
        }
    }

    static TrainingSettings settings(double learningRate) {
        return new TrainingSettings(TINY, 32, 4, 12, 3, LearningRate.constant(learningRate, 2), 0.1, 128);
    }

    private static Run constant(String name, long seed, double... weights) {
        return new Run(name, MixtureSchedule.constant(Mixture.of(corpus.domains(), weights), 3), seed);
    }

    private static List<Trajectory> train(TrainingSettings settings, List<Run> runs) throws Exception {
        try (Training training = Training.start(corpus, settings, runs, ComputeDevice.cpu(1))) {
            while (!training.finished()) {
                training.stage(Training.Listener.SILENT);
            }
            return training.trajectories();
        }
    }
}
