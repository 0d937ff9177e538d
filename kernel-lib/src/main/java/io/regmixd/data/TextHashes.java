package io.regmixd.data;

/// A set of hashes in one flat table: 16 bytes a place, two thirds of the places taken at most.
final class TextHashes {

    private static final int FIRST_PLACES = 1 << 10;

    private long[] table = new long[2 * FIRST_PLACES]; // high and low of each place; both 0 is empty
    private int size;

    /// Adds a hash.
    ///
    /// @return whether it was not there
    boolean add(TextHash hash) {
        if (size >= table.length / 3) {
            grow();
        }
        boolean added = put(table, hash.high(), taken(hash));
        size += added ? 1 : 0;
        return added;
    }

    // The hash 0 takes the place of the hash 1: as unlikely as any two hashes that meet.
    private static long taken(TextHash hash) {
        return hash.high() == 0 && hash.low() == 0 ? 1 : hash.low();
    }

    private static boolean put(long[] table, long high, long low) {
        int places = table.length / 2;
        int place = (int) (low & (places - 1)); // bits of a hash are evenly spread
        while (table[2 * place] != 0 || table[2 * place + 1] != 0) {
            if (table[2 * place] == high && table[2 * place + 1] == low) {
                return false;
            }
            place = (place + 1) & (places - 1);
        }
        table[2 * place] = high;
        table[2 * place + 1] = low;
        return true;
    }

    private void grow() {
        long[] larger = new long[2 * table.length];
        for (int i = 0; i < table.length; i += 2) {
            if (table[i] != 0 || table[i + 1] != 0) {
                put(larger, table[i], table[i + 1]);
            }
        }
        table = larger;
    }
}
