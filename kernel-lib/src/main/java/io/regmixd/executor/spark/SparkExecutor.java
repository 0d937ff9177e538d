package io.regmixd.executor.spark;

import io.regmixd.executor.JvmSettings;
import io.regmixd.executor.SweepExecutor;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/// Works in the executors of a Spark cluster: `local[*]`, standalone, YARN or Kubernetes. One piece is one
/// Spark task.
///
/// - Results come as each piece ends; reports of a piece under way come with the heartbeats of its executor.
/// - A piece whose executor is lost is done again on another, `spark.task.maxFailures` times in all. What the
///   lost one reported stays in the sum of units.
/// - What a task throws itself ends the run at once, as it does in this JVM, and is not tried again.
/// - At the end of a run that failed or was interrupted, pieces under way are interrupted and waited for.
///
/// Task, pieces, results and exceptions travel by Java's serialization, so their classes must be on the
/// executors' class path; a class or lambda of a notebook cell is not. How to set a cluster up:
/// `docs/scaling.md`.
public final class SparkExecutor implements SweepExecutor, AutoCloseable {

    private static final String TASK_GPUS = "spark.task.resource.gpu.amount";

    private final JavaSparkContext context;
    private final boolean own;

    private SparkExecutor(JavaSparkContext context, boolean own) {
        check(context.getConf());
        this.context = context;
        this.own = own;
    }

    static void check(SparkConf conf) {
        if (conf.getBoolean("spark.speculation", false)) {
            throw new IllegalArgumentException("spark.speculation is true: two tasks would train the same proxies and"
                    + " write the same checkpoints. Set it to false.");
        }
        if (conf.getDouble(TASK_GPUS, 1) != 1) {
            throw new IllegalArgumentException(
                    TASK_GPUS + " is " + conf.get(TASK_GPUS) + ": a piece works on one GPU of its own. Set it to 1.");
        }
    }

    /// The executors of a context that the caller has and stops.
    ///
    /// @throws IllegalArgumentException if `spark.speculation` is on, since a piece must not be worked on twice
    ///     at a time, or if `spark.task.resource.gpu.amount` is not 1
    public static SparkExecutor of(JavaSparkContext context) {
        return new SparkExecutor(context, false);
    }

    /// Starts a context, which [#close] stops. A JVM has at most one.
    ///
    /// @param conf from [#conf], with whatever the cluster needs besides
    /// @throws IllegalArgumentException as [#of]
    public static SparkExecutor start(SparkConf conf) {
        check(conf);
        return new SparkExecutor(new JavaSparkContext(conf), true);
    }

    /// What executors need to run this library, but for its class path (`spark.executor.extraClassPath`): JVM
    /// options and environment variables. Heartbeats, which bring progress, come every two seconds; no web
    /// page.
    ///
    /// @param master `local[*]`, `spark://HOST:7077`, `yarn`, `k8s://https://HOST:PORT`
    public static SparkConf conf(String master) {
        SparkConf conf = new SparkConf()
                .setMaster(master)
                .setAppName("RegMix-D")
                .set("spark.executor.extraJavaOptions", String.join(" ", JvmSettings.options()))
                .set("spark.executor.heartbeatInterval", "2s")
                .set("spark.ui.enabled", "false");
        JvmSettings.environment().forEach(conf::setExecutorEnv);
        return conf;
    }

    /// Tasks that fit into the executors: those that `spark.executor.instances` asks for, or those that are
    /// there now if these are more. Where neither is known, 1.
    @Override
    public int workers() {
        SparkConf conf = context.getConf();
        int tasks = conf.getInt("spark.executor.cores", threads()) / threads(); // of an executor
        tasks = Math.min(tasks, conf.getInt("spark.executor.resource.gpu.amount", tasks));
        int asked = conf.getInt("spark.executor.instances", 0) * tasks;
        int there = context.sc()
                .maxNumConcurrentTasks(context.sc().resourceProfileManager().defaultResourceProfile());
        return Math.max(1, Math.max(asked, there));
    }

    /// `spark.task.cpus`.
    @Override
    public int threads() {
        return context.getConf().getInt("spark.task.cpus", 1);
    }

    /// Whether `spark.task.resource.gpu.amount` is set: Spark deals GPUs out then, and pieces are for the CPU
    /// otherwise, whatever the machines have.
    @Override
    public boolean onGpus() {
        return context.getConf().contains(TASK_GPUS);
    }

    /// @throws IllegalArgumentException if the task is not serializable
    @Override
    public <P extends Serializable, R extends Serializable> void run(
            List<P> pieces, Task<P, R> task, Listener<? super R> listener) throws IOException, InterruptedException {
        if (!pieces.isEmpty()) {
            new SparkRun<P, R>(context).run(pieces, task, listener);
        }
    }

    /// Stops the context if this object started it.
    @Override
    public void close() {
        if (own) {
            context.stop();
        }
    }
}
