package io.regmixd.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.regmixd.store.Json;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What a corpus is made of: the domains, where their text comes from, and what is held out for validation.
///
/// Kept as a JSON file with fields in lower snake case; every field must be there unless it is called optional,
/// and no other may be. The natural share of a domain is its share of the training tokens.
///
/// @param name             names the corpus and its folder: lower-case letters, digits, `-`
/// @param description      what this corpus is, in words
/// @param tokenizer        `bytes`, the only one: a token is a byte of UTF-8, 0 ends a document
/// @param objective        the domain whose validation loss is to be minimised
/// @param validationTokens how many tokens of a domain at most are held out for validation
/// @param domains          at least two, each name once; their order is the order of every vector of weights
public record Manifest(
        String name,
        String description,
        String tokenizer,
        String objective,
        int validationTokens,
        List<Domain> domains) {

    /// The only tokenizer there is.
    static final String BYTES = "bytes";

    // Part of the fingerprint: to be raised whenever the same manifest would give other token files.
    private static final int FORMAT = 1;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern COORDINATES =
            Pattern.compile("[A-Za-z0-9._-]+:[A-Za-z0-9._-]+:[A-Za-z0-9._+-]+(:[A-Za-z0-9._-]+)?");

    /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
    ///     field
    public Manifest {
        requireName("name", name);
        require(description != null, "description", "missing");
        require(tokenizer != null, "tokenizer", "missing");
        require(tokenizer.equals(BYTES), "tokenizer", "is \"" + tokenizer + "\", only \"bytes\" is known");
        require(objective != null, "objective", "missing");
        require(validationTokens > 0, "validation_tokens", "missing or not positive; 65536 is usual");
        require(domains != null && domains.size() >= 2, "domains", "missing or fewer than two");
        domains = List.copyOf(domains);
        Set<String> names = new HashSet<>();
        for (Domain domain : domains) {
            require(names.add(domain.name()), "domains", "domain " + domain.name() + " is there twice");
        }
        require(names.contains(objective), "objective", "is \"" + objective + "\", which is no domain");
    }

    /// A named source of text.
    ///
    /// @param name        lower-case letters, digits, `-`; also names the token files
    /// @param description what the text is
    /// @param licence     what the text is under: an SPDX expression where there is one
    /// @param source      where the text comes from
    /// @param document    what one document is
    /// @param extract optional: a regular expression; the text of a document is group 1 of its first match, and
    ///     a file or line without a match is no document
    /// @param maxBytes optional: keep at most so many bytes of the domain, validation included. Documents are
    ///     taken in the order of their SHA-256, an even sample, up to the first that would exceed it
    public record Domain(
            String name,
            String description,
            String licence,
            Source source,
            Unit document,
            Optional<String> extract,
            OptionalLong maxBytes) {

        /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
        ///     field
        public Domain {
            requireName("name", name);
            require(description != null, "description", "missing");
            require(licence != null, "licence", "missing");
            require(source != null, "source", "missing");
            require(document != null, "document", "missing: \"file\" or \"line\"");
            if (extract.isPresent()) {
                requireExtract(extract.get());
            }
            require(maxBytes.isEmpty() || maxBytes.getAsLong() > 0, "max_bytes", "is not positive");
        }

        private static void requireExtract(String extract) {
            try {
                int groups = Pattern.compile(extract).matcher("").groupCount();
                require(groups >= 1, "extract", "has no group; put the text of the document in ( )");
            } catch (PatternSyntaxException e) {
                throw problem("extract", "is no regular expression: " + e.getDescription());
            }
        }
    }

    /// Files of a jar in a Maven repository.
    ///
    /// @param artifact `GROUP:ARTIFACT:VERSION` or `GROUP:ARTIFACT:VERSION:CLASSIFIER`
    /// @param sha256   the jar's SHA-256, 64 lower-case hexadecimal digits
    /// @param include patterns of entry names, at least one, each with at least one match. `*` and `?` stay
    ///     within a folder, `**` does not, `a/**/b` also matches `a/b`
    /// @param exclude  optional: patterns of entry names to leave out after all
    public record Source(String artifact, String sha256, List<String> include, List<String> exclude) {

        /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
        ///     field
        public Source {
            require(artifact != null, "artifact", "missing");
            require(
                    COORDINATES.matcher(artifact).matches(),
                    "artifact",
                    "is \"" + artifact + "\", expected \"group:artifact:version\", with or without \":classifier\"");
            require(sha256 != null, "sha256", "missing");
            require(
                    SHA256.matcher(sha256).matches(),
                    "sha256",
                    "is \"" + sha256 + "\", expected 64 lower-case hexadecimal digits");
            require(include != null && !include.isEmpty(), "include", "missing or empty; \"**\" is everything");
            include = List.copyOf(include);
            exclude = exclude == null ? List.of() : List.copyOf(exclude);
        }
    }

    /// What one document is.
    public enum Unit {
        /// A whole file of the jar.
        @JsonProperty("file")
        FILE,
        /// A line of a file, without its end.
        @JsonProperty("line")
        LINE
    }

    /// Reads a manifest.
    ///
    /// @throws IllegalArgumentException if it is no valid manifest; the message names the file and the field
    /// @throws IOException              if the file cannot be read
    public static Manifest read(Path file) throws IOException {
        try {
            return Json.read(Manifest.class, Files.readString(file), file);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(
                    file.toString(), null, "there is no such manifest; give the path of a JSON file");
        }
    }

    /// Identifies the tokens that this manifest leads to, 16 hexadecimal digits: the head of the SHA-256 over
    /// every field that decides them, and the objective. Descriptions, licences and coordinates do not count
    /// (the jar's SHA-256 does), so that a better wording invalidates no finished run.
    public String fingerprint() {
        List<Object> content = List.of(
                FORMAT,
                tokenizer,
                objective,
                validationTokens,
                domains.stream()
                        .map(d -> List.of(
                                d.name(),
                                d.source().sha256(),
                                d.source().include(),
                                d.source().exclude(),
                                d.document(),
                                d.extract().orElse(""),
                                d.maxBytes().orElse(0)))
                        .toList());
        return Sha256.of(Json.line(content).getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }

    private static void requireName(String field, String name) {
        require(name != null, field, "missing");
        require(
                NAME.matcher(name).matches(),
                field,
                "is \"" + name + "\", expected at most 40 lower-case letters, digits and -, a letter first");
    }

    private static void require(boolean holds, String field, String problem) {
        if (!holds) {
            throw problem(field, problem);
        }
    }

    private static IllegalArgumentException problem(String field, String problem) {
        return new IllegalArgumentException(field + ": " + problem);
    }
}
