package io.regmixd.executor;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;

/// Does the independent pieces of a long job - groups of proxies to train, files to tokenise - several at a
/// time: in this JVM ([LocalExecutor]) or on other machines.
///
/// Task, pieces and results may travel: they are serializable, and a task finds what it needs besides its piece
/// (a corpus, a folder for checkpoints) by paths that hold on every machine.
public interface SweepExecutor {

    /// How many pieces are worked on at the same time, at least 1.
    int workers();

    /// CPU threads that one worker may use, at least 1.
    int threads();

    /// Whether each worker has a GPU to itself.
    boolean onGpus();

    /// Does all pieces, in no certain order.
    ///
    /// @param listener hears of results and progress, in the calling thread
    /// @throws IOException          if a piece or the listener failed so. The first failure ends the run: the
    ///     workers are interrupted and waited for, and the listener hears of the pieces that have ended well all
    ///     the same. Unchecked exceptions and errors come out as they are; what the listener throws of a further
    ///     piece is suppressed
    /// @throws InterruptedException if the calling thread is interrupted; likewise
    <P extends Serializable, R extends Serializable> void run(
            List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException;

    /// What is done with a piece.
    @FunctionalInterface
    interface Task<P extends Serializable, R extends Serializable> extends Serializable {

        /// @throws InterruptedException when the executor wants no more of it; leaves behind what it will go on
        ///     from
        R run(P piece, Worker worker) throws IOException, InterruptedException;
    }

    /// Where a piece is worked on.
    interface Worker {

        /// The number, on its machine, of the GPU that the piece has to itself while it is worked on; without
        /// one the piece is for the CPU.
        OptionalInt gpu();

        /// Tells that some more of the piece is done; any thread.
        ///
        /// @param units in the task's own unit
        void report(long units);
    }

    /// Hears of a run, in the thread that called it.
    interface Listener<R> {

        /// @throws IOException ends the run
        void finished(R result) throws IOException;

        /// Called several times a second.
        ///
        /// @param units sum of all that the workers reported in this run
        void working(long units);
    }
}
