package io.regmixd.executor.spark;

import io.regmixd.executor.SweepExecutor.Worker;
import java.util.OptionalInt;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.LongAccumulator;

/// A Spark task as a worker.
final class ExecutorWorker implements Worker {

    private final OptionalInt gpu;
    private final LongAccumulator units;

    ExecutorWorker(TaskContext context, LongAccumulator units) {
        ResourceInformation given = context.resourcesJMap().get("gpu");
        this.gpu = given == null ? OptionalInt.empty() : OptionalInt.of(address(given));
        this.units = units;
    }

    private static int address(ResourceInformation gpu) {
        String address = gpu.addresses()[0];
        try {
            return Integer.parseInt(address);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "Spark's address of a GPU is " + address + ", expected a number: let the discovery script"
                            + " print the indices of nvidia-smi",
                    e);
        }
    }

    @Override
    public OptionalInt gpu() {
        return gpu;
    }

    @Override
    public void report(long more) {
        synchronized (units) {
            units.add(more);
        }
    }

    long reported() {
        synchronized (units) {
            return units.sum();
        }
    }
}
