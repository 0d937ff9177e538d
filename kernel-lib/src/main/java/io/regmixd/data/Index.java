package io.regmixd.data;

import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// What a corpus folder holds: `index.json`, written last, so that a folder with an index is complete.
///
/// @param vocabulary how many different tokens there are
/// @param tokenWidth how many bytes a token takes in the files, little-endian
/// @param objective  the domain whose validation loss is to be minimised
/// @param domains    in the manifest's order
/// @param sources    the SHA-256 of the files that the text came from, by name
record Index(
        String name,
        String description,
        String fingerprint,
        TokenizerSource tokenizer,
        int vocabulary,
        int tokenWidth,
        String objective,
        List<Domain> domains,
        Map<String, String> sources) {

    static final String FILE = "index.json";

    /// @throws IllegalArgumentException if it is no index
    Index {
        if (name == null
                || fingerprint == null
                || tokenizer == null
                || objective == null
                || domains == null
                || domains.isEmpty()
                || sources == null
                || tokenWidth != Tokens.width(vocabulary)) {
            throw new IllegalArgumentException(FILE + ": is no index of a corpus, or one of an earlier version");
        }
        domains = List.copyOf(domains);
    }

    /// One domain and its two token files.
    ///
    /// @param duplicates how many documents were left out because the same text was there before
    /// @param rejected   how many files, lines or records were left out because they are no UTF-8
    /// @param allTokens  how many tokens there would be to train on if `max_tokens` did not cut them
    /// @param naturalShare what the manifest declares
    record Domain(
            String name,
            String description,
            String licence,
            TokenFile train,
            TokenFile validation,
            int duplicates,
            int rejected,
            double allTokens,
            OptionalDouble naturalShare) {

        /// @throws IllegalArgumentException if a part is missing
        Domain {
            if (name == null || train == null || validation == null || naturalShare == null) {
                throw new IllegalArgumentException(FILE + ": is no index of a domain");
            }
        }

        /// The same tokens in the words of this manifest.
        Domain described(Manifest.Domain domain) {
            return new Domain(
                    name,
                    domain.description(),
                    domain.licence(),
                    train,
                    validation,
                    duplicates,
                    rejected,
                    allTokens,
                    domain.naturalShare());
        }

        /// Proportional to the domain's natural share.
        double share() {
            return naturalShare.orElse(allTokens);
        }
    }

    /// The same tokens in the words of this manifest.
    Index described(Manifest manifest) {
        return new Index(
                manifest.name(),
                manifest.description(),
                fingerprint,
                tokenizer,
                vocabulary,
                tokenWidth,
                objective,
                IntStream.range(0, domains.size())
                        .mapToObj(
                                d -> domains.get(d).described(manifest.domains().get(d)))
                        .toList(),
                sources);
    }

    /// @throws IOException if the folder holds no readable index; the message says what to do
    static Index read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            return Json.read(Index.class, Files.readString(file), file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    folder + " holds no prepared corpus (no " + FILE + "); prepare it from its manifest", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage() + "; delete " + folder + " and prepare the corpus again", e);
        }
    }

    void write(Path folder) throws IOException {
        Json.write(this, folder.resolve(FILE));
    }
}
