package io.regmixd.data.source;

import io.regmixd.data.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Reads the entries of a jar, in the order of their names.
///
/// Nothing is unpacked: an entry's name is only compared with patterns, and an entry is read into memory up to
/// a bound, whatever size it claims to have.
record JarDocuments(DocumentReader.Wanted wanted, Source.Artifact source) implements DocumentReader {

    /// The largest entry that is read, in bytes.
    static final int LARGEST_ENTRY = 64 << 20;

    @Override
    public boolean read(Path jar, Sink sink) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = selected(zip, jar);
            for (int i = 0; i < entries.size(); i++) {
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted while reading " + jar);
                }
                byte[] bytes = read(zip, entries.get(i), jar);
                double done = (i + 1.0) / entries.size();
                boolean more = wanted.definition().document() == Manifest.Unit.FILE
                        ? wanted.hand(ByteBuffer.wrap(bytes), done, sink)
                        : readLines(bytes, done, sink);
                if (!more) {
                    return false;
                }
            }
            return true;
        } catch (ZipException e) {
            throw new IOException(jar + " is no readable jar: " + e.getMessage(), e);
        }
    }

    private List<? extends ZipEntry> selected(ZipFile zip, Path jar) throws IOException {
        List<? extends ZipEntry> files = zip.stream()
                .filter(entry -> !entry.isDirectory())
                .sorted(Comparator.comparing(ZipEntry::getName))
                .toList();
        List<Glob> include = source.include().stream().map(Glob::of).toList();
        List<Glob> exclude = source.exclude().stream().map(Glob::of).toList();
        for (Glob glob : include) {
            if (files.stream().noneMatch(entry -> glob.matches(entry.getName()))) {
                throw new IOException("the include pattern " + glob.text() + " matches nothing in " + jar
                        + "; correct the manifest (unzip -l lists the jar's files)");
            }
        }
        return files.stream()
                .filter(entry -> include.stream().anyMatch(glob -> glob.matches(entry.getName())))
                .filter(entry -> exclude.stream().noneMatch(glob -> glob.matches(entry.getName())))
                .toList();
    }

    private byte[] read(ZipFile zip, ZipEntry entry, Path jar) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(LARGEST_ENTRY + 1);
            if (bytes.length > LARGEST_ENTRY) {
                throw new IOException(entry.getName() + " in " + jar + " is larger than " + (LARGEST_ENTRY >> 20)
                        + " MiB; add it to exclude in the manifest");
            }
            return bytes;
        }
    }

    private boolean readLines(byte[] bytes, double done, Sink sink) throws IOException {
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '\n' || bytes[i] == '\r') {
                if (!wanted.hand(ByteBuffer.wrap(bytes, start, i - start), done, sink)) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }
}
