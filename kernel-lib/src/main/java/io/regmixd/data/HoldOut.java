package io.regmixd.data;

import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

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

    /// How long a document is.
    ///
    /// @param tokens its end included
    /// @param bytes  of its text in UTF-8
    record Size(int tokens, int bytes) {}

    /// What is right for a domain of these documents and no others: held out are the ones with the lowest hashes,
    /// up to the first that would bring them over `validationTokens`; kept likewise.
    ///
    /// @param maxBytes how many bytes of text are kept at most, one more for each document
    static HoldOut exact(NavigableMap<TextHash, Size> documents, long maxBytes, int validationTokens) {
        TextHash kept = firstBeyond(documents, HoldOut::bytes, maxBytes);
        int longest = validationTokens / PART_OF_ONE;
        NavigableMap<TextHash, Size> candidates =
                new TreeMap<>(kept == null ? documents : documents.headMap(kept, false));
        candidates.values().removeIf(size -> size.tokens() > longest);
        return new HoldOut(
                firstBeyond(candidates, Size::tokens, validationTokens),
                kept,
                longest,
                sum(documents.values(), Size::tokens));
    }

    /// What is likely right for a domain of which these documents are `part`, taken evenly.
    ///
    /// @param maxTokens the domain is read no further than to so many tokens to train on
    static HoldOut estimated(
            NavigableMap<TextHash, Size> documents, double part, long maxBytes, long maxTokens, int validationTokens) {
        int longest = validationTokens / PART_OF_ONE;
        if (documents.isEmpty()) {
            return new HoldOut(TextHash.below(UNKNOWN), null, longest, 0); // rare: not met in what was looked at
        }
        double all = sum(documents.values(), Size::tokens) / part;
        double keptPart = Math.min(1, maxBytes * part / sum(documents.values(), HoldOut::bytes));
        double readPart = Math.min(1, maxTokens / (all * keptPart));
        double candidates = readPart
                * sum(
                        documents.values().stream()
                                .filter(size -> size.tokens() <= longest)
                                .toList(),
                        Size::tokens)
                / part;
        double heldOut = Math.min(MOST * keptPart, MARGIN * validationTokens / candidates);
        return new HoldOut(TextHash.below(heldOut), keptPart < 1 ? TextHash.below(keptPart) : null, longest, all);
    }

    private static int bytes(Size size) {
        return size.bytes() + 1;
    }

    private static TextHash firstBeyond(
            NavigableMap<TextHash, Size> documents, ToIntFunction<Size> length, long limit) {
        long sum = 0;
        for (Map.Entry<TextHash, Size> document : documents.entrySet()) {
            sum += length.applyAsInt(document.getValue());
            if (sum > limit) {
                return document.getKey();
            }
        }
        return null;
    }

    private static double sum(Collection<Size> sizes, ToIntFunction<Size> length) {
        return sizes.stream().mapToDouble(length::applyAsInt).sum();
    }
}
