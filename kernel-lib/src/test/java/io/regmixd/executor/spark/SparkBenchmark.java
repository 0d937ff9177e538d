package io.regmixd.executor.spark;

import io.regmixd.engine.LlamaConfig;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.SweepExecutor;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.training.Run;
import io.regmixd.trajectory.Trajectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a cluster costs, for `docs/scaling.md`: `mvn -pl kernel-lib test -Dtest=SparkBenchmark`. The suite
/// leaves it out.
class SparkBenchmark {

    private static final int PIECES = 2_000;
    private static final int DOMAINS = 17;
    private static final int STAGES = 10;

    @Test
    void overheadAPiece(@TempDir Path folder) throws Exception {
        long start = System.nanoTime();
        try (SparkExecutor executor = SparkExecutor.start(LocalCluster.conf(1, "0", folder))) {
            say("context started, s", seconds(start));
            start = System.nanoTime();
            nothing(executor, 2);
            say("first two pieces, executors' start included, s", seconds(start));
            nothing(executor, PIECES);
            for (int round = 1; round <= 3; round++) {
                start = System.nanoTime();
                nothing(executor, PIECES);
                say("empty piece on a cluster of two, ms a piece and worker", seconds(start) * 1e3 * 2 / PIECES);
            }
            for (int round = 1; round <= 3; round++) {
                AtomicLong late = new AtomicLong();
                executor.run(
                        List.of(0),
                        (piece, worker) -> System.currentTimeMillis(),
                        heard(ended -> late.set(System.currentTimeMillis() - ended)));
                say("from the end of a piece to the listener, ms", (double) late.get());
            }
        }
        start = System.nanoTime();
        nothing(new LocalExecutor(2, 1), PIECES);
        say("empty piece in this JVM, ms a piece and worker", seconds(start) * 1e3 * 2 / PIECES);
    }

    @Test
    void sizesOfWhatTravels() throws IOException {
        List<String> domains =
                IntStream.range(0, DOMAINS).mapToObj(i -> "domain-" + i).toList();
        double[] even = new double[DOMAINS];
        Arrays.fill(even, 1.0 / DOMAINS);
        List<MixtureSchedule> design =
                DirichletDesign.regmix(Mixture.of(domains, even)).sampleSchedules(16, STAGES, 1);
        List<Run> runs = new ArrayList<>();
        List<Trajectory> trajectories = new ArrayList<>();
        for (int i = 0; i < design.size(); i++) {
            runs.add(new Run("proxy-" + i, design.get(i), 1));
            double[][] losses = new double[STAGES + 1][DOMAINS];
            for (double[] row : losses) {
                Arrays.setAll(row, domain -> Math.sqrt(2 + domain));
            }
            trajectories.add(new Trajectory("proxy-" + i, design.get(i), losses, OptionalInt.empty()));
        }
        for (int k : new int[] {1, 8, 16}) {
            say("runs of " + k + " proxies, 17 domains, 10 stages, bytes", bytes(new ArrayList<>(runs.subList(0, k))));
            say(
                    "trajectories of " + k + " proxies, 17 domains, 10 stages, bytes",
                    bytes(new ArrayList<>(trajectories.subList(0, k))));
        }
    }

    @Test
    void operationsOfRegMixsSweep() {
        double tokens = 512.0 * 1_000 * 512 * 2048;
        say(
                "512 proxies of 1M, 1,000 steps of 512 x 2048 tokens, FLOP",
                tokens * LlamaConfig.regmix1M().trainingFlops(2048));
    }

    private static void nothing(SweepExecutor executor, int pieces) throws Exception {
        executor.run(IntStream.range(0, pieces).boxed().toList(), (piece, worker) -> (long) piece, heard(result -> {}));
    }

    private static SweepExecutor.Listener<Long> heard(java.util.function.LongConsumer consumer) {
        return new SweepExecutor.Listener<>() {
            @Override
            public void finished(Long result) {
                consumer.accept(result);
            }

            @Override
            public void working(long units) {}
        };
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static int bytes(Serializable value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.size();
    }

    private static void say(String figure, double value) {
        System.out.printf(Locale.ROOT, "%s: %.4g%n", figure, value);
    }
}
