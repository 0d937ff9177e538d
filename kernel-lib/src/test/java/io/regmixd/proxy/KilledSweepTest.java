package io.regmixd.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.LocalExecutor;
import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import io.regmixd.SweepExecutor;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.model.ComputeDevice;
import io.regmixd.model.LearningRate;
import io.regmixd.model.LlamaConfig;
import io.regmixd.model.Run;
import io.regmixd.model.TrainingSettings;
import io.regmixd.model.Trajectory;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9`, again and again.
class KilledSweepTest {

    private static final int KILLS = 50;

    private static final int PROXIES = 160;

    /// Long enough to start a group, to save it, to finish it, or none of these: a new process takes two
    /// seconds to come to its first step, and 0.7 for a group.
    private static final int SHORTEST_LIFE_MILLIS = 1000;

    private static final int LONGEST_LIFE_MILLIS = 3500;

    private static TrainingSettings settings() {
        LlamaConfig small = new LlamaConfig(2, 2, 32, 64, 256);
        return new TrainingSettings(small, 32, 4, 240, 4, LearningRate.constant(1e-3, 2), 0.1, 64);
    }

    private static List<Mixture> design(Corpus corpus) {
        return DirichletDesign.regmix(corpus.natural()).sample(PROXIES, 1);
    }

    /// A session that tells when it begins and which proxies it trains.
    static final class Victim {
        public static void main(String[] args) throws Exception {
            Corpus corpus = Corpus.open(Path.of(args[0]));
            ComputeDevice.gpus(); // loads PyTorch, which takes longer than the sweep is left to live
            System.out.println("begins");
            ProxySweep.of(corpus, settings(), 7)
                    .on(new Telling(new LocalExecutor(2, 1), args[2]))
                    .run(design(corpus), Path.of(args[1]), Progress.SILENT);
        }
    }

    private record Telling(SweepExecutor executor, String told) implements SweepExecutor {
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
            Task<P, R> telling = (piece, worker) -> {
                for (Run run : ((GroupTask.Group) piece).runs()) {
                    Files.writeString(Path.of(told), run.name() + "\n", StandardOpenOption.APPEND);
                }
                return task.run(piece, worker);
            };
            executor.run(pieces, telling, listener);
        }
    }

    @Test
    void sweepKilledFiftyTimesShowsWhatAnUndisturbedOneShowsAndTrainsNoFinishedProxyAgain(@TempDir Path folder)
            throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        Path file = folder.resolve("sweep.arrow");
        Path underWay = folder.resolve("sweep-under-way");
        Random random = new Random(1);
        int livesThatFoundCheckpoints = 0;
        int livesThatFinishedProxies = 0;
        for (int life = 0; life < KILLS; life++) {
            Set<String> finishedBefore = finished(file);
            livesThatFoundCheckpoints += Files.isDirectory(underWay) && !isEmpty(underWay) ? 1 : 0;
            Path trained = Files.createFile(folder.resolve("trained-in-life-" + life));
            try (OtherJvm victim =
                    new OtherJvm("", Victim.class, corpus.folder().toString(), file.toString(), trained.toString())) {
                assertThat(victim.line()).isEqualTo("begins");
                Thread.sleep(random.nextInt(SHORTEST_LIFE_MILLIS, LONGEST_LIFE_MILLIS));
                victim.kill();
            }
            assertThat(Files.readAllLines(trained)).noneMatch(finishedBefore::contains);
            assertThat(finished(file)).containsAll(finishedBefore);
            livesThatFinishedProxies += finished(file).size() > finishedBefore.size() ? 1 : 0;
        }
        assertThat(livesThatFoundCheckpoints).as("lives that found checkpoints").isGreaterThan(5);
        assertThat(livesThatFinishedProxies).as("lives that finished proxies").isGreaterThan(5);

        ProxySweep sweep = ProxySweep.of(corpus, settings(), 7).on(new LocalExecutor(2, 1));
        Trajectories resumed = sweep.run(design(corpus), file, Progress.SILENT);
        Trajectories undisturbed =
                sweep.run(design(corpus), folder.resolve("undisturbed").resolve("sweep.arrow"), Progress.SILENT);
        assertThat(inWords(resumed)).hasSize(PROXIES).isEqualTo(inWords(undisturbed));
        assertThat(underWay).doesNotExist();
    }

    private static Set<String> finished(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Set.of();
        }
        try {
            return Trajectories.read(file).runs().stream().map(Trajectory::run).collect(Collectors.toSet());
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("no run in it yet");
            return new HashSet<>();
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.noneMatch(file -> file.toString().endsWith(".arrow"));
        }
    }

    /// Name and losses to the last bit.
    private static List<String> inWords(Trajectories trajectories) {
        return trajectories.runs().stream()
                .map(run -> run.run()
                        + Arrays.deepToString(new double[][] {
                            run.losses(0), run.losses(1), run.losses(2), run.losses(3), run.losses(4)
                        }))
                .toList();
    }
}
