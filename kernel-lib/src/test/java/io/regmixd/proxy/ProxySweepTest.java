package io.regmixd.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.model.LearningRate;
import io.regmixd.model.LlamaConfig;
import io.regmixd.model.TrainingSettings;
import io.regmixd.store.ArrowFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxySweepTest {

    @TempDir
    private static Path temporary;

    private static Corpus corpus;
    private static List<Mixture> design;

    @BeforeAll
    static void prepareCorpus() throws Exception {
        corpus = SmallCorpus.in(temporary.resolve("corpus"));
        design = DirichletDesign.regmix(corpus.natural()).sample(5, 1);
    }

    private static TrainingSettings settings(double learningRate) {
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        return new TrainingSettings(tiny, 32, 4, 6, 3, LearningRate.constant(learningRate, 2), 0.1, 64);
    }

    private static ProxySweep sweep(double learningRate) {
        return ProxySweep.of(corpus, settings(learningRate), 7);
    }

    @Test
    void sweepTrainsEveryMixtureAndTellsHowFarItIs(@TempDir Path folder) throws Exception {
        List<Double> fractions = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        Trajectories trajectories = sweep(1e-3).run(design, folder.resolve("sweep.arrow"), (step, done, message) -> {
            assertThat(step).isEqualTo("Training proxies");
            fractions.add(done);
            messages.add(message);
        });

        assertThat(trajectories.completed()).hasSize(5);
        assertThat(trajectories.runs().get(3).schedule().stages().getFirst()).isEqualTo(design.get(3));
        assertThat(fractions).isSorted().last().isEqualTo(1.0);
        assertThat(fractions.stream().filter(f -> f == 1)).hasSize(1);
        assertThat(messages).last().asString().startsWith("5 of 5 proxies, best alpha loss ");
    }

    @Test
    void proxiesOnSchedulesEqualThoseOnTheirFirstMixtureUntilTheySwitch(@TempDir Path folder) throws Exception {
        List<MixtureSchedule> schedules = List.of(
                new MixtureSchedule(List.of(design.get(0), design.get(0), design.get(1))),
                new MixtureSchedule(List.of(design.get(1), design.get(2), design.get(2))));
        Trajectories switching =
                sweep(1e-3).runSchedules(schedules, folder.resolve("switching.arrow"), Progress.SILENT);
        Trajectories constant =
                sweep(1e-3).run(design.subList(0, 2), folder.resolve("constant.arrow"), Progress.SILENT);

        int[] together = {2, 1};
        for (int i = 0; i < 2; i++) {
            assertThat(switching.runs().get(i).schedule()).isEqualTo(schedules.get(i));
            for (int stage = 0; stage <= 3; stage++) {
                double[] losses = switching.runs().get(i).losses(stage);
                double[] ofConstant = constant.runs().get(i).losses(stage);
                if (stage <= together[i]) {
                    assertThat(losses).containsExactly(ofConstant);
                } else {
                    assertThat(losses).isNotEqualTo(ofConstant);
                }
            }
        }
        assertThatThrownBy(
                        () -> sweep(1e-3).run(design.subList(0, 2), folder.resolve("switching.arrow"), Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to another plan");
    }

    @Test
    void interruptedSweepGoesOnWithoutTrainingFinishedProxiesAgain(@TempDir Path folder) throws Exception {
        Trajectories undisturbed = sweep(1e-3).run(design, folder.resolve("undisturbed.arrow"), Progress.SILENT);
        Path file = folder.resolve("sweep.arrow");
        assertThatThrownBy(() -> sweep(1e-3).run(design, file, (step, done, message) -> {
                    if (message.startsWith("2 of 5") || message.startsWith("4 of 5")) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);
        int finished = ArrowFile.read(file).table().rowCount() / (4 * 3);
        assertThat(finished).as("proxies kept").isBetween(2, 4);

        List<String> messages = new ArrayList<>();
        Trajectories resumed = sweep(1e-3).run(design, file, (step, done, message) -> messages.add(message));

        assertThat(messages.getFirst()).startsWith(finished + " of 5 proxies").endsWith("going on with the others");
        assertThat(resumed.runs()).hasSize(5);
        for (int i = 0; i < 5; i++) {
            for (int stage = 0; stage <= 3; stage++) {
                assertThat(resumed.runs().get(i).losses(stage))
                        .containsExactly(undisturbed.runs().get(i).losses(stage));
            }
        }
        byte[] before = Files.readAllBytes(file);
        ProxySweep again = sweep(1e-3);
        again.run(design, file, Progress.SILENT);
        assertThat(again.trainingSeconds()).isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void ledgerOfAnotherPlanIsRefusedAndKept(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        sweep(1e-3).run(design.subList(0, 2), file, Progress.SILENT);
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> sweep(2e-3).run(design, file, Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sweep.arrow belongs to another plan: settings")
                .hasMessageContaining("peak=0.001")
                .hasMessageContaining("peak=0.002")
                .hasMessageContaining("a run folder of its own");
        List<Mixture> others = List.of(design.get(1), design.get(0));
        assertThatThrownBy(() -> sweep(1e-3).run(others, file, Progress.SILENT))
                .hasMessageContaining("run proxy-001 was trained on");
        assertThatThrownBy(() -> sweep(1e-3).run(design.subList(0, 1), file, Progress.SILENT))
                .hasMessageContaining("holds run proxy-002");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void sweepGrowsInItsOwnLedger(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        sweep(1e-3).run(design.subList(0, 2), file, Progress.SILENT);

        assertThat(sweep(1e-3).run(design, file, Progress.SILENT).runs()).hasSize(5);
    }

    @Test
    void truncatedLedgerIsRefusedByName(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        sweep(1e-3).run(design.subList(0, 2), file, Progress.SILENT);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));

        assertThatThrownBy(() -> sweep(1e-3).run(design, file, Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sweep.arrow");
    }

    @Test
    void divergedProxiesAreRecordedShownAndLeftOutOfTheFit(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        List<String> messages = new ArrayList<>();
        Trajectories trajectories =
                sweep(1e30).run(design.subList(0, 2), file, (step, done, message) -> messages.add(message));

        assertThat(trajectories.runs()).hasSize(2);
        assertThat(trajectories.completed()).isEmpty();
        assertThat(messages).last().isEqualTo("2 of 2 proxies, 2 diverged");
        assertThat(ArrowFile.read(file).table().stringColumn("status").asList())
                .allMatch(status -> status.matches("diverged at step \\d+"));
        ProxySweep again = sweep(1e30);
        assertThat(again.run(design.subList(0, 2), file, Progress.SILENT)
                        .runs()
                        .getFirst()
                        .divergedAt())
                .isEqualTo(trajectories.runs().getFirst().divergedAt());
        assertThat(again.trainingSeconds())
                .as("a diverged proxy is not trained again")
                .isZero();
    }
}
