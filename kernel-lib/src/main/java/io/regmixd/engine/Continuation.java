package io.regmixd.engine;

import java.util.Arrays;

/// A sequence of tokens whose end is to be judged given its beginning, see [Llama#likelihoods].
public final class Continuation {

    private final int[] tokens;
    private final int from;

    /// @param tokens the whole sequence, beginning and end
    /// @param from   the place of the first token that is judged, 1 to `tokens.length - 1`
    /// @throws IllegalArgumentException if there is nothing before that place, or nothing from there on
    public Continuation(int[] tokens, int from) {
        if (from < 1 || from >= tokens.length) {
            throw new IllegalArgumentException("of " + tokens.length + " tokens those from " + from
                    + " on cannot be judged: give 1 to " + (tokens.length - 1));
        }
        this.tokens = tokens.clone();
        this.from = from;
    }

    /// Tokens in all.
    public int length() {
        return tokens.length;
    }

    /// The place of the first token that is judged.
    public int from() {
        return from;
    }

    void copyTo(int[] all, int at, int vocabulary) {
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new IllegalArgumentException("token " + token + " is none of the vocabulary, 0 to "
                        + (vocabulary - 1) + ": use the tokenizer that the model was trained with");
            }
        }
        System.arraycopy(tokens, 0, all, at, tokens.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Continuation that && from == that.from && Arrays.equals(tokens, that.tokens);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + from;
    }

    @Override
    public String toString() {
        return Arrays.toString(tokens) + " from " + from;
    }
}
