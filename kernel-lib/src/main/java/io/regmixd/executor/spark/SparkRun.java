package io.regmixd.executor.spark;

import io.regmixd.executor.SweepExecutor.Listener;
import io.regmixd.executor.SweepExecutor.Task;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.FutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple4;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/// One run: a Spark job with a partition a piece, and what Spark tells of it meanwhile.
final class SparkRun<P extends Serializable, R extends Serializable> extends SparkListener {

    private static final long POLL_MILLIS = 200;
    private static final long END_MILLIS = 100;
    private static final String RUN = "regmixd.run";
    private static final String INTERRUPT = "spark.job.interruptOnCancel";

    private final String id = UUID.randomUUID().toString();
    private final JavaSparkContext context;
    private final LongAccumulator accumulator;
    private final BlockingQueue<Outcome<R>> outcomes = new LinkedBlockingQueue<>();
    private final Map<Long, Long> units = new ConcurrentHashMap<>(); // by Spark task, lost ones too
    private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
    private final Set<Long> running = ConcurrentHashMap.newKeySet();
    private volatile int job = -1;
    private volatile boolean ended;

    SparkRun(JavaSparkContext context) {
        this.context = context;
        this.accumulator = context.sc().longAccumulator();
    }

    void run(List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException {
        requireTravels(task);
        context.sc().addSparkListener(this);
        try {
            FutureAction<Object> future = submit(pieces, task);
            int finished = 0;
            try {
                while (finished < pieces.size()) {
                    Outcome<R> outcome = outcomes.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    if (outcome != null) {
                        units.merge(outcome.attempt(), outcome.units(), Math::max);
                        listener.finished(outcome.get());
                        finished++;
                    } else if (future.isCompleted() && outcomes.isEmpty()) {
                        Throwable cause = future.value().get().failed().get();
                        throw new IOException(cause.getMessage(), cause);
                    }
                    listener.working(
                            units.values().stream().mapToLong(Long::longValue).sum());
                }
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                future.cancel();
                awaitEnd();
                keepFinished(listener, e);
                throw e;
            }
        } finally {
            context.sc().removeSparkListener(this);
        }
    }

    /// Pieces that ended well before the job did are not lost, whatever ended it. A further interrupt is kept for
    /// later: it would close the files that the listener writes.
    @SuppressWarnings("ReferenceEquality") // nothing suppresses itself
    private void keepFinished(Listener<? super R> listener, Throwable end) {
        boolean interrupted = Thread.interrupted();
        for (Outcome<R> outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            if (outcome.failure() == null) {
                try {
                    listener.finished(outcome.result());
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

    private static void requireTravels(Serializable task) {
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(task);
        } catch (IOException e) {
            throw new IllegalArgumentException("the task cannot travel: " + e.getMessage() + " is not serializable", e);
        }
    }

    private FutureAction<Object> submit(List<P> pieces, Task<P, R> task) {
        Seq<Object> partitions = CollectionConverters.<Object>asScala(IntStream.range(0, pieces.size())
                        .<Object>mapToObj(i -> i)
                        .toList())
                .toSeq();
        String before = context.getLocalProperty(INTERRUPT);
        context.setLocalProperty(INTERRUPT, "true");
        context.setLocalProperty(RUN, id);
        try {
            return context.sc()
                    .submitJob(
                            context.parallelize(pieces, pieces.size()).rdd(),
                            new Outcome.Of<>(task, accumulator),
                            partitions,
                            (piece, outcome) -> {
                                outcomes.add(outcome);
                                return BoxedUnit.UNIT;
                            },
                            () -> BoxedUnit.UNIT);
        } finally {
            context.setLocalProperty(RUN, null);
            context.setLocalProperty(INTERRUPT, before);
        }
    }

    /// What is saved at an interrupt must be whole when the caller goes on: a further interrupt is kept for
    /// later.
    private void awaitEnd() {
        boolean interrupted = false;
        int quiet = 0; // polls; Spark may tell of a task's start after it told of the job's end
        while (quiet < 2 && !context.sc().isStopped()) {
            try {
                Thread.sleep(END_MILLIS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
            quiet = ended && running.isEmpty() ? quiet + 1 : 0;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onJobStart(SparkListenerJobStart start) {
        if (id.equals(start.properties().getProperty(RUN))) {
            job = start.jobId();
            CollectionConverters.asJava(start.stageIds()).forEach(stage -> stages.add((Integer) stage));
        }
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd end) {
        ended |= end.jobId() == job;
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
        if (stages.contains(start.stageId())) {
            running.add(start.taskInfo().taskId());
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (stages.contains(end.stageId())) {
            running.remove(end.taskInfo().taskId());
        }
    }

    /// A heartbeat: of each task of an executor what its accumulators hold now.
    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
        for (Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task :
                CollectionConverters.asJava(heartbeat.accumUpdates())) {
            for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
                if (info.id() == accumulator.id()) {
                    units.merge((Long) task._1(), (Long) info.update().get(), Math::max);
                }
            }
        }
    }
}
