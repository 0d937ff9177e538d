package io.regmixd.evaluation.harness;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.math3.random.MersenneTwister;

/// Python's `random.Random(seed)` as far as the harness draws shots with it: `sample` without replacement,
/// equal draw for draw (CPython 3.9 to 3.13, `Lib/random.py` and `Modules/_randommodule.c`).
final class PythonRandom {

    private final MersenneTwister twister;

    /// @param seed 0 to 2^31 - 1
    PythonRandom(int seed) {
        twister = new MersenneTwister(new int[] {seed}); // initialised by an array, even of one word
    }

    /// Places of a sample in the order of drawing, each 0 to `population - 1`.
    ///
    /// @throws IllegalArgumentException if the population is smaller than the sample
    List<Integer> sample(int population, int count) {
        if (count > population) {
            throw new IllegalArgumentException(count + " of " + population + " cannot be drawn");
        }
        int setSize = 21; // above that Python prefers a set of what is taken to a list of what is left
        if (count > 5) {
            setSize += (int) Math.pow(4, Math.ceil(Math.log(count * 3.0) / Math.log(4)));
        }
        return population <= setSize ? fromPool(population, count) : besides(population, count);
    }

    private List<Integer> fromPool(int population, int count) {
        int[] pool = new int[population];
        for (int i = 0; i < population; i++) {
            pool[i] = i;
        }
        List<Integer> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int j = below(population - i);
            drawn.add(pool[j]);
            pool[j] = pool[population - i - 1];
        }
        return drawn;
    }

    private List<Integer> besides(int population, int count) {
        List<Integer> drawn = new ArrayList<>();
        Set<Integer> taken = new HashSet<>();
        while (drawn.size() < count) {
            int j = below(population);
            if (taken.add(j)) {
                drawn.add(j);
            }
        }
        return drawn;
    }

    private int below(int bound) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bound);
        int drawn = twister.nextInt() >>> (Integer.SIZE - bits);
        while (drawn >= bound) {
            drawn = twister.nextInt() >>> (Integer.SIZE - bits);
        }
        return drawn;
    }
}
