package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9`, again and again, at steps that a seed draws.
class KilledSweepTest {

    /// Each kind of death in turn, so that every few lives are sure to leave states and finished proxies.
    private static final Mortal.Death[] DEATHS = Mortal.Death.values();

    private static final int SIGKILLED = 137;

    private static final int KILLS = 50;

    private static final int MOST_WORKERS = 3;

    private static TrainingSettings settings() {
        LlamaConfig small = new LlamaConfig(1, 2, 16, 32, 256);
        return new TrainingSettings(small, 32, 4, 12, 4, LearningRate.constant(1e-3, 2), 0.1, 64);
    }

    private static int stepsAStage() {
        return settings().steps() / settings().stages();
    }

    private static ProxySweep sweep(Corpus corpus) {
        return ProxySweep.of(corpus, settings(), 7).saving(Saving.ALWAYS);
    }

    private static Trajectories run(ProxySweep sweep, Corpus corpus, int proxies, Path file) throws Exception {
        return sweep.run(DirichletDesign.regmix(corpus.natural()).sample(proxies, 1), file, Progress.SILENT);
    }

    /// A session that kills itself.
    static final class Victim {
        public static void main(String[] args) throws Exception {
            Corpus corpus = Corpus.open(Path.of(args[0]));
            Mortal mortal = new Mortal(
                    new LocalExecutor(Integer.parseInt(args[3]), 1),
                    Mortal.Death.valueOf(args[4]),
                    Integer.parseInt(args[5]),
                    stepsAStage(),
                    Path.of(args[6]));
            run(sweep(corpus).on(mortal), corpus, Integer.parseInt(args[2]), Path.of(args[1]));
        }
    }

    @Test
    @Tag("slow")
    void sweepKilledFiftyTimesShowsWhatAnUndisturbedOneShowsAndTrainsNoFinishedProxyAgain(@TempDir Path folder)
            throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        Path file = folder.resolve("sweep.arrow");
        Path underWay = folder.resolve("sweep-under-way");
        int proxies = 8 * KILLS; // more than all lives together can finish
        Random random = new Random(1);
        for (int life = 0; life < KILLS; life++) {
            Mortal.Death death = DEATHS[life % DEATHS.length];
            int step = 1 + random.nextInt(settings().steps());
            int workers = 1 + random.nextInt(MOST_WORKERS);
            String state = "life " + life + " of " + workers + " workers that died " + death + ", step " + step;
            Set<String> before = finished(file);
            Path trained = Files.createFile(folder.resolve("trained-in-life-" + life));
            try (OtherJvm victim = new OtherJvm(
                    "",
                    Victim.class,
                    corpus.folder().toString(),
                    file.toString(),
                    Integer.toString(proxies),
                    Integer.toString(workers),
                    death.name(),
                    Integer.toString(step),
                    trained.toString())) {
                assertThat(victim.line()).as(state).isNull();
                assertThat(victim.end()).as(state).isEqualTo(SIGKILLED);
            }
            assertThat(Files.readAllLines(trained)).as(state).isNotEmpty().noneMatch(before::contains);
            assertThat(finished(file)).as(state).containsAll(before);
            switch (death) {
                case AT_ONCE -> {}
                case WITH_A_STATE_SAVED ->
                    assertThat(underWay).as(state).isDirectoryContaining("glob:**/proxy-*.arrow");
                case WITH_A_GROUP_RECORDED ->
                    assertThat(finished(file)).as(state).hasSizeGreaterThan(before.size());
            }
        }
        ProxySweep survivor = sweep(corpus).on(new LocalExecutor(2, 1));
        Trajectories resumed = run(survivor, corpus, proxies, file);
        Trajectories undisturbed = run(
                ProxySweep.of(corpus, settings(), 7).on(new LocalExecutor(1, 1)),
                corpus,
                proxies,
                folder.resolve("undisturbed").resolve("sweep.arrow"));
        assertThat(inWords(resumed)).hasSize(proxies).isEqualTo(inWords(undisturbed));
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
            return Set.of();
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
