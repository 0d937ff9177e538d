package io.regmixd.executor.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.training.ProxySweep;
import io.regmixd.training.TrainingSettings;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two workers with two GPUs each, as far as Spark knows.
@Tag("slow")
@Timeout(600)
class SparkClusterTest {

    private static final Set<Integer> BUSY = ConcurrentHashMap.newKeySet(); // GPUs, in each executor

    @TempDir
    static Path folder;

    private static SparkExecutor executor;

    @BeforeAll
    static void start() throws IOException {
        executor =
                SparkExecutor.start(LocalCluster.conf(2, "\"3\", \"7\"", folder).set("spark.task.maxFailures", "2"));
    }

    @AfterAll
    static void stop() {
        executor.close();
    }

    /// A piece, and where it was done.
    private record Done(int piece, long process, int gpu, String spin) implements Serializable {}

    private static final class Heard implements SweepExecutor.Listener<Done> {
        private final List<Done> results = new ArrayList<>();
        private final Path doomed;
        private long units;

        Heard(Path doomed) {
            this.doomed = doomed;
        }

        @Override
        public void finished(Done result) {
            results.add(result);
        }

        @Override
        public void working(long all) {
            units = all;
            if (!results.isEmpty() && Files.exists(doomed)) {
                ProcessHandle.of(Long.parseLong(doomed.toFile().list()[0]))
                        .ifPresent(ProcessHandle::destroyForcibly); // kill -9
            }
        }
    }

    private static Done done(int piece, SweepExecutor.Worker worker) {
        return new Done(piece, ProcessHandle.current().pid(), worker.gpu().getAsInt(), System.getenv("GOMP_SPINCOUNT"));
    }

    /// Waits until both executors have come so far.
    private static void meet(String folder) throws IOException, InterruptedException {
        Files.createDirectories(
                Path.of(folder, Long.toString(ProcessHandle.current().pid())));
        while (count(folder) < 2) {
            Thread.sleep(20);
        }
    }

    private static long count(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.count();
        }
    }

    @Test
    void piecesOfAKilledExecutorAreDoneAgainAndEveryResultComesOnce() throws Exception {
        Path doomed = folder.resolve("doomed");
        String met = folder.resolve("met").toString();
        String killed = doomed.toString();
        Heard heard = new Heard(doomed);
        executor.run(
                IntStream.range(0, 12).boxed().toList(),
                (piece, worker) -> {
                    if (!BUSY.add(worker.gpu().getAsInt())) {
                        throw new IllegalStateException(
                                "two pieces on GPU " + worker.gpu().getAsInt());
                    }
                    meet(met);
                    worker.report(1);
                    if (piece == 0 && !Files.exists(Path.of(killed))) {
                        Files.createDirectories(Path.of(
                                killed, Long.toString(ProcessHandle.current().pid())));
                        Thread.sleep(60_000);
                    }
                    Thread.sleep(100);
                    BUSY.remove(worker.gpu().getAsInt());
                    return done(piece, worker);
                },
                heard);

        long process = Long.parseLong(doomed.toFile().list()[0]);
        assertThat(ProcessHandle.of(process)).isEmpty();
        assertThat(heard.results)
                .extracting(Done::piece)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 12).boxed().toList());
        assertThat(heard.results).filteredOn(done -> done.piece() == 0).noneMatch(done -> done.process() == process);
        assertThat(heard.results)
                .extracting(Done::process)
                .doesNotContain(ProcessHandle.current().pid());
        assertThat(heard.results).extracting(Done::gpu).containsOnly(3, 7);
        assertThat(heard.results).extracting(Done::spin).containsOnly("10000");
        assertThat(heard.units).isGreaterThanOrEqualTo(12);
        assertThat(executor.workers()).isBetween(2, 4); // the killed executor may be back, or not yet
    }

    @Test
    void sweepOnGpusThatPyTorchDoesNotSeeEndsWithARemedyInsteadOfTrainingOnTheCpu() throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        TrainingSettings settings = new TrainingSettings(tiny, 32, 4, 6, 3, LearningRate.constant(1e-3, 2), 0.1, 64);
        List<Mixture> design = DirichletDesign.regmix(corpus.natural()).sample(1, 1);

        assertThat(executor.onGpus()).isTrue();
        assertThatThrownBy(() -> ProxySweep.of(corpus, settings, 7)
                        .on(executor)
                        .run(design, folder.resolve("sweep.arrow"), Progress.SILENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("(?s).*GPU [37] .*docs/gpu.md.*");
    }

    @Test
    void pieceThatEndsItsExecutorEveryTimeEndsTheRun() {
        assertThatThrownBy(() -> executor.run(
                        List.of(0),
                        (piece, worker) -> {
                            Runtime.getRuntime().halt(137);
                            return done(piece, worker);
                        },
                        new Heard(folder.resolve("none"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("failed 2 times")
                .hasMessageContaining("ExecutorLostFailure");
    }

    @Test
    void pieceUnderWayInAnotherProcessIsInterruptedAndWaitedFor() {
        Thread caller = Thread.currentThread();
        Path started = folder.resolve("started");
        Path saved = folder.resolve("saved");
        String start = started.toString();
        String save = saved.toString();
        Thread.ofPlatform().start(() -> {
            while (!Files.exists(started)) {
                Thread.onSpinWait();
            }
            caller.interrupt();
        });
        assertThatThrownBy(() -> executor.run(
                        List.of(0),
                        (piece, worker) -> {
                            Files.createDirectory(Path.of(start));
                            try {
                                Thread.sleep(60_000);
                            } catch (InterruptedException e) {
                                Thread.sleep(500); // saving takes a while
                                Files.createDirectory(Path.of(save));
                                throw e;
                            }
                            return done(piece, worker);
                        },
                        new Heard(folder.resolve("none"))))
                .isInstanceOf(InterruptedException.class);
        assertThat(saved).exists();
    }
}
