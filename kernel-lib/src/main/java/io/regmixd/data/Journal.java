package io.regmixd.data;

import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How far a preparation has come: which files were read to their ends, and what came of them.
///
/// @param fingerprint of the corpus
/// @param files       the SHA-256 of each file that was read to its end, by name, in their order
/// @param domains     how far each domain has come, by name; those that no file has fed yet are missing
record Journal(String fingerprint, Map<String, String> files, Map<String, DomainFiles.State> domains) {

    static final String FILE = "journal.json";

    Journal {
        if (fingerprint == null || files == null || domains == null) {
            throw new IllegalArgumentException(FILE + ": is no journal");
        }
        files = new LinkedHashMap<>(files);
        domains = new LinkedHashMap<>(domains);
    }

    /// What the folder's journal says, or a new one where there is none that can be read.
    static Journal read(Path folder, String fingerprint) {
        Path file = folder.resolve(FILE);
        try {
            Journal journal = Json.read(Journal.class, Files.readString(file), file);
            return journal.fingerprint().equals(fingerprint) ? journal : start(fingerprint);
        } catch (IOException | IllegalArgumentException _) {
            return start(fingerprint);
        }
    }

    static Journal start(String fingerprint) {
        return new Journal(fingerprint, Map.of(), Map.of());
    }

    Optional<DomainFiles.State> domain(String name) {
        return Optional.ofNullable(domains.get(name));
    }

    void write(Path folder) throws IOException {
        Json.write(this, folder.resolve(FILE));
    }
}
