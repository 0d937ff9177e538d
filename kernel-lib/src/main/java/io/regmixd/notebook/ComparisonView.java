package io.regmixd.notebook;

import io.regmixd.evaluation.Comparison;
import java.util.Locale;
import java.util.Map;

/// A comparison: what it says in words, its table, and every domain's losses.
record ComparisonView(Comparison comparison) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        return Page.of(Page.words(comparison.inWords()), table(), Plots.perDomain(comparison))
                .mimeBundle();
    }

    private Grid table() {
        String objective = comparison.evaluation().objective();
        String baseline = comparison.baseline();
        Grid table = Grid.of(
                "method",
                "seeds",
                "loss of " + objective + " (nats/token)",
                "difference to " + baseline + ", with its 95% interval",
                "mean loss of all domains (nats/token)");
        for (String method : comparison.methods()) {
            Comparison.Mean loss = comparison.loss(method, objective);
            Comparison.Mean difference = comparison.difference(method, objective);
            table.row(
                    method,
                    String.valueOf(loss.count()),
                    number("%.3f", loss.value()),
                    method.equals(baseline) ? "" : number("%+.3f", difference.value()) + interval(difference),
                    number("%.3f", comparison.meanLoss(method).value()));
        }
        return table;
    }

    private static String interval(Comparison.Mean difference) {
        return difference.count() < 2 ? "" : number(" ± %.3f", difference.halfWidth());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
