package io.regmixd.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tech.tablesaw.api.Table;

/// An Arrow file that sessions go on with: opened for one provenance and refused for any other, rewritten whole
/// with each addition. Beside its table it keeps decisions that hold for all of it.
///
/// It holds no lock; see [RunFolder#hold] for that.
public final class LedgerFile {

    private final Path file;
    private final String remedy;
    private final Map<String, String> metadata;
    private final Optional<Table> saved;

    private LedgerFile(Path file, String remedy, Map<String, String> metadata, Optional<Table> saved) {
        this.file = file;
        this.remedy = remedy;
        this.metadata = metadata;
        this.saved = saved;
    }

    /// @param provenance what the content depends on
    /// @param remedy     ends every refusal: what to do with the file
    /// @throws IOException if there is a file and it is damaged or was made of something else; the message
    ///     names the file, what differs, and the remedy
    public static LedgerFile open(Path file, Provenance provenance, String remedy) throws IOException {
        Map<String, String> metadata = new HashMap<>(provenance.metadata());
        if (!Files.exists(file)) {
            return new LedgerFile(file, remedy, metadata, Optional.empty());
        }
        ArrowFile saved = ArrowFile.read(file);
        provenance.require(file, saved.metadata(), remedy);
        metadata.putAll(saved.metadata());
        return new LedgerFile(file, remedy, metadata, Optional.of(saved.table()));
    }

    /// What the file held when it was opened; nothing where there was none.
    public Optional<Table> saved() {
        return saved;
    }

    /// A decision as the first session made it, if one has.
    public Optional<String> decided(String key) {
        return Optional.ofNullable(metadata.get(key));
    }

    /// Makes such a decision; it is kept with the next [#write].
    public void decide(String key, String decision) {
        metadata.put(key, decision);
    }

    /// @throws IOException if the file cannot be written; the old one is untouched then
    public void write(Table table) throws IOException {
        ArrowFile.write(file, table, metadata);
    }

    /// What to throw where the content, and not the provenance, shows that the file is of another plan.
    public IOException refusal(String difference) {
        return Provenance.refusal(file, difference, remedy);
    }
}
