package io.regmixd.executor.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.training.ProxySweep;
import io.regmixd.training.TrainingSettings;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

    private static final Set<Integer> BUSY = ConcurrentHashMap.newKeySet(); // numbers, in each executor

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
    private record Done(int piece, long process, int number, String spin) implements Serializable {}

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
        return new Done(piece, ProcessHandle.current().pid(), worker.number(), System.getenv("GOMP_SPINCOUNT"));
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
                    if (!BUSY.add(worker.number())) {
                        throw new IllegalStateException("two pieces on GPU " + worker.number());
                    }
                    meet(met);
                    worker.report(1);
                    if (piece == 0 && !Files.exists(Path.of(killed))) {
                        Files.createDirectories(Path.of(
                                killed, Long.toString(ProcessHandle.current().pid())));
                        Thread.sleep(60_000);
                    }
                    Thread.sleep(100);
                    BUSY.remove(worker.number());
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
        assertThat(heard.results).extracting(Done::number).containsOnly(3, 7);
        assertThat(heard.results).extracting(Done::spin).containsOnly("10000");
        assertThat(heard.units).isGreaterThanOrEqualTo(12);
        assertThat(executor.workers()).isBetween(2, 4); // the killed executor may be back, or not yet
    }

    /// Kills the first executor whose worker reports for the hundredth time.
    private record Fatal(SweepExecutor executor, String grave) implements SweepExecutor {

        @Override
        public int workers() {
            return executor.workers();
        }

        @Override
        public int threads() {
            return executor.threads();
        }

        @Override
        public <P extends Serializable, R extends Serializable> void run(
                List<P> pieces, Task<P, R> task, Listener<? super R> listener)
                throws IOException, InterruptedException {
            String folder = grave;
            executor.run(pieces, (piece, worker) -> task.run(piece, new Mortal(worker, folder)), listener);
        }
    }

    private static final class Mortal implements SweepExecutor.Worker {
        private final SweepExecutor.Worker worker;
        private final Path grave;
        private int reports;

        Mortal(SweepExecutor.Worker worker, String grave) {
            this.worker = worker;
            this.grave = Path.of(grave);
        }

        @Override
        public int number() {
            return worker.number();
        }

        @Override
        public void report(long units) {
            worker.report(units);
            reports++;
            if (reports == 100 && grave.toFile().mkdir()) {
                String self = Long.toString(ProcessHandle.current().pid());
                try {
                    Files.createFile(grave.resolve(self));
                    new ProcessBuilder("kill", "-9", self).start().waitFor();
                    Thread.sleep(60_000);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Test
    void sweepOnAClusterThatLosesAWorkerShowsWhatOneInThisJvmShows() throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        LlamaConfig small = new LlamaConfig(2, 2, 32, 64, 256);
        TrainingSettings settings = new TrainingSettings(small, 32, 4, 160, 4, LearningRate.constant(1e-3, 2), 0.1, 64);
        List<Mixture> design = DirichletDesign.regmix(corpus.natural()).sample(8, 1);
        ProxySweep here = ProxySweep.of(corpus, settings, 7).on(new LocalExecutor(2, 1));
        Trajectories expected = here.run(design, folder.resolve("here.arrow"), Progress.SILENT);

        Path ledger = folder.resolve("cluster.arrow");
        here.run(design.subList(0, 2), ledger, Progress.SILENT);
        Path grave = folder.resolve("grave");
        Trajectories onCluster = ProxySweep.of(corpus, settings, 7)
                .on(new Fatal(executor, grave.toString()))
                .run(design, ledger, Progress.SILENT);

        assertThat(ProcessHandle.of(Long.parseLong(grave.toFile().list()[0]))).isEmpty();
        assertThat(inWords(onCluster)).hasSize(8).isEqualTo(inWords(expected));
        assertThat(inWords(Trajectories.read(ledger))).isEqualTo(inWords(expected));
    }

    /// Name and losses to the last bit.
    private static List<String> inWords(Trajectories trajectories) {
        return trajectories.runs().stream()
                .map(run -> run.run()
                        + IntStream.rangeClosed(0, 4)
                                .mapToObj(run::losses)
                                .map(Arrays::toString)
                                .toList())
                .toList();
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
