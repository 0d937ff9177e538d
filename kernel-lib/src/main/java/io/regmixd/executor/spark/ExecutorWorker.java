package io.regmixd.executor.spark;

import io.regmixd.executor.SweepExecutor.Worker;
import java.util.BitSet;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.LongAccumulator;

/// A Spark task as a worker. Its number is the address of the GPU that the task was given; without GPUs the
/// lowest that no other piece in this executor has.
final class ExecutorWorker implements Worker, AutoCloseable {

    private static final BitSet TAKEN = new BitSet(); // of this JVM; itself the lock

    private final int number;
    private final boolean numbered;
    private final LongAccumulator units;

    ExecutorWorker(TaskContext context, LongAccumulator units) {
        ResourceInformation gpu = context.resourcesJMap().get("gpu");
        this.numbered = gpu == null;
        this.number = numbered ? take() : address(gpu);
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

    private static int take() {
        synchronized (TAKEN) {
            int free = TAKEN.nextClearBit(0);
            TAKEN.set(free);
            return free;
        }
    }

    @Override
    public int number() {
        return number;
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

    @Override
    public void close() {
        if (numbered) {
            synchronized (TAKEN) {
                TAKEN.clear(number);
            }
        }
    }
}
