package io.regmixd.engine;

/// How likely a model finds the end of a sequence given its beginning.
///
/// @param logProbability the sum of its tokens' log-probabilities, nats, at most 0
/// @param greedy         whether each of its tokens is the most probable one at its place
public record Likelihood(double logProbability, boolean greedy) {

    /// @param from where the sequence starts in the rows, which leave out its first token
    static Likelihood of(Continuation continuation, float[] logProbabilities, float[] greedy, int from) {
        double sum = 0;
        boolean all = true;
        for (int i = from + continuation.from() - 1; i < from + continuation.length() - 1; i++) {
            sum += logProbabilities[i];
            all &= greedy[i] == 1;
        }
        return new Likelihood(sum, all);
    }
}
