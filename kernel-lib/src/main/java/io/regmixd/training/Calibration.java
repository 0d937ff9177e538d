package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Llama;
import io.regmixd.executor.LocalExecutor;
import io.regmixd.executor.SweepExecutor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.IntStream;

/// Measures how a CPU's cores are best shared out: many workers of one thread each, or fewer of more. Steps of
/// the sweep's own models are timed on all workers at once, about half a second a choice.
final class Calibration {

    private static final long NANOS = 250_000_000;

    /// Of a timed step at most: a choice is about shares, not about whole steps.
    private static final int TOKENS = 4096;

    private static final Map<String, Integer> CHOSEN = new ConcurrentHashMap<>();

    private Calibration() {}

    /// The threads a worker that train the most tokens per second; the same all through a process.
    static int threads(TrainingSettings settings, String step, Progress progress)
            throws IOException, InterruptedException {
        String measured =
                settings.model() + ", " + settings.context() + ", " + settings.batch() + ", " + settings.compute();
        Integer before = CHOSEN.get(measured);
        if (before != null) {
            return before;
        }
        int cores = Runtime.getRuntime().availableProcessors();
        int best = cores;
        double bestRate = 0;
        for (int threads = 1; threads <= cores; threads *= 2) {
            int workers = cores / threads;
            if (threads < cores && !fit(settings, workers)) {
                continue;
            }
            double rate = rate(settings, workers, threads);
            progress.update(
                    step,
                    0,
                    String.format(Locale.ROOT, "measured %d x %d threads: %,.0f tokens/s", workers, threads, rate));
            if (rate > bestRate) {
                best = threads;
                bestRate = rate;
            }
        }
        CHOSEN.put(measured, best);
        return best;
    }

    /// Parameters, gradients and AdamW's moments of all workers within half of the machine's memory.
    private static boolean fit(TrainingSettings settings, int workers) {
        return 4L * Float.BYTES * settings.model().parameters() * workers <= physicalMemory() / 2;
    }

    /// Bytes of this machine.
    static long physicalMemory() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    /// Some sequences to time a step on.
    static int[] tokens(TrainingSettings settings, int sequences) {
        int vocabulary = settings.model().vocabulary();
        return IntStream.range(0, sequences * (settings.context() + 1))
                .map(i -> i % vocabulary)
                .toArray();
    }

    /// Times steps, two of them at least.
    ///
    /// @param nanos how long at least
    /// @param llama has taken a step on these tokens, which warms it up
    /// @throws InterruptedException if the thread is interrupted between two steps
    static double tokensPerSecond(Llama llama, TrainingSettings settings, int[] tokens, int sequences, long nanos)
            throws InterruptedException {
        long start = System.nanoTime();
        int steps = 0;
        while (steps < 2 || System.nanoTime() - start < nanos) {
            if (Thread.interrupted()) {
                throw new InterruptedException("timing stopped");
            }
            llama.train(tokens, sequences, settings.context(), 2, 1e-4, 0);
            steps++;
        }
        return (double) steps * sequences * settings.context() * 1e9 / (System.nanoTime() - start);
    }

    private static double rate(TrainingSettings settings, int workers, int threads)
            throws IOException, InterruptedException {
        int sequences = Math.clamp(TOKENS / settings.context(), 1, settings.batch());
        int[] tokens = tokens(settings, sequences);
        CyclicBarrier together = new CyclicBarrier(workers);
        DoubleAdder rate = new DoubleAdder();
        SweepExecutor.Task<Integer, Double> task = (piece, worker) -> {
            try (Llama llama = Llama.initialise(
                    settings.model(),
                    new long[] {piece},
                    List.of(ComputeDevice.threads(threads)),
                    settings.compute())) {
                llama.train(tokens, sequences, settings.context(), 1, 1e-4, 0); // warms up
                together.await();
                return tokensPerSecond(llama, settings, tokens, sequences, NANOS);
            } catch (BrokenBarrierException e) {
                throw new IOException("another worker failed while the workers were timed", e);
            }
        };
        new LocalExecutor(workers, threads)
                .run(IntStream.range(0, workers).boxed().toList(), task, new SweepExecutor.Listener<Double>() {
                    @Override
                    public void finished(Double ofWorker) {
                        rate.add(ofWorker);
                    }

                    @Override
                    public void working(long units) {}
                });
        return rate.sum();
    }
}
