package io.regmixd.executor;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/// Another executor, of which a test changes one thing.
public abstract class WrappedExecutor implements SweepExecutor {

    protected final SweepExecutor executor;

    protected WrappedExecutor(SweepExecutor executor) {
        this.executor = executor;
    }

    @Override
    public int workers() {
        return executor.workers();
    }

    @Override
    public int threads() {
        return executor.threads();
    }

    @Override
    public boolean onGpus() {
        return executor.onGpus();
    }

    @Override
    public <P extends Serializable, R extends Serializable> void run(
            List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException {
        executor.run(pieces, task, listener);
    }

    /// The same worker, whose reports something else hears.
    public static Worker reporting(Worker worker, LongConsumer heard) {
        return new Worker() {
            @Override
            public OptionalInt gpu() {
                return worker.gpu();
            }

            @Override
            public void report(long units) {
                heard.accept(units);
            }
        };
    }
}
