package io.regmixd.data;

/// SplitMix64 by index: the n-th output of the generator without the ones before it.
///
/// The generator adds a constant to its state for every output and returns the state well mixed, so that output
/// n is a function of seed and n. Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
/// 2014; constants of Vigna's splitmix64.c.
final class SplitMix64 {

    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /// Output `n`, counted from 0, of the generator seeded with `seed`.
    static long at(long seed, long n) {
        long z = seed + GAMMA * (n + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
