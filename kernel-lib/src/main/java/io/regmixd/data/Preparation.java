package io.regmixd.data;

import io.regmixd.Progress;
import io.regmixd.store.Json;
import io.regmixd.store.LockFile;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Makes the token files and the index of one manifest in one folder.
///
/// A finished domain leaves a record beside its files and is kept if the preparation ends early; the index is
/// written last. Two preparations of one folder take turns.
final class Preparation {

    private static final String STEP = "Preparing corpus";
    private static final String LOCK = ".lock";
    private static final long LOCK_POLL_MILLIS = 200;

    private final Manifest manifest;
    private final Path folder;
    private final ArtifactSource artifacts;
    private final Progress progress;

    /// @param folder the corpus's own
    Preparation(Manifest manifest, Path folder, ArtifactSource artifacts, Progress progress) {
        this.manifest = manifest;
        this.folder = folder;
        this.artifacts = artifacts;
        this.progress = progress;
    }

    /// @throws IOException          if a source cannot be had or is not what the manifest says, or the folder
    ///                              cannot be written
    /// @throws InterruptedException if the thread is interrupted; finished domains are kept
    void run() throws IOException, InterruptedException {
        if (complete()) {
            redescribe();
            progress.update(STEP, 1, "already there as " + folder.getFileName());
            return;
        }
        try (LockFile _ = lock()) {
            if (!complete()) {
                prepare();
            }
        } catch (IOException e) {
            if (interrupted(e)) {
                InterruptedException interrupted = new InterruptedException("interrupted while preparing " + folder);
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        }
        progress.update(STEP, 1, manifest.domains().size() + " domains as " + folder.getFileName());
    }

    // An interrupt closes a channel, with the flag left set, or is noticed between the entries of a jar.
    private static boolean interrupted(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            Thread.interrupted(); // the exception takes the flag's place
            return true;
        }
        return e instanceof InterruptedIOException || e.getCause() instanceof InterruptedIOException;
    }

    private boolean complete() {
        return Files.exists(folder.resolve(Index.FILE));
    }

    // Descriptions and licences may have changed since, tokens may not: they are in the fingerprint.
    private void redescribe() throws IOException {
        Index index = Index.read(folder);
        if (!index.fingerprint().equals(manifest.fingerprint())) {
            throw new IOException(
                    folder + " holds the corpus " + index.fingerprint() + " of another manifest, expected "
                            + manifest.fingerprint() + "; delete the folder and prepare the corpus again");
        }
        Index described = Index.of(manifest, index.domains());
        if (!index.equals(described)) {
            described.write(folder);
        }
    }

    private LockFile lock() throws IOException, InterruptedException {
        Path file = folder.resolve(LOCK);
        try {
            Files.createDirectories(folder);
            while (true) {
                Optional<LockFile> lock = LockFile.tryLock(file);
                if (lock.isPresent()) {
                    return lock.get();
                }
                progress.update(STEP, 0, "waiting: " + folder + " is being prepared by " + LockFile.owner(file));
                Thread.sleep(LOCK_POLL_MILLIS);
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "no corpus can be written to " + folder + ": " + e + "; give another folder, or make it writable",
                    e);
        }
    }

    private void prepare() throws IOException, InterruptedException {
        List<Index.Domain> finished = new ArrayList<>();
        for (Manifest.Domain domain : manifest.domains()) {
            double fraction = (double) finished.size() / manifest.domains().size();
            Optional<Index.Domain> before = finishedBefore(domain);
            if (before.isPresent()) {
                progress.update(STEP, fraction, domain.name() + ": kept from before");
                finished.add(before.get());
            } else {
                Index.Domain entry = prepare(domain, fraction);
                Json.write(entry, Index.Domain.record(folder, domain.name()));
                finished.add(entry);
            }
        }
        Index.of(manifest, finished).write(folder);
        for (Manifest.Domain domain : manifest.domains()) {
            Files.deleteIfExists(Index.Domain.record(folder, domain.name()));
        }
    }

    private Optional<Index.Domain> finishedBefore(Manifest.Domain domain) {
        Path record = Index.Domain.record(folder, domain.name());
        try {
            Index.Domain entry = Json.read(Index.Domain.class, Files.readString(record), record);
            entry.train().open(folder);
            entry.validation().open(folder);
            return Optional.of(entry);
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty(); // not there, or not whole: the domain is made again
        }
    }

    private Index.Domain prepare(Manifest.Domain domain, double fraction) throws IOException, InterruptedException {
        String artifact = domain.source().artifact();
        progress.update(STEP, fraction, domain.name() + ": " + artifact);
        Path jar = artifacts.fetch(
                domain, state -> progress.update(STEP, fraction, domain.name() + ": " + artifact + ", " + state));
        requireChecksum(domain, jar);
        JarDocuments documents = new JarDocuments(domain, jar);

        NavigableMap<String, Integer> tokens = new TreeMap<>(); // by the document's SHA-256
        int[] visited = {0};
        int rejected = documents.visit(text -> {
            visited[0]++;
            tokens.put(Sha256.of(text), text.length + 1);
        });
        Split split = Split.of(tokens, domain.maxBytes().orElse(Long.MAX_VALUE), manifest.validationTokens());
        requireBoth(domain, split);
        progress.update(STEP, fraction, domain.name() + ": writing " + split.documents() + " documents");

        Set<String> written = new HashSet<>();
        NavigableMap<String, byte[]> heldOut = new TreeMap<>();
        TokenFile train = TokenFile.write(
                folder,
                domain.name() + ".train.tokens",
                file -> documents.visit(text -> {
                    String hash = Sha256.of(text);
                    if (split.validation().contains(hash)) {
                        heldOut.put(hash, text);
                    } else if (split.train().contains(hash) && written.add(hash)) {
                        file.document(text);
                    }
                }));
        // In the order of their hashes, so that the first tokens are an even sample of them too.
        TokenFile validation = TokenFile.write(folder, domain.name() + ".validation.tokens", file -> {
            for (byte[] text : heldOut.values()) {
                file.document(text);
            }
        });
        return new Index.Domain(
                domain.name(),
                domain.description(),
                domain.licence(),
                artifact,
                train,
                validation,
                visited[0] - tokens.size(),
                rejected);
    }

    private static void requireChecksum(Manifest.Domain domain, Path jar) throws IOException {
        String found = Sha256.of(jar);
        if (!found.equals(domain.source().sha256())) {
            throw new IOException("domain " + domain.name() + ": " + jar + " has SHA-256 " + found + ", expected "
                    + domain.source().sha256()
                    + "; if the file is damaged, delete it and prepare again; if the artifact is meant to be another, "
                    + "put the new checksum into the manifest");
        }
    }

    private void requireBoth(Manifest.Domain domain, Split split) throws IOException {
        if (split.validation().isEmpty()) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "domain %s: nothing can be held out of %,d tokens: no document has at most %,d, a quarter of "
                            + "validation_tokens; check include, extract and max_bytes in the manifest, or raise "
                            + "validation_tokens",
                    domain.name(),
                    split.trainTokens(),
                    manifest.validationTokens() / Split.LONGEST_HELD_OUT));
        }
        if (split.train().isEmpty()) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "domain %s: all of its %,d tokens are held out, none is left to train on; lower "
                            + "validation_tokens in the manifest or give the domain more text",
                    domain.name(),
                    split.validationTokens()));
        }
    }
}
