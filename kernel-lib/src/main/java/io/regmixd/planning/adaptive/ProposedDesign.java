package io.regmixd.planning.adaptive;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureRow;
import io.regmixd.store.LedgerFile;
import io.regmixd.store.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// The mixtures that an adaptive sweep has proposed so far, in an Arrow file that is written before they are
/// trained: another session, or another machine whose fits differ in their last bits, goes on with just
/// these.
///
/// One row per proxy and domain: `round, proxy, domain, weight`, both counted from 1.
final class ProposedDesign {

    private static final String REMEDY =
            "Give this sweep a run folder of its own, or delete the file and its ledger to start over.";

    private final LedgerFile file;
    private final List<String> domains;
    private final Table table;

    private ProposedDesign(LedgerFile file, List<String> domains) {
        this.file = file;
        this.domains = domains;
        this.table = file.saved()
                .orElseGet(() -> Table.create(
                        "design",
                        IntColumn.create("round"),
                        IntColumn.create("proxy"),
                        StringColumn.create("domain"),
                        DoubleColumn.create("weight")));
    }

    /// What the file holds; nothing yet where there is none.
    ///
    /// @param provenance what the proposals were made for
    /// @throws IOException if the file is damaged or was made for something else; the message names the file,
    ///     what differs, and the remedy
    static ProposedDesign open(Path file, Provenance provenance, List<String> domains) throws IOException {
        return new ProposedDesign(LedgerFile.open(file, provenance, REMEDY), domains);
    }

    /// How many rounds were proposed.
    int rounds() {
        return table.isEmpty() ? 0 : (int) table.intColumn("round").max();
    }

    /// How many mixtures the first so many rounds have together.
    int proxies(int rounds) {
        return (int) table.intColumn("round").asList().stream()
                        .filter(r -> r <= rounds)
                        .count()
                / domains.size();
    }

    /// All mixtures, in order: what is trained, because a mixture that was written and read again may differ
    /// from what was proposed in its last bits.
    List<Mixture> mixtures() {
        List<MixtureRow> rows = new ArrayList<>();
        for (Row row : table) {
            rows.add(new MixtureRow(row.getInt("proxy"), row.getString("domain"), row.getDouble("weight")));
        }
        return MixtureRow.mixtures(rows, "proxy");
    }

    /// Adds a round and writes the file.
    ///
    /// @throws IOException if it cannot be written; the old file is untouched then
    void add(List<Mixture> mixtures) throws IOException {
        int round = rounds() + 1;
        int before = proxies(round);
        for (MixtureRow row : MixtureRow.of(mixtures)) {
            table.intColumn("round").append(round);
            table.intColumn("proxy").append(before + row.number());
            table.stringColumn("domain").append(row.domain());
            table.doubleColumn("weight").append(row.weight());
        }
        file.write(table);
    }
}
