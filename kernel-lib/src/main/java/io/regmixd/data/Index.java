package io.regmixd.data;

import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a corpus folder holds: `index.json`, written last, so that a folder with an index is complete.
///
/// @param objective the domain whose validation loss is to be minimised
/// @param domains   in the manifest's order
record Index(
        String name, String description, String fingerprint, String tokenizer, String objective, List<Domain> domains) {

    static final String FILE = "index.json";

    /// @throws IllegalArgumentException if it is no index
    Index {
        if (name == null || fingerprint == null || objective == null || domains == null || domains.isEmpty()) {
            throw new IllegalArgumentException(FILE + ": is no index of a corpus");
        }
        domains = List.copyOf(domains);
    }

    /// One domain and its two token files.
    ///
    /// @param duplicates how many documents were left out because the same text was there before
    /// @param rejected   how many files or lines were left out because they are no UTF-8
    record Domain(
            String name,
            String description,
            String licence,
            String artifact,
            TokenFile train,
            TokenFile validation,
            int duplicates,
            int rejected) {

        /// @throws IllegalArgumentException if a part is missing
        Domain {
            if (name == null || train == null || validation == null) {
                throw new IllegalArgumentException(FILE + ": is no index of a domain");
            }
        }

        /// The record that a finished domain leaves while others are not finished.
        static Path record(Path folder, String name) {
            return folder.resolve(name + ".json");
        }

        /// The same tokens in the words of this manifest.
        Domain described(Manifest.Domain domain) {
            return new Domain(
                    name,
                    domain.description(),
                    domain.licence(),
                    domain.source().artifact(),
                    train,
                    validation,
                    duplicates,
                    rejected);
        }
    }

    /// @param domains the finished domains, in the manifest's order
    static Index of(Manifest manifest, List<Domain> domains) {
        List<Domain> described = new ArrayList<>();
        for (int d = 0; d < domains.size(); d++) {
            described.add(domains.get(d).described(manifest.domains().get(d)));
        }
        return new Index(
                manifest.name(),
                manifest.description(),
                manifest.fingerprint(),
                manifest.tokenizer(),
                manifest.objective(),
                described);
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
