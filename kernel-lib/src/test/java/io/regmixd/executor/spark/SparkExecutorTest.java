package io.regmixd.executor.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.executor.SweepExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// In this JVM by Spark's local mode, which sends tasks and results through serialization as a cluster does.
@Timeout(600)
class SparkExecutorTest {

    private static final List<Integer> PIECES = IntStream.range(0, 20).boxed().toList();

    private static SparkExecutor executor;

    // what tasks tell the test: their captured variables are copies
    private static CountDownLatch working;
    private static volatile boolean saved;
    private static AtomicInteger attempts;
    private static Thread caller;

    @BeforeAll
    static void start() {
        executor = SparkExecutor.start(SparkExecutor.conf("local[2]").set("spark.executor.heartbeatInterval", "100ms"));
    }

    @AfterAll
    static void stop() {
        executor.close();
    }

    @BeforeEach
    void nothingYet() {
        working = new CountDownLatch(1);
        saved = false;
        attempts = new AtomicInteger();
        caller = Thread.currentThread();
    }

    private static class Heard implements SweepExecutor.Listener<Integer> {
        final List<Integer> results = new ArrayList<>();
        long units;

        @Override
        public void finished(Integer result) throws IOException {
            assertThat(Thread.currentThread()).isEqualTo(caller);
            results.add(result);
        }

        @Override
        public void working(long all) {
            assertThat(Thread.currentThread()).isEqualTo(caller);
            assertThat(all).isGreaterThanOrEqualTo(units);
            units = all;
        }
    }

    private static void sleepOrSave() throws InterruptedException {
        try {
            working.countDown();
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            Thread.sleep(500); // saving takes a while
            saved = true;
            throw e;
        }
    }

    @Test
    void everyPieceIsDoneOnceByWorkersThatWorkAtTheSameTimeAndHaveNoGpuUnlessSparkDealsThemOut() throws Exception {
        Heard heard = new Heard();
        working = new CountDownLatch(2);
        executor.run(
                PIECES,
                (piece, worker) -> {
                    working.countDown();
                    working.await(); // passes only if two work at the same time
                    worker.report(piece);
                    assertThat(worker.gpu()).isEmpty();
                    return piece;
                },
                heard);

        assertThat(executor.workers()).isEqualTo(2);
        assertThat(executor.threads()).isEqualTo(1);
        assertThat(executor.onGpus()).isFalse();
        assertThat(heard.results).containsExactlyInAnyOrderElementsOf(PIECES);
        assertThat(heard.units).isEqualTo(190);
    }

    @Test
    void resultsAndReportsComeWhileOtherPiecesAreUnderWay() throws Exception {
        Heard heard = new Heard() {
            @Override
            public void working(long all) {
                super.working(all);
                if (all == 7 && results.equals(List.of(1))) {
                    working.countDown();
                }
            }
        };
        executor.run(
                List.of(0, 1),
                (piece, worker) -> {
                    if (piece == 0) {
                        worker.report(3);
                        worker.report(4);
                        working.await(); // passes only if the caller heard of both before this piece ended
                    }
                    return piece;
                },
                heard);
        assertThat(heard.results).containsExactly(1, 0);
        assertThat(heard.units).isEqualTo(7);
    }

    @Test
    void firstFailureEndsTheRunAfterTheOthersHaveSavedTheirWorkAndIsNotTriedAgain() {
        assertThatThrownBy(() -> executor.run(
                        PIECES,
                        (piece, worker) -> {
                            if (piece == 0) {
                                attempts.incrementAndGet();
                                working.await();
                                throw new IOException("piece 0 is broken");
                            }
                            sleepOrSave();
                            return piece;
                        },
                        new Heard()))
                .isInstanceOf(IOException.class)
                .hasMessage("piece 0 is broken");
        assertThat(attempts).hasValue(1);
        assertThat(saved).isTrue();
    }

    @Test
    void uncheckedExceptionsAndErrorsComeOutAsTheyAre() {
        assertThatThrownBy(() -> executor.run(List.of(0), (piece, worker) -> 1 / piece, new Heard()))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> executor.run(
                        List.of(0),
                        (piece, worker) -> {
                            throw new AssertionError("no piece " + piece);
                        },
                        new Heard()))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no piece 0");
    }

    private static final class Torn extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final HashMap<String, Object> held = new HashMap<>(Map.of("open", new Object()));

        @Override
        public String getMessage() {
            return "torn, holds " + held.keySet();
        }
    }

    @Test
    void exceptionThatCannotTravelComesOutInWords() {
        assertThatThrownBy(() -> executor.run(
                        PIECES,
                        (piece, worker) -> {
                            throw new Torn();
                        },
                        new Heard()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Torn: torn, holds [open]");
    }

    @Test
    void interruptOfTheCallerReachesTheWorkersAndWaitsForThem() {
        assertThatThrownBy(() -> executor.run(
                        List.of(0),
                        (piece, worker) -> {
                            caller.interrupt();
                            sleepOrSave();
                            return piece;
                        },
                        new Heard()))
                .isInstanceOf(InterruptedException.class);
        assertThat(saved).isTrue();
    }

    @RepeatedTest(5)
    @Timeout(600)
    void interruptThatMeetsTasksAsTheyStartReachesThem() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> executor.run(
                        PIECES,
                        (piece, worker) -> {
                            Thread.sleep(60_000);
                            return piece;
                        },
                        new Heard()))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void failureOfTheListenerEndsTheRun() {
        assertThatThrownBy(() -> executor.run(
                        List.of(0, 1),
                        (piece, worker) -> {
                            if (piece == 1) {
                                sleepOrSave();
                            } else {
                                working.await();
                            }
                            return piece;
                        },
                        new Heard() {
                            @Override
                            public void finished(Integer result) throws IOException {
                                throw new IOException("no room for result " + result);
                            }
                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("no room for result 0");
        assertThat(saved).isTrue();
    }

    /// Hears of a first result and then ends the run, when Spark has handed over the second, too.
    private static List<Integer> heardOf(Runnable end, Class<? extends Throwable> expected) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(org.apache.spark.SparkContext.getOrCreate());
        AtomicInteger ended = new AtomicInteger();
        SparkListener ends = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd task) {
                ended.incrementAndGet();
            }
        };
        context.sc().addSparkListener(ends);
        Heard heard = new Heard() {
            @Override
            public void finished(Integer result) throws IOException {
                super.finished(result);
                if (results.size() == 1) {
                    while (ended.get() < 2) {
                        Thread.onSpinWait();
                    }
                    context.parallelize(List.of(0), 1).count(); // Spark's one thread has come past both tasks
                    end.run();
                }
            }
        };
        assertThatThrownBy(() -> executor.run(List.of(0, 1), (piece, worker) -> piece, heard))
                .isInstanceOf(expected);
        context.sc().removeSparkListener(ends);
        return heard.results;
    }

    @Test
    void resultsThatHaveComeAreHeardOfThoughTheListenerThrowsOrTheCallerIsInterrupted() {
        assertThat(heardOf(
                        () -> {
                            throw new IllegalStateException("no plot");
                        },
                        IllegalStateException.class))
                .containsExactlyInAnyOrder(0, 1);
        assertThat(heardOf(() -> Thread.currentThread().interrupt(), InterruptedException.class))
                .containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void whatCannotTravelIsSaid() {
        Object local = new Object();
        assertThatThrownBy(() -> executor.run(PIECES, (piece, worker) -> local.hashCode(), new Heard()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the task cannot travel: java.lang.Object is not serializable");
    }

    @Test
    void contextThatWouldDoPiecesTwiceOrShareAGpuIsRefused() {
        Map.of("spark.speculation", "true", "spark.task.resource.gpu.amount", "0.5")
                .forEach((name, value) -> assertThatThrownBy(() -> SparkExecutor.check(
                                SparkExecutor.conf("local[1]").set(name, value)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(name + " is " + value));
    }

    @Test
    void executorsGetTheEnvironmentThatThisLibraryIsTestedIn() {
        SparkConf conf = SparkExecutor.conf("local[1]");
        for (String name : List.of("GOMP_SPINCOUNT", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")) {
            assertThat(conf.get("spark.executorEnv." + name)).isEqualTo(System.getenv(name));
        }
        assertThat(System.getProperty("java.version")).startsWith("25");
    }

    @Test
    void contextOfTheCallerStaysOpen() throws Exception {
        JavaSparkContext theirs = JavaSparkContext.fromSparkContext(org.apache.spark.SparkContext.getOrCreate());
        SparkExecutor.of(theirs).close();
        Heard heard = new Heard();
        executor.run(List.of(5), (piece, worker) -> piece, heard);
        assertThat(heard.results).containsExactly(5);
    }
}
