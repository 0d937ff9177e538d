package io.regmixd.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.regmixd.data.source.DocumentReader;
import io.regmixd.data.source.Field;
import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import io.regmixd.store.Json;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/// What a corpus is made of: the domains, where their text comes from, and what is held out for validation.
///
/// Kept as a JSON file with fields in lower snake case; every field must be there unless it is called optional,
/// and no other may be.
///
/// @param name             names the corpus and its folder: lower-case letters, digits, `-`, `_`
/// @param description      what this corpus is, in words
/// @param tokenizer        `"bytes"`, or an object with the fields of [TokenizerSource]
/// @param objective        the domain whose validation loss is to be minimised
/// @param validationTokens how many tokens of a domain at most are held out for validation
/// @param domains          at least two, each name once; their order is the order of every vector of weights
/// @param downloadBytes    optional: how many bytes are fetched to prepare it, told before the start
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Manifest(
        String name,
        String description,
        TokenizerSource tokenizer,
        String objective,
        int validationTokens,
        List<Domain> domains,
        OptionalLong downloadBytes) {

    // Part of the fingerprint: to be raised whenever the same manifest would give other tokens.
    private static final int FORMAT = 1;

    private static final int LONGEST_NAME = 40;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,39}");
    // of a user's own folder: enough for a loss that tells mixtures apart, and not too much of a small domain
    private static final int USUAL_VALIDATION = 65_536;
    private static final int PART_HELD_OUT = 10;

    /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
    ///     field
    public Manifest {
        requireName("name", name);
        Field.require(description != null, "description", "missing");
        Field.require(tokenizer != null, "tokenizer", "missing; \"bytes\" needs nothing else");
        Field.require(objective != null, "objective", "missing");
        Field.require(validationTokens > 0, "validation_tokens", "missing or not positive; 65536 is usual");
        Field.require(domains != null && domains.size() >= 2, "domains", "missing or fewer than two");
        domains = List.copyOf(domains);
        Set<String> names = new HashSet<>();
        for (Domain domain : domains) {
            Field.require(names.add(domain.name()), "domains", "domain " + domain.name() + " is there twice");
        }
        Field.require(names.contains(objective), "objective", "is \"" + objective + "\", which is no domain");
        Field.require(downloadBytes.orElse(1) > 0, "download_bytes", "is not positive");
        long shares = domains.stream().filter(d -> d.naturalShare().isPresent()).count();
        Field.require(
                shares == 0 || shares == domains.size(),
                "natural_share",
                "is given for " + shares + " of " + domains.size() + " domains: give it for all or none");
    }

    /// A named source of text.
    ///
    /// @param name        lower-case letters, digits, `-`, `_`; also names the token files
    /// @param description what the text is
    /// @param licence     what the text is under: an SPDX expression where there is one
    /// @param source      where the text comes from
    /// @param document    what one document is
    /// @param extract optional: a regular expression; the text of a document is group 1 of its first match, and
    ///     a file, line or record without a match is no document
    /// @param maxBytes optional: keep at most so many bytes of the domain's text, validation included. Documents
    ///     are taken in the order of their SHA-256, an even sample, up to the first that would exceed it
    /// @param maxTokens   optional: read no further when there are so many tokens to train on. It cuts what is
    ///     there, not the natural share
    /// @param naturalShare optional: the domain's share of the text that it is from, for all domains or none;
    ///     shares are scaled to the sum 1. Where none is given, the shares of the tokens that were read count
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Domain(
            String name,
            String description,
            String licence,
            Source source,
            Unit document,
            Optional<String> extract,
            OptionalLong maxBytes,
            OptionalLong maxTokens,
            OptionalDouble naturalShare) {

        /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
        ///     field
        public Domain {
            requireName("name", name);
            Field.require(description != null, "description", "missing");
            Field.require(licence != null, "licence", "missing");
            Field.require(source != null, "source", "missing");
            Field.require(document != null, "document", "missing: \"file\", \"line\" or \"record\"");
            Field.require(
                    !(source instanceof Source.Artifact && document == Unit.RECORD),
                    "document",
                    "is \"record\", and a jar holds none: \"file\" or \"line\"");
            if (extract.isPresent()) {
                requireExtract(extract.get());
            }
            Field.require(maxBytes.isEmpty() || maxBytes.getAsLong() > 0, "max_bytes", "is not positive");
            Field.require(maxTokens.isEmpty() || maxTokens.getAsLong() > 0, "max_tokens", "is not positive");
            Field.require(
                    naturalShare.isEmpty()
                            || (naturalShare.getAsDouble() > 0 && Double.isFinite(naturalShare.getAsDouble())),
                    "natural_share",
                    "is not positive");
        }

        /// A domain with nothing optional.
        public static Domain of(String name, String description, String licence, Source source, Unit document) {
            return new Domain(
                    name,
                    description,
                    licence,
                    source,
                    document,
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalDouble.empty());
        }

        private static void requireExtract(String extract) {
            try {
                int groups = Pattern.compile(extract).matcher("").groupCount();
                Field.require(groups >= 1, "extract", "has no group; put the text of the document in ( )");
            } catch (PatternSyntaxException e) {
                throw problem("extract", "is no regular expression: " + e.getDescription());
            }
        }
    }

    /// What one document is.
    public enum Unit {
        /// A whole file.
        @JsonProperty("file")
        FILE,
        /// A line of a file, without its end.
        @JsonProperty("line")
        LINE,
        /// A record of a file of JSON lines or of a Parquet file.
        @JsonProperty("record")
        RECORD
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

    /// A manifest of a user's own text: each folder of `folder` is a domain, and all files in it are its text.
    /// Folders and files may be links.
    ///
    /// Files of records (`.jsonl`, `.ndjson`, `.parquet`, also compressed) are read record by record. Others are a
    /// document each or, where a domain has fewer than ten, line by line. The manifest is meant to be edited: the
    /// first domain is the objective, and the licences are unknown.
    ///
    /// @throws IllegalArgumentException if there are fewer than two folders with files, a name is no name for a
    ///     domain, or a folder holds files of both kinds; names the folder
    /// @throws IOException              if the folder cannot be read
    public static Manifest ofFolder(Path folder, TokenizerSource tokenizer) throws IOException {
        List<Domain> domains = new ArrayList<>();
        long smallest = Long.MAX_VALUE;
        long longest = 0;
        for (Path each : listed(folder, Files::isDirectory)) {
            FolderText text = FolderText.of(each);
            if (text.files() > 0) {
                smallest = Math.min(smallest, text.bytes());
                longest = Math.max(longest, text.document());
                domains.add(Domain.of(
                        nameOf(each),
                        text.files() + " files of the folder " + each.getFileName(),
                        "unknown",
                        new Source.Files(List.of(each.getFileName() + "/**"), null, null, null),
                        text.unit()));
            }
        }
        if (domains.size() < 2) {
            throw new IllegalArgumentException(
                    folder.toAbsolutePath() + " has " + domains.size()
                            + " folders with files in them: put the text of each domain into a folder of its own, two at least");
        }
        long needed = HoldOut.PART_OF_ONE * (longest + 1); // so that the usual document may be held out
        int validation = Math.clamp(Math.max(smallest / PART_HELD_OUT, needed), 1, USUAL_VALIDATION);
        return new Manifest(
                nameOf(folder.toAbsolutePath().normalize()),
                "The text of the folder " + folder.toAbsolutePath().normalize().getFileName(),
                tokenizer,
                domains.getFirst().name(),
                validation,
                domains,
                OptionalLong.empty());
    }

    private static List<Path> listed(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !path.getFileName().toString().startsWith("."))
                    .filter(wanted)
                    .sorted()
                    .toList();
        }
    }

    private static String nameOf(Path folder) {
        String name = folder.getFileName().toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]+", "-");
        String letters = name.replaceFirst("^[^a-z]+", "");
        return letters.substring(0, Math.min(letters.length(), LONGEST_NAME));
    }

    /// What lies in the folder of a domain.
    ///
    /// @param document the length of the usual document, in bytes; 0 if it is less than a file
    private record FolderText(int files, long bytes, long document, Unit unit) {

        private static final int FEW = 10;

        static FolderText of(Path folder) throws IOException {
            List<Long> sizes = new ArrayList<>();
            int records = 0;
            try (Stream<Path> tree = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                for (Path file : tree.filter(Files::isRegularFile).toList()) {
                    sizes.add(Files.size(file));
                    records += DocumentReader.holdsRecords(file.getFileName().toString()) ? 1 : 0;
                }
            }
            if (records > 0 && records < sizes.size()) {
                throw new IllegalArgumentException(folder + " holds " + records
                        + " files of records (.jsonl, .parquet) and " + (sizes.size() - records)
                        + " others: a domain has files of one kind");
            }
            Unit unit = records > 0 ? Unit.RECORD : sizes.size() < FEW ? Unit.LINE : Unit.FILE;
            long median = unit == Unit.FILE ? sizes.stream().sorted().toList().get(sizes.size() / 2) : 0;
            return new FolderText(
                    sizes.size(), sizes.stream().mapToLong(size -> size).sum(), median, unit);
        }
    }

    /// Writes the manifest as JSON, for people.
    ///
    /// @throws IOException if the file cannot be written
    public void write(Path file) throws IOException {
        Json.write(this, file);
    }

    /// Identifies the tokens that this manifest leads to, 16 hexadecimal digits: the head of the SHA-256 over
    /// every field that decides them, and the objective. Descriptions, licences and coordinates do not count
    /// (the content's SHA-256 does), so that a better wording invalidates no finished run.
    ///
    /// @param files where the text comes from, see [SourceFile#of]
    String fingerprint(List<SourceFile> files) {
        List<Object> content = new ArrayList<>(List.of(
                FORMAT,
                tokenizer.isBytes() ? "bytes" : List.of(tokenizer.sha256(), tokenizer.endOfDocument()),
                objective,
                validationTokens,
                domains.stream().map(Manifest::decides).toList()));
        List<String> identities = files.stream()
                .filter(file -> !(file.location() instanceof SourceFile.InRepository))
                .map(SourceFile::identity)
                .toList();
        if (!identities.isEmpty()) {
            content.add(identities);
        }
        return Sha256.of(Json.line(content).getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }

    private static List<Object> decides(Domain domain) {
        List<Object> content = new ArrayList<>(List.of(domain.name()));
        switch (domain.source()) {
            case Source.Artifact jar -> content.addAll(List.of(jar.sha256(), jar.include(), jar.exclude()));
            case Source.Files files -> content.addAll(List.of(files.text(), files.where()));
        }
        content.addAll(List.of(
                domain.document(),
                domain.extract().orElse(""),
                domain.maxBytes().orElse(0)));
        if (domain.maxTokens().isPresent()) {
            content.add(domain.maxTokens().getAsLong());
        }
        return content;
    }

    private static void requireName(String field, String name) {
        Field.require(name != null, field, "missing");
        Field.require(
                NAME.matcher(name).matches(),
                field,
                "is \"" + name + "\", expected at most 40 lower-case letters, digits, - and _, a letter first");
    }

    private static IllegalArgumentException problem(String field, String problem) {
        return new IllegalArgumentException(field + ": " + problem);
    }
}
