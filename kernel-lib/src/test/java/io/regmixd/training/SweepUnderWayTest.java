package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.regmixd.store.ArrowFile;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/// What a sweep leaves and tells while it is under way, and on which devices it trains.
class SweepUnderWayTest {

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
        assertThatThrownBy(() -> sweep(1e-3).saving(Saving.ALWAYS).on(counting).run(mixtures, file, Progress.SILENT))
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
}
