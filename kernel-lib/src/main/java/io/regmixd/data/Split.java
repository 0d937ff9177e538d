package io.regmixd.data;

import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// Which documents of a domain are trained on and which are held out, by their SHA-256. A document in neither
/// is left out.
///
/// @param train            what is trained on
/// @param validation       what is held out
/// @param trainTokens      the tokens of the former together
/// @param validationTokens the tokens of the latter together
record Split(Set<String> train, Set<String> validation, long trainTokens, long validationTokens) {

    /// A document longer than this part of the validation tokens is never held out, so that no text dominates.
    static final int LONGEST_HELD_OUT = 4;

    Split {
        train = Set.copyOf(train);
        validation = Set.copyOf(validation);
    }

    /// Depends on the documents' content only, not on their names or order.
    ///
    /// @param tokens           how many tokens each document has, by its SHA-256
    /// @param most             how many tokens of the domain are kept at most
    /// @param validationTokens how many of them are held out at most
    static Split of(NavigableMap<String, Integer> tokens, long most, int validationTokens) {
        Set<String> train = first(tokens, most);
        NavigableMap<String, Integer> candidates = new TreeMap<>(tokens);
        candidates.keySet().retainAll(train);
        candidates.values().removeIf(length -> length > validationTokens / LONGEST_HELD_OUT);
        Set<String> validation = first(candidates, validationTokens);
        train.removeAll(validation);
        return new Split(train, validation, sum(tokens, train), sum(tokens, validation));
    }

    int documents() {
        return train.size() + validation.size();
    }

    /// The documents with the lowest SHA-256, up to the first that would bring their tokens over `limit`.
    private static Set<String> first(NavigableMap<String, Integer> tokens, long limit) {
        Set<String> first = new HashSet<>();
        long sum = 0;
        for (var document : tokens.entrySet()) {
            sum += document.getValue();
            if (sum > limit) {
                break;
            }
            first.add(document.getKey());
        }
        return first;
    }

    private static long sum(NavigableMap<String, Integer> tokens, Set<String> documents) {
        return documents.stream().mapToLong(tokens::get).sum();
    }
}
