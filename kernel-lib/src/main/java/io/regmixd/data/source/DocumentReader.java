package io.regmixd.data.source;

import io.regmixd.data.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the documents of one file.
///
/// A document is text in UTF-8 with lines ended by `\n`, without the character 0, not blank.
public interface DocumentReader {

    /// Hands every document to `sink`, always in the same order, until that wants no more.
    ///
    /// @return whether it was read to its end
    /// @throws IOException if the file cannot be read or is not what its name says; the message names file and
    /// remedy
    /// @throws java.io.InterruptedIOException if the thread is interrupted
    boolean read(Path file, Sink sink) throws IOException;

    /// For a file, by where it is and what its name ends in.
    static DocumentReader of(Manifest manifest, SourceFile file) {
        List<Wanted> wanted = Wanted.of(manifest, file.domains());
        if (file.location() instanceof SourceFile.InRepository) {
            Wanted only = wanted.getFirst();
            return new JarDocuments(only, (Source.Artifact) only.definition().source());
        }
        if (plain(file.name()).endsWith(".parquet")) {
            return new ParquetRecords(file.name(), wanted);
        }
        return holdsRecords(file.name()) ? new JsonLines(file.name(), wanted) : new PlainDocuments(file.name(), wanted);
    }

    /// Whether a file of this name holds records.
    static boolean holdsRecords(String name) {
        String plain = plain(name);
        return plain.endsWith(".jsonl") || plain.endsWith(".ndjson") || plain.endsWith(".parquet");
    }

    private static String plain(String name) {
        return Expanded.plain(name).toLowerCase(Locale.ROOT);
    }

    /// Takes documents.
    interface Sink {

        /// @param domain its place in the manifest
        /// @param done   which part of the file has been read, from 0 to 1
        /// @return whether more are wanted
        boolean document(int domain, String text, double done) throws IOException;

        /// Hears of a file, line or record that is left out because it is no UTF-8.
        void rejected(int domain);
    }

    /// What makes a document of a domain's raw text.
    ///
    /// @param domain its place in the manifest
    record Wanted(int domain, Manifest.Domain definition, Optional<Pattern> extract) {

        static List<Wanted> of(Manifest manifest, List<Integer> domains) {
            return domains.stream()
                    .map(d -> {
                        Manifest.Domain domain = manifest.domains().get(d);
                        return new Wanted(d, domain, domain.extract().map(Pattern::compile));
                    })
                    .toList();
        }

        /// Hands the document in these bytes on, if there is one.
        ///
        /// @return whether more are wanted
        boolean hand(ByteBuffer bytes, double done, Sink sink) throws IOException {
            String text;
            try {
                // A new decoder reports malformed input; the String constructors would replace it.
                text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            } catch (CharacterCodingException e) {
                sink.rejected(domain);
                return true;
            }
            return hand(text, done, sink);
        }

        boolean hand(String raw, double done, Sink sink) throws IOException {
            String text = raw.replace("\r\n", "\n").replace('\r', '\n');
            if (extract.isPresent()) {
                Matcher matcher = extract.get().matcher(text);
                text = matcher.find() && matcher.group(1) != null ? matcher.group(1) : "";
            }
            text = text.replace("\0", "");
            return text.isBlank() || sink.document(domain, text, done);
        }
    }
}
