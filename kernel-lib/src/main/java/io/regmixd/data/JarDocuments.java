package io.regmixd.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// The documents of one domain, read from the entries of its jar in the order of their names.
///
/// Nothing is unpacked: an entry's name is only compared with patterns, and an entry is read into memory up to
/// a bound, whatever size it claims to have.
final class JarDocuments {

    /// The largest entry that is read, in bytes.
    static final int LARGEST_ENTRY = 64 << 20;

    private final Manifest.Domain domain;
    private final Path jar;
    private final Optional<Pattern> extract;

    JarDocuments(Manifest.Domain domain, Path jar) {
        this.domain = domain;
        this.jar = jar;
        this.extract = domain.extract().map(Pattern::compile);
    }

    /// Takes one document.
    @FunctionalInterface
    interface Visitor {

        /// @param text UTF-8, lines ended by `\n`, no byte 0, not blank
        void document(byte[] text) throws IOException;
    }

    /// Hands every document to `visitor`, always in the same order.
    ///
    /// @return how many files or lines were left out because they are no UTF-8
    /// @throws IOException if the jar cannot be read, an entry is too large, or a pattern has no match
    /// @throws InterruptedIOException if the thread is interrupted
    int visit(Visitor visitor) throws IOException {
        int rejected = 0;
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : selected(zip)) {
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted while reading " + jar);
                }
                byte[] bytes = read(zip, entry);
                rejected += switch (domain.document()) {
                    case FILE -> visit(ByteBuffer.wrap(bytes), visitor);
                    case LINE -> visitLines(bytes, visitor);
                };
            }
        } catch (ZipException e) {
            throw new IOException("domain " + domain.name() + ": " + jar + " is no readable jar: " + e.getMessage(), e);
        }
        return rejected;
    }

    private List<? extends ZipEntry> selected(ZipFile zip) throws IOException {
        List<? extends ZipEntry> files = zip.stream()
                .filter(entry -> !entry.isDirectory())
                .sorted(Comparator.comparing(ZipEntry::getName))
                .toList();
        List<Glob> include = domain.source().include().stream().map(Glob::of).toList();
        List<Glob> exclude = domain.source().exclude().stream().map(Glob::of).toList();
        for (Glob glob : include) {
            if (files.stream().noneMatch(entry -> glob.matches(entry.getName()))) {
                throw new IOException("domain " + domain.name() + ": the include pattern " + glob.text()
                        + " matches nothing in " + jar + "; correct the manifest (unzip -l lists the jar's files)");
            }
        }
        return files.stream()
                .filter(entry -> include.stream().anyMatch(glob -> glob.matches(entry.getName())))
                .filter(entry -> exclude.stream().noneMatch(glob -> glob.matches(entry.getName())))
                .toList();
    }

    private byte[] read(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(LARGEST_ENTRY + 1);
            if (bytes.length > LARGEST_ENTRY) {
                throw new IOException("domain " + domain.name() + ": " + entry.getName() + " in " + jar
                        + " is larger than " + (LARGEST_ENTRY >> 20) + " MiB; add it to exclude in the manifest");
            }
            return bytes;
        }
    }

    private int visitLines(byte[] bytes, Visitor visitor) throws IOException {
        int rejected = 0;
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '\n' || bytes[i] == '\r') {
                rejected += visit(ByteBuffer.wrap(bytes, start, i - start), visitor);
                start = i + 1;
            }
        }
        return rejected;
    }

    /// Returns 1 if the bytes are no UTF-8, else 0.
    private int visit(ByteBuffer bytes, Visitor visitor) throws IOException {
        String text;
        try {
            // A new decoder reports malformed input; the String constructors would replace it.
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return 1;
        }
        text = text.replace("\r\n", "\n").replace('\r', '\n');
        if (extract.isPresent()) {
            Matcher matcher = extract.get().matcher(text);
            text = matcher.find() && matcher.group(1) != null ? matcher.group(1) : "";
        }
        text = text.replace("\0", "");
        if (!text.isBlank()) {
            visitor.document(text.getBytes(StandardCharsets.UTF_8));
        }
        return 0;
    }
}
