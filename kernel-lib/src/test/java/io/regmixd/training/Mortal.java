package io.regmixd.training;

import io.regmixd.executor.SweepExecutor;
import io.regmixd.executor.WrappedExecutor;
import java.io.IOException;
import java.io.Serializable;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Trains groups until the process kills itself with `kill -9`, in the worker that takes a certain step, while
/// the other workers and the caller do what they do. `Runtime.halt` would wait for threads in native code and
/// run C's exit handlers.
final class Mortal extends WrappedExecutor {

    private final Death death;
    private final int step;
    private final int stepsAStage;
    private final Path told;

    /// @param death       what must have happened before
    /// @param step        of all workers together, from 1; death comes with this one or a later one
    /// @param stepsAStage after which a group saves its state
    /// @param told        a file that tells the proxies of each group that was begun, one a line
    Mortal(SweepExecutor executor, Death death, int step, int stepsAStage, Path told) {
        super(executor);
        this.death = death;
        this.step = step;
        this.stepsAStage = stepsAStage;
        this.told = told;
    }

    /// The steps alone decide whether it comes, never the time that they take.
    enum Death {
        AT_ONCE,
        /// The worker that dies has just gone on with a group past the end of a stage.
        WITH_A_STATE_SAVED,
        /// The caller has heard of a group and written it to the ledger.
        WITH_A_GROUP_RECORDED
    }

    @Override
    public <P extends Serializable, R extends Serializable> void run(
            List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException {
        AtomicInteger steps = new AtomicInteger();
        AtomicInteger returned = new AtomicInteger();
        CountDownLatch recorded = new CountDownLatch(1);
        Task<P, R> mortal = (piece, worker) -> {
            for (var run : ((GroupTask.Group) piece).runs()) {
                Files.writeString(told, run.name() + "\n", StandardOpenOption.APPEND);
            }
            AtomicInteger ofGroup = new AtomicInteger();
            R result = task.run(piece, reporting(worker, units -> {
                boolean saved = ofGroup.incrementAndGet() > stepsAStage;
                boolean due = steps.incrementAndGet() >= step
                        && switch (death) {
                            case AT_ONCE -> true;
                            case WITH_A_STATE_SAVED -> saved;
                            case WITH_A_GROUP_RECORDED -> returned.get() > 0;
                        };
                if (due && death == Death.WITH_A_GROUP_RECORDED) {
                    await(recorded);
                }
                if (due) {
                    killThisProcess();
                }
                worker.report(units);
            }));
            returned.incrementAndGet();
            return result;
        };
        super.run(pieces, mortal, new Listener<R>() {
            @Override
            public void finished(R result) throws IOException {
                listener.finished(result);
                recorded.countDown();
            }

            @Override
            public void working(long units) {
                listener.working(units);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("restricted")
    private static void killThisProcess() {
        Linker linker = Linker.nativeLinker();
        MethodHandle kill = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int _ = (int) kill.invokeExact((int) ProcessHandle.current().pid(), 9);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("lives on");
    }
}
