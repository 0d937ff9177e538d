package io.regmixd.data;

import io.regmixd.mixture.Mixture;
import java.util.Locale;
import java.util.Objects;

/// The windows of tokens that training and validation read.
///
/// **Training** is a pure function of (mixture, seed, step, row): it does not depend on what was asked before,
/// so that a resumed run, another number of models at once, another thread or another machine sees the same
/// tokens. Output `step` of SplitMix64 seeded with `seed` is the seed of the step; of its generator, output `2
/// row` picks the domain by the inverse of the mixture's cumulative weights, output `2 row + 1` the start of
/// the window, evenly over the domain's training tokens. Runs with the same seed share these numbers, whatever
/// their mixtures are: what differs between two of them differs because of the mixture, less because of chance.
///
/// **Validation** walks through the held-out tokens in order, without overlap of what is predicted.
///
/// Windows hold `context + 1` tokens: the model sees all but the last and predicts all but the first. They
/// cross the ends of documents. Immutable, for any number of threads.
public final class Batches {

    private final Corpus corpus;
    private final int context;

    private Batches(Corpus corpus, int context) {
        this.corpus = corpus;
        this.context = context;
    }

    /// @param context how many tokens a window predicts, at least 1
    /// @throws IllegalArgumentException if a domain has fewer than `context + 1` tokens to train on or held out
    public static Batches of(Corpus corpus, int context) {
        if (context < 1) {
            throw new IllegalArgumentException("context is " + context + ", expected at least 1");
        }
        for (int d = 0; d < corpus.domains().size(); d++) {
            requireWindow(corpus, d, corpus.trainTokens(d), "tokens to train on", context);
            requireWindow(corpus, d, corpus.validationTokens(d), "held-out tokens", context);
        }
        return new Batches(corpus, context);
    }

    private static void requireWindow(Corpus corpus, int domain, long tokens, String which, int context) {
        if (tokens <= context) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "domain %s has %,d %s, too few for one window of context %,d and its next token; choose a shorter "
                            + "context, or give the domain more text or validation_tokens in the manifest",
                    corpus.domains().get(domain),
                    tokens,
                    which,
                    context));
        }
    }

    public Corpus corpus() {
        return corpus;
    }

    /// How many tokens a window predicts.
    public int context() {
        return context;
    }

    /// Writes the window that `row` of `step` trains on.
    ///
    /// @param mixture over the corpus's domains
    /// @param step    0-based
    /// @param row     0-based, within the step's batch
    /// @param into    takes `context + 1` tokens from `offset` on
    /// @throws IllegalArgumentException  if the mixture is over other domains, or step or row is negative
    /// @throws IndexOutOfBoundsException if the window does not fit into `into`
    public void fill(Mixture mixture, long seed, int step, int row, int[] into, int offset) {
        long stepSeed = stepSeed(mixture, seed, step, row);
        Tokens tokens = corpus.train(domain(mixture, SplitMix64.at(stepSeed, 2L * row)));
        long start = SplitMix64.below(SplitMix64.at(stepSeed, 2L * row + 1), tokens.size() - context);
        tokens.copy(start, context + 1, into, offset);
    }

    /// The domain that [#fill] takes its window from, as its place in the corpus's domains.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains, or step or row is negative
    public int domain(Mixture mixture, long seed, int step, int row) {
        return domain(mixture, SplitMix64.at(stepSeed(mixture, seed, step, row), 2L * row));
    }

    /// How many validation windows a domain has when at most `tokens` tokens are to be predicted.
    ///
    /// @param tokens at least [#context()]
    /// @throws IllegalArgumentException if `tokens` is not enough for one window
    public int validationSequences(int domain, int tokens) {
        if (tokens < context) {
            throw new IllegalArgumentException(
                    "validation on " + tokens + " tokens a domain is less than one window of context " + context);
        }
        return (int) Math.min(tokens / context, (corpus.validationTokens(domain) - 1) / context);
    }

    /// Writes validation window `sequence` of a domain: the `context + 1` tokens from `sequence * context` on,
    /// so that every token but the first is predicted in one window only.
    ///
    /// @param into takes `context + 1` tokens from `offset` on
    /// @throws IndexOutOfBoundsException if there is no such window, or it does not fit into `into`
    public void validation(int domain, int sequence, int[] into, int offset) {
        Tokens tokens = corpus.validation(domain);
        Objects.checkIndex(sequence, (tokens.size() - 1) / context);
        tokens.copy((long) sequence * context, context + 1, into, offset);
    }

    private long stepSeed(Mixture mixture, long seed, int step, int row) {
        mixture.requireDomains(corpus.domains());
        if (step < 0 || row < 0) {
            throw new IllegalArgumentException("step " + step + ", row " + row + ": expected at least 0");
        }
        return SplitMix64.at(seed, step);
    }

    private static int domain(Mixture mixture, long bits) {
        double uniform = SplitMix64.uniform(bits);
        double cumulative = 0;
        int last = 0;
        for (int d = 0; d < mixture.size(); d++) {
            double weight = mixture.weight(d);
            cumulative += weight;
            if (uniform < cumulative) {
                return d;
            }
            last = weight > 0 ? d : last;
        }
        return last; // the weights' sum may be a rounding error short of 1
    }
}
