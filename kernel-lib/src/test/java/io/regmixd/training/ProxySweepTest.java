package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.RunFolder;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

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
    void runThatNeedsASharedSweepOfAnotherTrainsNoProxyAgain(@TempDir Path folder) throws Exception {
        Path shared = folder.resolve("sweeps");
        Path first = folder.resolve("first/sweep.arrow");
        Path second = folder.resolve("second/sweep.arrow");
        Trajectories trained = sweep(1e-3).sharedIn(shared).run(design, first, Progress.SILENT);

        ProxySweep again = sweep(1e-3).sharedIn(shared);
        Trajectories found = again.run(design, second, Progress.SILENT);

        assertThat(again.trainingSeconds()).isZero();
        assertThat(found.table().printAll()).isEqualTo(trained.table().printAll());
        assertThat(second).hasSameBinaryContentAs(first);
        assertThat(Trajectories.read(second).completed()).hasSize(5);

        ProxySweep another = sweep(2e-3).sharedIn(shared);
        another.run(design, second, Progress.SILENT);
        assertThat(another.trainingSeconds()).isPositive();
        another.run(design.subList(0, 2), second, Progress.SILENT);
        try (Stream<Path> sweeps = Files.list(shared)) {
            assertThat(sweeps).as("one of each provenance and design").hasSize(3);
        }
    }

    @Test
    void interruptedSharedSweepGoesOnForAnotherRun(@TempDir Path folder) throws Exception {
        Path shared = folder.resolve("sweeps");
        Path first = folder.resolve("first.arrow");
        assertThatThrownBy(() -> sweep(1e-3).sharedIn(shared).run(design, first, (step, done, message) -> {
                    if (message.startsWith("2 of 5")) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(first).doesNotExist();

        List<String> messages = new ArrayList<>();
        sweep(1e-3)
                .sharedIn(shared)
                .run(design, folder.resolve("second.arrow"), (step, done, message) -> messages.add(message));
        // all five, where the others had ended before the interrupt reached them
        assertThat(messages.getFirst()).as("proxies kept").matches("[2-5] of 5 proxies.*");
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
    void whatCouldNotBeWrittenIsWrittenByTheNextCallAndNotTrainedAgain(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        ProxySweep sweep = sweep(1e-3);
        assertThatThrownBy(() -> sweep.run(design, file, (step, done, message) -> {
                    if (message.contains("tokens/s")
                            && Files.isRegularFile(file)) { // nothing can be renamed to a folder that is not empty
                        try {
                            Files.delete(file);
                            Files.createDirectories(file.resolve("in-the-way"));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot write")
                .hasMessageContaining("sweep.arrow")
                .hasMessageContaining("run the step again");
        Files.delete(file.resolve("in-the-way"));
        Files.delete(file);

        List<String> messages = new ArrayList<>();
        assertThat(sweep.run(design, file, (step, done, message) -> messages.add(message))
                        .runs())
                .hasSize(5);
        assertThat(messages.getFirst()).matches("[2-4] of 5 proxies.*going on with the others");
        assertThat(Trajectories.read(file).runs()).hasSize(5);
    }

    @Test
    void trajectoriesAreReadFromALedgerAsTheyWereWritten(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        List<MixtureSchedule> switching =
                List.of(new MixtureSchedule(List.of(design.get(0), design.get(1), design.get(2))));
        Trajectories written = sweep(1e-3).runSchedules(switching, file, Progress.SILENT);
        Trajectories read = Trajectories.read(file);

        assertThat(read.domains()).isEqualTo(corpus.domains());
        assertThat(read.stages()).isEqualTo(3);
        assertThat(read.tokensAStage()).isEqualTo(written.tokensAStage());
        for (int stage = 0; stage < 3; stage++) {
            assertThat(read.runs().getFirst().schedule().stages().get(stage).weights())
                    .containsExactly(switching.getFirst().stages().get(stage).weights(), within(1e-15));
        }
        Path other = folder.resolve("other.arrow");
        ArrowFile.write(other, Table.create("other", IntColumn.create("run", new int[] {1})), Map.of());
        assertThatThrownBy(() -> Trajectories.read(other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.arrow holds no trajectories");
    }

    @Test
    void ledgerInAFolderThatAnotherProcessHoldsIsRefusedUntilThatOneDies(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        try (OtherJvm owner = new OtherJvm("", Holder.class, folder.toString())) {
            assertThat(owner.line()).isEqualTo("held");
            assertThatThrownBy(() -> sweep(1e-3).run(design.subList(0, 1), file, Progress.SILENT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by process " + owner.pid())
                    .hasMessageContaining("choose another folder");
            owner.kill();
        }
        assertThat(sweep(1e-3).run(design.subList(0, 1), file, Progress.SILENT).runs())
                .hasSize(1);
    }

    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            var folder = RunFolder.hold(Path.of(arguments[0]), Progress.SILENT);
            System.out.println("held");
            Thread.sleep(60_000);
            folder.close();
        }
    }

    @Test
    void ledgerOfAnotherPlanIsRefusedAndKept(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        sweep(1e-3).run(design.subList(0, 2), file, Progress.SILENT);
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> sweep(2e-3).run(design, file, Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("settings.learning_rate.peak is 0.001 there, and now 0.002")
                .hasMessageContaining("sweep.arrow")
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
