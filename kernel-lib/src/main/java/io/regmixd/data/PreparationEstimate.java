package io.regmixd.data;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// What preparing a manifest's corpus is going to take, told before anything is fetched.
///
/// It assumes that each domain has as much text as its `max_tokens` allow, and that nothing waits for the network.
/// Records of other domains, which are read and skipped, are not counted. Fetched files are deleted once they are read;
/// while they are, two of them lie on the disk, too.
///
/// @param corpus          the manifest's name
/// @param downloadBytes   to be fetched, as the manifest states it
/// @param tokens          to be prepared at most, validation included
/// @param diskBytes       of those tokens
/// @param tokensPerSecond of the whole preparation, as the caller states it
public record PreparationEstimate(
        String corpus, OptionalLong downloadBytes, long tokens, long diskBytes, double tokensPerSecond) {

    /// @param vocabulary      of the tokenizer
    /// @param tokensPerSecond of the whole preparation, positive; `./bench data` measures it
    /// @return nothing where a domain is read to its end, however much that is
    public static Optional<PreparationEstimate> of(Manifest manifest, int vocabulary, double tokensPerSecond) {
        if (!manifest.domains().stream().allMatch(domain -> domain.maxTokens().isPresent())) {
            return Optional.empty();
        }
        long tokens = manifest.domains().stream()
                .mapToLong(domain -> domain.maxTokens().orElseThrow() + manifest.validationTokens())
                .sum();
        return Optional.of(new PreparationEstimate(
                manifest.name(), manifest.downloadBytes(), tokens, tokens * Tokens.width(vocabulary), tokensPerSecond));
    }

    /// At the stated rate.
    public double hours() {
        return tokens / tokensPerSecond / 3600;
    }

    /// One sentence, with what it assumes.
    @Override
    public String toString() {
        String download = downloadBytes.isPresent()
                ? String.format(Locale.ROOT, "%.0f GB are fetched", downloadBytes.getAsLong() / 1e9)
                : "the manifest does not state how much is fetched";
        return String.format(
                Locale.ROOT,
                "Preparing %s takes up to %.0f GB of disk and %.1f h: %.1f billion tokens at %,.0f per second, if the"
                        + " network keeps up; %s.",
                corpus,
                diskBytes / 1e9,
                hours(),
                tokens / 1e9,
                tokensPerSecond,
                download);
    }
}
