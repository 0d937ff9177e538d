package io.regmixd.executor.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.spark.SparkConf;

/// A standalone cluster on this machine: master and two workers in this JVM, their executors processes of their
/// own with the class path of the tests, the processor cores and GPUs only said to be there.
final class LocalCluster {

    private LocalCluster() {}

    /// @param cores of each of the two workers
    /// @param gpus  addresses of each worker's GPUs: `"3","7"`; as many as cores
    static SparkConf conf(int cores, String gpus, Path folder) throws IOException {
        Path script = Files.writeString(folder.resolve("gpus"), """
                #!/bin/sh
                echo '{"name": "gpu", "addresses": [%s]}'
                """.formatted(gpus));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        String perWorker = Integer.toString(cores);
        return conf(cores)
                .set("spark.worker.resource.gpu.amount", perWorker)
                .set("spark.worker.resource.gpu.discoveryScript", script.toString())
                .set("spark.executor.resource.gpu.amount", perWorker)
                .set("spark.task.resource.gpu.amount", "1");
    }

    /// Workers without GPUs.
    ///
    /// @param cores of each of the two
    static SparkConf conf(int cores) throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars")); // Spark's own are on the class path
        SparkConf conf = SparkExecutor.conf("local-cluster[2," + cores + ",1024]");
        String options = conf.get("spark.executor.extraJavaOptions");
        return conf.set("spark.executor.extraJavaOptions", options + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .set("spark.executor.extraClassPath", System.getProperty("surefire.test.class.path"))
                .setExecutorEnv("JAVA_HOME", System.getProperty("java.home"))
                .setExecutorEnv("SPARK_SCALA_VERSION", "2.13")
                .set("spark.driver.host", "127.0.0.1");
    }
}
