package io.regmixd.data.source;

import io.regmixd.store.Json;
import io.regmixd.store.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The SHA-256 of files of the web for which the manifest names none, as they were fetched the first time. They
/// are held to that: a file that changes under its name would mix two versions of a corpus.
///
/// @param files by name
public record FirstFetched(Map<String, String> files) {

    private static final String FILE = "first-fetched.json";
    private static final String LOCK = ".first-fetched.lock";
    private static final long LOCK_POLL_MILLIS = 20;

    public FirstFetched {
        files = new TreeMap<>(files);
    }

    /// @param folder where corpora lie, and the list
    /// @throws IOException if the file was fetched before and has changed; the message says so
    public static void requireSame(SourceFile file, String sha256, Path folder) throws IOException {
        Path list = folder.resolve(FILE);
        String first = read(list).files().getOrDefault(file.name(), sha256);
        if (!first.equals(sha256)) {
            throw new IOException(file.name() + " has changed: its SHA-256 is " + sha256 + ", and was " + first
                    + " when it was fetched first; name a fixed revision or the checksum in the manifest, or take it "
                    + "out of " + list + " and delete what was prepared from it");
        }
    }

    /// The same, and remembers a file that is new.
    public static void hold(SourceFile file, String sha256, Path folder) throws IOException, InterruptedException {
        try (LockFile _ = lock(folder.resolve(LOCK))) {
            requireSame(file, sha256, folder);
            FirstFetched known = read(folder.resolve(FILE));
            if (known.files().putIfAbsent(file.name(), sha256) == null) {
                Json.write(known, folder.resolve(FILE));
            }
        }
    }

    private static FirstFetched read(Path list) throws IOException {
        if (!Files.exists(list)) {
            return new FirstFetched(Map.of());
        }
        try {
            return Json.read(FirstFetched.class, Files.readString(list), list);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage() + "; delete " + list + " to record the files anew", e);
        }
    }

    private static LockFile lock(Path file) throws IOException, InterruptedException {
        while (true) {
            Optional<LockFile> lock = LockFile.tryLock(file);
            if (lock.isPresent()) {
                return lock.get();
            }
            Thread.sleep(LOCK_POLL_MILLIS);
        }
    }
}
