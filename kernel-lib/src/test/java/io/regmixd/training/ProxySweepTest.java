package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.FakeGpus;
import io.regmixd.engine.Gpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.RunFolder;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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
        assertThat(messages.getFirst()).contains("of 5 proxies").contains("going on with the others");
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

    /// Counts the steps that the proxies take.
    private static final class Counting implements SweepExecutor {
        private final SweepExecutor executor;
        private final int workers;
        private final long last;
        private final AtomicLong steps = new AtomicLong();

        /// Two threads.
        private Counting() {
            this.executor = new LocalExecutor(2, 1);
            this.workers = 2;
            this.last = Long.MAX_VALUE;
        }

        /// One thread, which the caller's interrupt meets in a certain step.
        private Counting(int workers, long last) {
            this.executor = new LocalExecutor(1, 1);
            this.workers = workers;
            this.last = last;
        }

        @Override
        public int workers() {
            return workers;
        }

        @Override
        public int threads() {
            return executor.threads();
        }

        @Override
        public boolean onGpus() {
            return executor.onGpus();
        }

        @Override
        public <P extends Serializable, R extends Serializable> void run(
                List<P> pieces, Task<P, R> task, Listener<? super R> listener)
                throws IOException, InterruptedException {
            Thread caller = Thread.currentThread();
            executor.run(
                    pieces,
                    (piece, worker) -> task.run(piece, new Worker() {
                        @Override
                        public OptionalInt gpu() {
                            return worker.gpu();
                        }

                        @Override
                        public void report(long units) {
                            worker.report(units);
                            if (steps.addAndGet(units) >= last) {
                                caller.interrupt();
                                while (!Thread.currentThread().isInterrupted()) {
                                    LockSupport.park();
                                }
                            }
                        }
                    }),
                    listener);
        }
    }

    @Test
    void proxiesUnderWayGoOnFromTheStepInWhichTheyWereInterrupted(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        Trajectories undisturbed = sweep(1e-3).run(design, folder.resolve("undisturbed.arrow"), Progress.SILENT);
        Counting first = new Counting();
        assertThatThrownBy(() -> sweep(1e-3).on(first).run(design, file, (step, done, message) -> {
                    if (first.steps.get() > 0) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);
        Counting second = new Counting();
        Trajectories resumed = sweep(1e-3).on(second).run(design, file, Progress.SILENT);

        assertThat(first.steps.get() + second.steps.get()).isEqualTo(5 * 6);
        assertThat(resumed.table().doubleColumn("loss_nats").asDoubleArray())
                .containsExactly(undisturbed.table().doubleColumn("loss_nats").asDoubleArray());
        assertThat(folder.resolve("sweep-under-way")).doesNotExist();
    }

    /// Interrupts a sweep, whose states are saved after each stage, in a step of its one thread.
    ///
    /// @param workers that the executor claims to have
    /// @param step    of all proxies together, from 1
    private static void stop(List<Mixture> mixtures, Path file, int workers, int step) {
        Counting counting = new Counting(workers, step);
        assertThatThrownBy(() -> sweep(1e-3)
                        .saving((trained, saving) -> true)
                        .on(counting)
                        .run(mixtures, file, Progress.SILENT))
                .isInstanceOf(InterruptedException.class);
        assertThat(counting.steps).hasValue(step);
    }

    @Test
    void statesUnderWayAreGoneOnWithByAnyNumberOfWorkers(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        stop(design, file, 2, 6);
        stop(design, file, 5, 4);
        stop(design, file, 1, 4);
        assertThat(ArrowFile.read(file).metadata()).containsEntry("proxies_in_groups", "2,2,1");
        Counting last = new Counting(3, Integer.MAX_VALUE);
        sweep(1e-3).on(last).run(design, file, Progress.SILENT);

        assertThat(last.steps).hasValue(5 * 6 - 6 - 4 - 4);
    }

    @Test
    void damagedStateOfProxiesUnderWayCostsOnlyTheirTimeAndIsTold(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        Trajectories undisturbed = sweep(1e-3).run(design, folder.resolve("undisturbed.arrow"), Progress.SILENT);
        stop(design, file, 1, 2 * 3);
        List<Path> states = Checkpoints.allOf("proxy-001", folder.resolve("sweep-under-way"));
        assertThat(states).isNotEmpty();
        for (Path state : states) {
            Files.writeString(state, "no state at all");
        }
        List<String> told = new ArrayList<>();
        Trajectories trained = sweep(1e-3).run(design, file, (step, done, message) -> told.add(message));

        assertThat(trained.table().doubleColumn("loss_nats").asDoubleArray())
                .containsExactly(undisturbed.table().doubleColumn("loss_nats").asDoubleArray());
        for (Path state : states) {
            assertThat(told).anyMatch(message -> message.contains(state.toString()));
        }
        assertThat(folder.resolve("sweep-under-way")).doesNotExist();
    }

    @Test
    void statesOfAnotherDesignAreToldAndDeletedAtTheEnd(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        stop(List.of(design.get(1), design.get(0)), file, 1, 2 * 5);
        List<Path> states = Checkpoints.allOf("proxy-001", folder.resolve("sweep-under-way"));
        assertThat(states).isNotEmpty();
        List<String> told = new ArrayList<>();
        sweep(1e-3).on(new Counting()).run(design.subList(0, 2), file, (step, done, message) -> told.add(message));

        for (Path state : states) {
            assertThat(told).anyMatch(message -> message.contains(state.toString()));
        }
        assertThat(folder.resolve("sweep-under-way")).doesNotExist();
    }

    @Test
    void statesOfAnotherDesignDoNotCostThisOneItsOwn(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        List<Mixture> these = design.subList(0, 2);
        stop(List.of(design.get(1), design.get(0)), file, 1, 2 * 5);
        stop(these, file, 1, 2);
        Counting last = new Counting(1, Long.MAX_VALUE);
        Trajectories trained = sweep(1e-3).on(last).run(these, file, Progress.SILENT);

        assertThat(last.steps).hasValue(2 * 6 - 2);
        Trajectories undisturbed = sweep(1e-3).run(these, folder.resolve("undisturbed.arrow"), Progress.SILENT);
        assertThat(trained.table().doubleColumn("loss_nats").asDoubleArray())
                .containsExactly(undisturbed.table().doubleColumn("loss_nats").asDoubleArray());
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
    void finishedProxiesCanBeLookedAtWhileOthersAreTrained(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        List<Integer> seen = new ArrayList<>();
        sweep(1e-3)
                .on(new LocalExecutor(2, 1)) // groups of 2, 2 and 1
                .watchedBy(trajectories -> {
                    seen.add(trajectories.runs().size());
                    try {
                        Table inTheFile = Trajectories.read(file).table();
                        assertThat(inTheFile.stringColumn("run").asList())
                                .isEqualTo(
                                        trajectories.table().stringColumn("run").asList());
                        assertThat(inTheFile.doubleColumn("loss_nats").asDoubleArray())
                                .containsExactly(trajectories
                                        .table()
                                        .doubleColumn("loss_nats")
                                        .asDoubleArray());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .run(design, file, Progress.SILENT);

        assertThat(seen).isSorted().hasSize(3).endsWith(5);
    }

    @Test
    void watcherThatThrowsEndsTheSweepAndCostsNoFinishedProxy(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        List<Integer> seen = new ArrayList<>();
        Counting first = new Counting();
        ProxySweep watched = sweep(1e-3).on(first).watchedBy(trajectories -> {
            seen.add(trajectories.runs().size());
            throw new IllegalStateException("no plot");
        });
        assertThatThrownBy(() -> watched.run(design, file, Progress.SILENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no plot");
        assertThat(Trajectories.read(file).runs()).hasSize(seen.getLast());

        Counting second = new Counting();
        assertThat(sweep(1e-3).on(second).run(design, file, Progress.SILENT).runs())
                .hasSize(5);
        assertThat(first.steps.get() + second.steps.get()).isEqualTo(5 * 6);
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
    void firstSessionsChoiceOfThreadsHoldsForTheLedger(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        sweep(1e-3).run(design.subList(0, 1), file, Progress.SILENT);
        int cores = Runtime.getRuntime().availableProcessors();
        ArrowFile first = ArrowFile.read(file);
        assertThat(Integer.parseInt(first.metadata().get("threads_a_worker"))).isBetween(1, cores);

        int other = cores + 1; // which no measurement chooses
        Map<String, String> metadata = new HashMap<>(first.metadata());
        metadata.put("threads_a_worker", Integer.toString(other));
        ArrowFile.write(file, first.table(), metadata);
        Set<String> devices = ConcurrentHashMap.newKeySet();
        sweep(1e-3)
                .saving((trained, saving) -> {
                    Thread.getAllStackTraces().keySet().forEach(thread -> devices.add(thread.getName()));
                    return false;
                })
                .run(design, file, Progress.SILENT);

        assertThat(devices).contains("regmixd " + ComputeDevice.threads(other));
        assertThat(ArrowFile.read(file).metadata()).containsEntry("threads_a_worker", Integer.toString(other));
    }

    /// One thread that claims to be so many workers, each with a GPU of this number.
    private record OnGpu(int workers, int number) implements SweepExecutor {

        @Override
        public int threads() {
            return 1;
        }

        @Override
        public boolean onGpus() {
            return true;
        }

        @Override
        public <P extends Serializable, R extends Serializable> void run(
                List<P> pieces, Task<P, R> task, Listener<? super R> listener)
                throws IOException, InterruptedException {
            for (P piece : pieces) {
                listener.finished(task.run(piece, new Worker() {
                    @Override
                    public OptionalInt gpu() {
                        return OptionalInt.of(number);
                    }

                    @Override
                    public void report(long units) {}
                }));
            }
        }
    }

    private static final Gpus NONE = new FakeGpus(0, 0);

    @Test
    void groupsAreAsLargeAsTheWorkersDevicesAreGoodForWhateverTheDriverHas(@TempDir Path folder) throws Exception {
        List<Mixture> twenty = DirichletDesign.regmix(corpus.natural()).sample(20, 1);
        Path onGpus = folder.resolve("gpus.arrow");
        assertThatThrownBy(() -> sweep(1e-3).where(NONE).on(new OnGpu(1, 0)).run(twenty, onGpus, Progress.SILENT))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ArrowFile.read(onGpus).metadata()).containsEntry("proxies_in_groups", "16,4");

        Path onCpu = folder.resolve("cpu.arrow");
        sweep(1e-3).where(new FakeGpus(8, 1L << 36)).on(new LocalExecutor(1, 1)).run(design, onCpu, Progress.SILENT);
        assertThat(ArrowFile.read(onCpu).metadata()).containsEntry("proxies_in_groups", "2,2,1");
    }

    @Test
    void gpuThatAPieceWasGivenAndPyTorchDoesNotSeeEndsTheSweepWithARemedy(@TempDir Path folder) {
        Path file = folder.resolve("sweep.arrow");
        assertThatThrownBy(() -> sweep(1e-3).where(NONE).on(new OnGpu(1, 0)).run(design, file, Progress.SILENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GPU 0 ")
                .hasMessageContaining("sees no GPU")
                .hasMessageContaining("docs/gpu.md");
        assertThatThrownBy(() -> sweep(1e-3)
                        .where(new FakeGpus(2, 1L << 36))
                        .on(new OnGpu(1, 5))
                        .run(design, file, Progress.SILENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GPU 5 ")
                .hasMessageContaining("GPUs 0 to 1");
    }

    @Test
    void eachGpuOfThisMachineHasAWorker(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sweep.arrow");
        Set<String> devices = ConcurrentHashMap.newKeySet();
        sweep(1e-3)
                .where(new FakeGpus(2, 1L << 36))
                .saving((trained, saving) -> {
                    Thread.getAllStackTraces().keySet().forEach(thread -> devices.add(thread.getName()));
                    return false;
                })
                .run(design, file, Progress.SILENT);

        assertThat(ArrowFile.read(file).metadata()).containsEntry("proxies_in_groups", "2,2,1");
        assertThat(devices).contains("regmixd GPU 0", "regmixd GPU 1").doesNotContain("regmixd GPU 2");
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
