package io.regmixd.regression;

import io.regmixd.Progress;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Independent pieces of work on all cores, their progress told by the caller's thread.
public final class Parallel {

    private Parallel() {}

    /// One piece of work.
    @FunctionalInterface
    public interface Piece<T> {
        T run(int index) throws InterruptedException;
    }

    /// The results of pieces 0 to `count` - 1, in order. An interrupted caller interrupts the workers.
    public static <T> List<T> map(String step, int count, Piece<T> piece, Progress progress)
            throws InterruptedException {
        int threads = Math.min(count, Runtime.getRuntime().availableProcessors());
        try (ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("regression-", 0).factory())) {
            try {
                CompletionService<T> finished = new ExecutorCompletionService<>(pool);
                List<Future<T>> futures = IntStream.range(0, count)
                        .mapToObj(i -> finished.submit(() -> piece.run(i)))
                        .toList();
                for (int done = 1; done <= count; done++) {
                    finished.take().get();
                    progress.update(step, (double) done / count, done + " of " + count);
                }
                return futures.stream().map(Future::resultNow).toList();
            } catch (ExecutionException e) {
                throw switch (e.getCause()) {
                    case InterruptedException cause -> throw cause;
                    case Error cause -> throw cause;
                    case RuntimeException cause -> cause;
                    default -> new IllegalStateException(e.getCause()); // a piece throws nothing else
                };
            } finally {
                pool.shutdownNow();
            }
        }
    }
}
