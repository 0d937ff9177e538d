package io.regmixd.data;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Which documents of a domain are held out for validation, and which are kept at all, by the hash of their text:
/// a pure function of the text, fixed before the domain is read.
///
/// @param validation documents below this hash are held out unless they are too long; null: all
/// @param kept       documents from this hash on are left out; null: none
/// @param longest    how many tokens a document that is held out has at most
/// @param tokens     how many tokens there are in the domain's files, as far as could be known
record HoldOut(TextHash validation, TextHash kept, int longest, double tokens) {

    /// A document longer than this part of the validation tokens is never held out, so that no text dominates.
    static final int PART_OF_ONE = 4;

    // An estimate that falls short would leave too little text; what is beyond validation_tokens is left out again.
    private static final double MARGIN = 1.25;
    private static final double MOST = 0.25;
    private static final double UNKNOWN = 0.05;

    boolean keeps(TextHash hash) {
        return kept == null || hash.compareTo(kept) < 0;
    }

    boolean holdsOut(TextHash hash, int tokens) {
        return tokens <= longest && (validation == null || hash.compareTo(validation) < 0);
    }

    /// What is right for a domain of these documents and no others: held out are the ones with the lowest hashes,
    /// up to the first that would bring them over `validationTokens`; kept likewise.
    ///
    /// @param tokens how many tokens each document has
    /// @param most   how many tokens of the domain are kept at most
    static HoldOut exact(NavigableMap<TextHash, Integer> tokens, long most, int validationTokens) {
        TextHash kept = firstBeyond(tokens, most);
        int longest = validationTokens / PART_OF_ONE;
        NavigableMap<TextHash, Integer> candidates = new TreeMap<>(kept == null ? tokens : tokens.headMap(kept, false));
        candidates.values().removeIf(length -> length > longest);
        return new HoldOut(firstBeyond(candidates, validationTokens), kept, longest, sum(tokens));
    }

    /// What is likely right for a domain of which these documents are `part`, taken evenly.
    ///
    /// @param maxTokens the domain is read no further than to so many tokens to train on
    static HoldOut estimated(
            NavigableMap<TextHash, Integer> tokens, double part, long most, long maxTokens, int validationTokens) {
        int longest = validationTokens / PART_OF_ONE;
        if (tokens.isEmpty()) {
            return new HoldOut(TextHash.below(UNKNOWN), null, longest, 0); // rare: not met in what was looked at
        }
        double all = sum(tokens) / part;
        double keptPart = Math.min(1, most / all);
        double readPart = Math.min(1, maxTokens / (all * keptPart));
        double candidates = readPart
                * tokens.values().stream()
                        .filter(n -> n <= longest)
                        .mapToLong(n -> n)
                        .sum()
                / part;
        double heldOut = Math.min(MOST * keptPart, MARGIN * validationTokens / candidates);
        return new HoldOut(TextHash.below(heldOut), keptPart < 1 ? TextHash.below(keptPart) : null, longest, all);
    }

    private static TextHash firstBeyond(NavigableMap<TextHash, Integer> tokens, long limit) {
        long sum = 0;
        for (Map.Entry<TextHash, Integer> document : tokens.entrySet()) {
            sum += document.getValue();
            if (sum > limit) {
                return document.getKey();
            }
        }
        return null;
    }

    private static long sum(Map<TextHash, Integer> tokens) {
        return tokens.values().stream().mapToLong(n -> n).sum();
    }
}
