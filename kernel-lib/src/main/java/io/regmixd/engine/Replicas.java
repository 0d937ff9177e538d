package io.regmixd.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;

/// The copies of one group of models, at least one, each on its device.
record Replicas(List<Replica> all) implements AutoCloseable {

    Replica first() {
        return all.getFirst();
    }

    Stream<Replica> others(Replica one) {
        return all.stream().filter(other -> other != one);
    }

    /// What a replica makes of its share of the sequences.
    interface Share {
        float[][] of(Replica replica, int[] tokens, int sequences);
    }

    /// Deals the sequences of each row of models out to the replicas, in order; with fewer sequences than
    /// replicas, the last have none to do and are left out.
    List<float[][]> onShares(int rows, int[] tokens, int sequences, int context, Share share) {
        int used = Math.min(all.size(), sequences);
        List<Future<float[][]>> parts = new ArrayList<>();
        for (int r = 0; r < used; r++) {
            Replica replica = all.get(r);
            int from = r * sequences / used;
            int count = (r + 1) * sequences / used - from;
            int[] part = new int[rows * count * (context + 1)];
            for (int row = 0; row < rows; row++) {
                System.arraycopy(
                        tokens,
                        (row * sequences + from) * (context + 1),
                        part,
                        row * count * (context + 1),
                        count * (context + 1));
            }
            parts.add(replica.in(() -> share.of(replica, part, count)));
        }
        return joinAll(parts);
    }

    /// What each makes of the same work, in order; all work at the same time.
    <T> List<T> onAll(Function<Replica, T> work) {
        return joinAll(all.stream()
                .map(replica -> replica.in(() -> work.apply(replica)))
                .toList());
    }

    /// Waits for all, then fails if one did.
    private static <T> List<T> joinAll(List<Future<T>> futures) {
        List<T> results = new ArrayList<>();
        RuntimeException failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(join(future));
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return results;
    }

    /// Native work cannot be stopped halfway: an interrupt is kept for the caller.
    private static <T> T join(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case RuntimeException cause -> throw cause;
                        case Error cause -> throw cause;
                        default -> throw new IllegalStateException(e.getCause());
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        all.forEach(Replica::close);
    }
}
