package io.regmixd.data;

/// Which domain each sequence of a run comes from, so that the counts follow the mixture as closely as whole
/// sequences can.
///
/// A domain earns its weight with each sequence and pays 1 where a sequence is its own. Of the domains that have
/// earned anything, the one that would reach 1 first has the next sequence (earliest deadline first). While one
/// mixture holds, each domain's count stays within one sequence of what its weights add up to: Steiner and Yeomans,
/// Level schedules for mixed-model, just-in-time processes, Management Science 39 (1993), after Tijdeman, The
/// chairman assignment problem, Discrete Mathematics 32 (1980). The rule looks at the past and at the present mixture
/// alone, so that a mixture that is chosen later never changes what was drawn before; the price is that a count may
/// go beyond one sequence after a change of the mixture, by a fraction of a sequence.
///
/// A domain without weight has no sequence. Not thread-safe.
final class DomainQuota {

    private final double[] earned; // minus what was paid; together 0

    DomainQuota(int domains) {
        earned = new double[domains];
    }

    /// @param weights of the present mixture
    /// @return the place of the next sequence's domain
    int next(double[] weights) {
        int next = -1;
        int richest = -1;
        double earliest = Double.POSITIVE_INFINITY;
        for (int d = 0; d < earned.length; d++) {
            earned[d] += weights[d];
            if (weights[d] > 0) {
                double deadline = (1 - earned[d]) / weights[d]; // in sequences from now
                if (earned[d] > 1e-12 && deadline < earliest) { // what is less is rounding
                    earliest = deadline;
                    next = d;
                }
                richest = richest < 0 || earned[d] > earned[richest] ? d : richest;
            }
        }
        int chosen = next < 0 ? richest : next; // all that is earned may belong to domains without weight now
        earned[chosen] -= 1;
        return chosen;
    }
}
