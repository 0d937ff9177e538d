package io.regmixd.data;

import java.util.Locale;
import java.util.Objects;

/// The windows of tokens that training and validation read.
///
/// Both cut a domain's tokens into windows in order, without overlap of what is predicted; **training** walks through
/// them as a [SequenceStream] says, **validation** in order. Windows hold `context + 1` tokens: the model sees all but
/// the last and predicts all but the first. They cross the ends of documents; a rest at a domain's end that is too
/// short for a window is left out.
///
/// Immutable, for any number of threads.
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

    /// How many windows a domain has to train on, at least 1: one epoch of it.
    public long windows(int domain) {
        return (corpus.trainTokens(domain) - 1) / context;
    }

    /// What a run trains on, from its first sequence.
    ///
    /// @param seed runs with the same seed see each domain's windows in the same order
    public SequenceStream stream(long seed) {
        return new SequenceStream(this, seed);
    }

    /// How many validation windows a domain has when at most `tokens` tokens are to be predicted.
    ///
    /// @param tokens at least [#context()]
    /// @throws IllegalArgumentException if `tokens` is not enough for one window
    public int validationSequences(int domain, int tokens) {
        if (tokens < context) {
            throw new IllegalArgumentException(
                    "validation on " + tokens + " tokens per domain is less than one window of context " + context);
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
}
