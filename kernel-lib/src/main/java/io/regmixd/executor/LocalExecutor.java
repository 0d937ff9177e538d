package io.regmixd.executor;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// Works in threads of this JVM.
///
/// @param workers threads that each do a piece, at least 1
/// @param threads what each of them may use further, at least 1
/// @param onGpus  whether each has the GPU of its number, from 0, or all share the CPU
public record LocalExecutor(int workers, int threads, boolean onGpus) implements SweepExecutor {

    private static final long POLL_MILLIS = 200;

    public LocalExecutor {
        if (workers < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "workers " + workers + ", threads " + threads + ": both must be at least 1");
        }
    }

    /// Workers on the CPU.
    ///
    /// @param workers at least 1
    /// @param threads of each, at least 1
    public LocalExecutor(int workers, int threads) {
        this(workers, threads, false);
    }

    /// A worker on each of the machine's first GPUs.
    ///
    /// @param gpus how many, at least 1
    public static LocalExecutor ofGpus(int gpus) {
        return new LocalExecutor(gpus, 1, true);
    }

    @Override
    public <P extends Serializable, R extends Serializable> void run(
            List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException {
        BlockingQueue<Integer> free =
                new LinkedBlockingQueue<>(IntStream.range(0, workers).boxed().toList());
        LongAdder units = new LongAdder();
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        CompletionService<R> results = new ExecutorCompletionService<>(pool);
        try {
            for (P piece : pieces) {
                results.submit(() -> {
                    int number = free.take();
                    try {
                        OptionalInt gpu = onGpus ? OptionalInt.of(number) : OptionalInt.empty();
                        return task.run(piece, new Counted(gpu, units));
                    } finally {
                        free.add(number);
                    }
                });
            }
            int finished = 0;
            while (finished < pieces.size()) {
                Future<R> result = results.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (result != null) {
                    listener.finished(result.get());
                    finished++;
                }
                listener.working(units.sum());
            }
        } catch (ExecutionException e) {
            end(pool);
            keepFinished(results, listener, e.getCause());
            throw unwrapped(e);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            end(pool);
            keepFinished(results, listener, e);
            throw e;
        } finally {
            end(pool);
        }
    }

    /// Pieces that ended well while the run was ended are not lost, whatever ended it. A further interrupt is kept
    /// for later: it would close the files that the listener writes.
    @SuppressWarnings("ReferenceEquality") // nothing suppresses itself
    private static <R> void keepFinished(CompletionService<R> results, Listener<? super R> listener, Throwable end) {
        boolean interrupted = Thread.interrupted();
        for (Future<R> result = results.poll(); result != null; result = results.poll()) {
            if (result.state() == Future.State.SUCCESS) {
                try {
                    listener.finished(result.resultNow());
                } catch (IOException | RuntimeException | Error e) {
                    if (e != end) {
                        end.addSuppressed(e);
                    }
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Native work cannot be stopped halfway, and what is saved at an interrupt must be whole when the caller
    /// goes on: a further interrupt is kept for later.
    private static void end(ExecutorService pool) {
        pool.shutdownNow();
        boolean interrupted = false;
        while (!pool.isTerminated()) {
            try {
                pool.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException unwrapped(ExecutionException e) throws InterruptedException {
        return switch (e.getCause()) {
            case IOException cause -> cause;
            case InterruptedException cause -> throw cause;
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            default -> new IOException(e.getCause());
        };
    }

    private record Counted(OptionalInt gpu, LongAdder units) implements Worker {
        @Override
        public void report(long more) {
            units.add(more);
        }
    }
}
