package io.regmixd.engine;

import java.util.SplittableRandom;

/// A matrix of untrained models: normally distributed, drawn from a seed of each model.
final class InitialValues implements Pieces.Values {

    private final long[] seeds;
    private final String name;
    private final long size;
    private final double deviation;
    private SplittableRandom random;
    private long drawn;

    /// @param size of one model
    InitialValues(long[] seeds, String name, long size, double deviation) {
        this.seeds = seeds;
        this.name = name;
        this.size = size;
        this.deviation = deviation;
    }

    @Override
    public void fill(float[] next) {
        for (int i = 0; i < next.length; i++) {
            if (drawn % size == 0) {
                long seed = seeds[(int) (drawn / size)];
                random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
            }
            next[i] = (float) (deviation * random.nextGaussian());
            drawn++;
        }
    }
}
