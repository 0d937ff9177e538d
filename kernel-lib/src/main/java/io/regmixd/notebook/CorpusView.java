package io.regmixd.notebook;

import io.regmixd.data.Corpus;
import io.regmixd.mixture.Mixture;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.Row;

/// A corpus as a table of its domains.
record CorpusView(Corpus corpus) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        Grid table = Grid.of(
                "domain", "licence", "documents", "training tokens", "held-out tokens", "natural share", "text");
        Mixture natural = corpus.natural();
        for (Row row : corpus.table()) {
            String domain = row.getString("domain");
            table.row(
                    domain.equals(corpus.objective()) ? domain + " (objective)" : domain,
                    row.getString("licence"),
                    String.format(Locale.ROOT, "%,d", row.getLong("documents")),
                    Look.count((double) row.getLong("train_tokens")),
                    Look.count((double) row.getLong("validation_tokens")),
                    Look.percent(natural.weight(domain)),
                    String.format(Locale.ROOT, "%.1f MB", row.getDouble("megabytes")));
        }
        return Page.of(Page.heading("Corpus " + corpus), table).mimeBundle();
    }
}
