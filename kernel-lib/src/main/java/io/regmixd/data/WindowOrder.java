package io.regmixd.data;

/// The order in which a run walks through the windows of one domain: epoch by epoch, in each epoch every window once,
/// in an order of its own.
///
/// A pure function of (seed, domain, place), so that the k-th window of a domain is the same in all runs of a seed,
/// and nothing is stored. The order is a permutation by a Feistel network over the next power of four, walked until
/// it comes back among the windows: Black and Rogaway, Ciphers with arbitrary finite domains, CT-RSA 2002.
final class WindowOrder {

    private static final int ROUNDS = 12; // with fewer, few windows come in orders that are not even

    private final long key;
    private final long windows;
    private final int halfBits;

    /// @param windows at least 1
    WindowOrder(long seed, int domain, long windows) {
        this.key = SplitMix64.at(seed, domain);
        this.windows = windows;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(windows - 1);
        halfBits = Math.max(1, (bits + 1) / 2);
    }

    /// The window at a place of the walk.
    ///
    /// @param place from 0, over all epochs
    long window(long place) {
        long epochKey = SplitMix64.at(key, place / windows);
        long window = place % windows;
        do {
            window = mixed(window, epochKey);
        } while (window >= windows);
        return window;
    }

    private long mixed(long value, long epochKey) {
        long mask = (1L << halfBits) - 1;
        long left = value >>> halfBits;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (SplitMix64.at(epochKey + right, round) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
