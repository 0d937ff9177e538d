package io.regmixd.data;

import io.regmixd.mixture.Mixture;

/// The sequences that one run trains on, one after the other.
///
/// Which domain a sequence comes from follows the mixture by quota ([DomainQuota]); which window it is follows from
/// how many sequences of that domain came before it ([WindowOrder]). So the stream is a pure function of the seed and
/// of the mixtures so far: a resumed run, another number of models at once, another thread count or another machine
/// sees the same tokens, and a mixture that is chosen later changes nothing of what was before. Two runs with the
/// same seed see the same windows of each domain in the same order, however often each of them sees that domain.
///
/// Not thread-safe.
public final class SequenceStream {

    /// Names the rule above in what is recorded of a run: losses of runs that drew otherwise are not comparable.
    public static final String RULE = "quota of domains, windows in permuted order";

    private final Batches batches;
    private final DomainQuota quota;
    private final WindowOrder[] orders;
    private final long[] drawn;

    SequenceStream(Batches batches, long seed) {
        this.batches = batches;
        int domains = batches.corpus().domains().size();
        quota = new DomainQuota(domains);
        orders = new WindowOrder[domains];
        for (int d = 0; d < domains; d++) {
            orders[d] = new WindowOrder(seed, d, batches.windows(d));
        }
        drawn = new long[domains];
    }

    /// Writes the next sequences.
    ///
    /// @param mixture   over the corpus's domains
    /// @param sequences how many
    /// @param into      takes `sequences * (context + 1)` tokens from `offset` on
    /// @throws IllegalArgumentException  if the mixture is over other domains
    /// @throws IndexOutOfBoundsException if they do not fit into `into`
    public void fill(Mixture mixture, int sequences, int[] into, int offset) {
        mixture.requireDomains(batches.corpus().domains());
        double[] weights = mixture.weights();
        int row = batches.context() + 1;
        for (int i = 0; i < sequences; i++) {
            int domain = quota.next(weights);
            long start = orders[domain].window(drawn[domain]++) * batches.context();
            batches.corpus().train(domain).copy(start, row, into, offset + i * row);
        }
    }

    /// Goes past sequences as [#fill] does, without reading them.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains
    public void skip(Mixture mixture, long sequences) {
        mixture.requireDomains(batches.corpus().domains());
        double[] weights = mixture.weights();
        for (long i = 0; i < sequences; i++) {
            drawn[quota.next(weights)]++;
        }
    }

    /// How many sequences of a domain there were so far.
    public long drawn(int domain) {
        return drawn[domain];
    }
}
