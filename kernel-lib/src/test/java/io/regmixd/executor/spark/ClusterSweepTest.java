package io.regmixd.executor.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.executor.WrappedExecutor;
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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A sweep on the processor cores of two workers.
@Tag("slow")
@Timeout(600)
class ClusterSweepTest {

    @TempDir
    static Path folder;

    /// Kills the first executor whose worker reports for the hundredth time.
    private static final class Fatal extends WrappedExecutor {

        private final String grave;

        Fatal(SweepExecutor executor, Path grave) {
            super(executor);
            this.grave = grave.toString();
        }

        @Override
        public <P extends Serializable, R extends Serializable> void run(
                List<P> pieces, Task<P, R> task, Listener<? super R> listener)
                throws IOException, InterruptedException {
            String folder = grave; // this does not travel
            super.run(
                    pieces,
                    (piece, worker) -> {
                        AtomicInteger reports = new AtomicInteger();
                        return task.run(piece, reporting(worker, units -> {
                            worker.report(units);
                            if (reports.incrementAndGet() == 100) {
                                die(Path.of(folder));
                            }
                        }));
                    },
                    listener);
        }

        private static void die(Path grave) {
            String self = Long.toString(ProcessHandle.current().pid());
            try {
                if (grave.toFile().mkdir()) {
                    Files.createFile(grave.resolve(self));
                    new ProcessBuilder("kill", "-9", self).start().waitFor();
                    Thread.sleep(60_000);
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
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
        Trajectories onCluster;
        try (SparkExecutor executor = SparkExecutor.start(LocalCluster.conf(2))) {
            onCluster = ProxySweep.of(corpus, settings, 7)
                    .on(new Fatal(executor, grave))
                    .run(design, ledger, Progress.SILENT);
        }

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
}
