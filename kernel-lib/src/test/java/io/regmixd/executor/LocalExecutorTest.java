package io.regmixd.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class LocalExecutorTest {

    private static final List<Integer> PIECES = IntStream.range(0, 20).boxed().toList();

    private static final class Heard implements SweepExecutor.Listener<Integer> {
        private final List<Integer> results = new ArrayList<>();
        private final Thread caller = Thread.currentThread();
        private long units;

        @Override
        public void finished(Integer result) {
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

    @Test
    void everyPieceIsDoneOnceByWorkersThatWorkAtTheSameTime() throws Exception {
        Heard heard = new Heard();
        CountDownLatch three = new CountDownLatch(3);
        new LocalExecutor(3, 1)
                .run(
                        PIECES,
                        (piece, worker) -> {
                            three.countDown();
                            three.await(); // passes only if three work at the same time
                            assertThat(worker.gpu()).isEmpty();
                            worker.report(piece);
                            return piece * piece;
                        },
                        heard);

        assertThat(heard.results)
                .containsExactlyInAnyOrderElementsOf(
                        PIECES.stream().map(piece -> piece * piece).toList());
        assertThat(heard.units).isEqualTo(190);
    }

    @Test
    void piecesThatAreWorkedOnAtTheSameTimeHaveDifferentGpus() throws Exception {
        Set<Integer> busy = ConcurrentHashMap.newKeySet();
        CyclicBarrier three = new CyclicBarrier(3);
        LocalExecutor executor = LocalExecutor.ofGpus(3);
        executor.run(
                PIECES.subList(0, 18),
                (piece, worker) -> {
                    assertThat(busy.add(worker.gpu().getAsInt())).isTrue();
                    await(three);
                    assertThat(busy).containsExactlyInAnyOrder(0, 1, 2);
                    await(three);
                    busy.remove(worker.gpu().getAsInt());
                    return piece;
                },
                new Heard());

        assertThat(executor.workers()).isEqualTo(3);
    }

    private static void await(CyclicBarrier barrier) throws InterruptedException {
        try {
            barrier.await();
        } catch (BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void firstFailureEndsTheRunAfterTheOthersHaveSavedTheirWork() {
        AtomicBoolean saved = new AtomicBoolean();
        CountDownLatch working = new CountDownLatch(1);
        assertThatThrownBy(() -> new LocalExecutor(2, 1)
                        .run(
                                PIECES,
                                (piece, worker) -> {
                                    if (piece == 0) {
                                        working.await();
                                        throw new IOException("piece 0 is broken");
                                    }
                                    try {
                                        working.countDown();
                                        Thread.sleep(60_000);
                                    } catch (InterruptedException e) {
                                        saved.set(true);
                                        throw e;
                                    }
                                    return piece;
                                },
                                new Heard()))
                .isInstanceOf(IOException.class)
                .hasMessage("piece 0 is broken");
        assertThat(saved).isTrue();
    }

    @Test
    void interruptOfTheCallerReachesTheWorkersAndWaitsForThem() {
        AtomicBoolean saved = new AtomicBoolean();
        Thread caller = Thread.currentThread();
        assertThatThrownBy(() -> new LocalExecutor(1, 1)
                        .run(
                                PIECES,
                                (piece, worker) -> {
                                    caller.interrupt();
                                    try {
                                        Thread.sleep(60_000);
                                    } catch (InterruptedException e) {
                                        saved.set(true);
                                        throw e;
                                    }
                                    return piece;
                                },
                                new Heard()))
                .isInstanceOf(InterruptedException.class);
        assertThat(saved).isTrue();
    }

    @Test
    void failureOfTheListenerEndsTheRun() {
        assertThatThrownBy(() -> new LocalExecutor(1, 1)
                        .run(PIECES, (piece, worker) -> piece, new SweepExecutor.Listener<Integer>() {
                            @Override
                            public void finished(Integer result) throws IOException {
                                throw new IOException("no room for result " + result);
                            }

                            @Override
                            public void working(long units) {}
                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("no room for result 0");
    }

    /// The second piece ends well when it is interrupted, so after the listener threw.
    private static void runTwo(SweepExecutor.Listener<Integer> listener) throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        new LocalExecutor(2, 1)
                .run(
                        List.of(0, 1),
                        (piece, worker) -> {
                            if (piece == 0) {
                                working.await();
                                return piece;
                            }
                            try {
                                working.countDown();
                                Thread.sleep(60_000);
                            } catch (InterruptedException _) {
                                return piece;
                            }
                            return piece;
                        },
                        listener);
    }

    @Test
    void piecesThatEndWellAfterTheListenerThrewAtAResultAreHeardOf() {
        List<Integer> results = new ArrayList<>();
        assertThatThrownBy(() -> runTwo(new SweepExecutor.Listener<>() {
                    @Override
                    public void finished(Integer result) {
                        results.add(result);
                        throw new IllegalStateException("no plot of " + result);
                    }

                    @Override
                    public void working(long units) {}
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no plot of 0")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(second -> assertThat(second).hasMessage("no plot of 1")));
        assertThat(results).containsExactly(0, 1);
    }

    @Test
    void piecesThatEndWellAfterTheListenerThrewAtProgressAreHeardOf() {
        List<Integer> results = new ArrayList<>();
        assertThatThrownBy(() -> runTwo(new SweepExecutor.Listener<>() {
                    @Override
                    public void finished(Integer result) {
                        results.add(result);
                    }

                    @Override
                    public void working(long units) {
                        if (!results.isEmpty()) {
                            throw new AssertionError("no bar");
                        }
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no bar");
        assertThat(results).containsExactly(0, 1);
    }
}
