package io.regmixd.training;

import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.WrappedExecutor;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Counts the steps that the proxies take.
final class Counting extends WrappedExecutor {

    final AtomicLong steps = new AtomicLong();

    private final int workers;
    private final long last;

    /// Two threads.
    Counting() {
        super(new LocalExecutor(2, 1));
        this.workers = 2;
        this.last = Long.MAX_VALUE;
    }

    /// One thread, which the caller's interrupt meets in a certain step.
    ///
    /// @param workers that it claims to have
    /// @param last    the step, of all proxies together, from 1
    Counting(int workers, long last) {
        super(new LocalExecutor(1, 1));
        this.workers = workers;
        this.last = last;
    }

    @Override
    public int workers() {
        return workers;
    }

    @Override
    public <P extends Serializable, R extends Serializable> void run(
            List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException {
        Thread caller = Thread.currentThread();
        super.run(
                pieces,
                (piece, worker) -> task.run(piece, reporting(worker, units -> {
                    worker.report(units);
                    if (steps.addAndGet(units) >= last) {
                        caller.interrupt();
                        while (!Thread.currentThread().isInterrupted()) {
                            LockSupport.park();
                        }
                    }
                })),
                listener);
    }
}
