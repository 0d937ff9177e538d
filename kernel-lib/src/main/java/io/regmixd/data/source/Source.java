package io.regmixd.data.source;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Where the text of a domain comes from: an artifact of a Maven repository, or files.
public sealed interface Source {

    /// As a manifest has it: with the field `artifact` or with the field `files`.
    ///
    /// @throws IllegalArgumentException if a field is missing, out of range, or the other kind's; the message
    ///     starts with the field
    @JsonCreator
    static Source of(
            @JsonProperty("artifact") String artifact,
            @JsonProperty("sha256") String sha256,
            @JsonProperty("include") List<String> include,
            @JsonProperty("exclude") List<String> exclude,
            @JsonProperty("files") List<String> files,
            @JsonProperty("checksums") Map<String, String> checksums,
            @JsonProperty("text") String text,
            @JsonProperty("where") Map<String, String> where) {
        if (files == null) {
            Field.require(checksums == null && text == null && where == null, "files", "missing");
            return new Artifact(artifact, sha256, include, exclude);
        }
        Field.require(
                artifact == null && sha256 == null && include == null && exclude == null,
                "files",
                "stands beside artifact, sha256, include or exclude, which are of jars: a source is one or the other");
        return new Files(files, checksums, text, where);
    }

    /// Files of a jar in a Maven repository.
    ///
    /// @param artifact `GROUP:ARTIFACT:VERSION` or `GROUP:ARTIFACT:VERSION:CLASSIFIER`
    /// @param sha256   the jar's SHA-256, 64 lower-case hexadecimal digits
    /// @param include patterns of entry names, at least one, each with at least one match. `*` and `?` stay
    ///     within a folder, `**` does not, `a/**/b` also matches `a/b`
    /// @param exclude  optional: patterns of entry names to leave out after all
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Artifact(String artifact, String sha256, List<String> include, List<String> exclude) implements Source {

        private static final Pattern COORDINATES =
                Pattern.compile("[A-Za-z0-9._-]+:[A-Za-z0-9._-]+:[A-Za-z0-9._+-]+(:[A-Za-z0-9._-]+)?");

        /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
        ///     field
        public Artifact {
            requireCoordinates(artifact);
            Field.requireSha256("sha256", sha256);
            Field.require(include != null && !include.isEmpty(), "include", "missing or empty; \"**\" is everything");
            include = List.copyOf(include);
            exclude = exclude == null ? List.of() : List.copyOf(exclude);
        }

        public static void requireCoordinates(String artifact) {
            Field.require(artifact != null, "artifact", "missing");
            Field.require(
                    COORDINATES.matcher(artifact).matches(),
                    "artifact",
                    "is \"" + artifact + "\", expected \"group:artifact:version\", with or without \":classifier\"");
        }
    }

    /// Files on a disk, on the web, or of the Hugging Face Hub.
    ///
    /// The end of a name says what a file holds: `.jsonl` (also `.ndjson`, and with `.gz` or `.zst` behind it) and
    /// `.parquet` hold records, everything else is plain text (with `.gz` or `.zst` behind it compressed).
    ///
    /// @param files     at least one: a path or pattern (`*`, `?`, `**`), seen from the manifest's folder; an
    ///     address `https://...`; or `hf:OWNER/NAME@REVISION/PATH`, a file of a data set of the Hub. In the latter
    ///     two `{00..29}` stands for all numbers of that range
    /// @param checksums optional: the SHA-256 of files, by their names as in `files`, ranges written out
    /// @param text      optional: the field of a record that is the document; `text` where it is not given
    /// @param where     optional: the values that fields of a record must have; `meta.pile_set_name` is a field
    ///     inside a field. So one file can feed several domains
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Files(List<String> files, Map<String, String> checksums, String text, Map<String, String> where)
            implements Source {

        /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the
        ///     field
        public Files {
            Field.require(files != null && !files.isEmpty(), "files", "missing or empty");
            files = List.copyOf(files);
            checksums = sorted(checksums);
            checksums.forEach((file, sha256) -> Field.requireSha256("checksums." + file, sha256));
            text = text == null ? "text" : text;
            where = sorted(where);
        }

        private static Map<String, String> sorted(Map<String, String> map) {
            return Collections.unmodifiableMap(map == null ? new TreeMap<>() : new TreeMap<>(map));
        }
    }
}
