package io.regmixd.executor.spark;

import io.regmixd.executor.SweepExecutor.Task;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;
import scala.Function1;
import scala.collection.Iterator;

/// What comes back of a piece. What the task threw is a result, too: a failed task Spark would try three times
/// more.
///
/// @param attempt Spark's number of the task
/// @param units   all that it reported
/// @param failure what the task threw, or null
record Outcome<R extends Serializable>(long attempt, long units, R result, Throwable failure) implements Serializable {

    /// @throws IOException if the task threw it, or something checked besides; the unchecked as it is
    R get() throws IOException {
        return switch (failure) {
            case null -> result;
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(failure);
        };
    }

    /// What travels to the executors: the task, and a counter of which each Spark task gets a copy of its own.
    record Of<P extends Serializable, R extends Serializable>(Task<P, R> task, LongAccumulator units)
            implements Function1<Iterator<P>, Outcome<R>>, Serializable {

        /// @param pieces the one piece of a partition
        @Override
        public Outcome<R> apply(Iterator<P> pieces) {
            TaskContext context = TaskContext.get();
            context.killTaskIfInterrupted(); // ended before it began, the thread was not interrupted
            try {
                ExecutorWorker worker = new ExecutorWorker(context, units);
                R result = task.run(pieces.next(), worker);
                return new Outcome<>(context.taskAttemptId(), worker.reported(), result, null);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e); // Spark knows that it ended this task, or tries it again
            } catch (Throwable e) {
                return new Outcome<>(context.taskAttemptId(), 0, null, travelling(e));
            }
        }
    }

    private static Throwable travelling(Throwable failure) {
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(failure);
            return failure;
        } catch (IOException _) {
            IOException same = new IOException(failure.toString());
            same.setStackTrace(failure.getStackTrace());
            return same;
        }
    }
}
