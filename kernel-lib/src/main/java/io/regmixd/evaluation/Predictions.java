package io.regmixd.evaluation;

import io.regmixd.evaluation.Comparison.Mean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// What was predicted of the methods' schedules before any target trained, beside what the targets showed. Predictions
/// are made at the proxies' size, so differences between methods are compared, and their order, not the losses.
///
/// @param comparison what the targets showed
/// @param predicted  the objective's final loss by method, nats per token; methods without one are left out
public record Predictions(Comparison comparison, Map<String, Double> predicted) {

    /// @throws IllegalArgumentException if nothing is predicted of the baseline
    public Predictions {
        predicted = Map.copyOf(predicted);
        if (!predicted.containsKey(comparison.baseline())) {
            throw new IllegalArgumentException("no prediction of the baseline " + comparison.baseline() + ", only of "
                    + predicted.keySet().stream().sorted().toList());
        }
    }

    /// One row per method: `method, predicted_nats, observed_nats, predicted_difference, observed_difference`, both
    /// differences to the baseline, nats per token.
    public Table table() {
        StringColumn method = StringColumn.create("method");
        DoubleColumn loss = DoubleColumn.create("predicted_nats");
        DoubleColumn seen = DoubleColumn.create("observed_nats");
        DoubleColumn foreseen = DoubleColumn.create("predicted_difference");
        DoubleColumn difference = DoubleColumn.create("observed_difference");
        for (String name : methods()) {
            method.append(name);
            loss.append(predicted.get(name));
            seen.append(comparison.loss(name, objective()).value());
            foreseen.append(predicted.get(name) - predicted.get(comparison.baseline()));
            difference.append(observed(name, comparison.baseline()).value());
        }
        return Table.create("predicted and observed", method, loss, seen, foreseen, difference);
    }

    /// How many pairs of methods were predicted in the order that the targets show, counting those that the seeds
    /// tell apart, and each method's predicted and observed difference to the baseline, one per line.
    public String inWords() {
        List<String> methods = methods();
        List<String> wrong = new ArrayList<>();
        int pairs = 0;
        int open = 0;
        for (int i = 0; i < methods.size(); i++) {
            for (int j = 0; j < i; j++) {
                Mean observed = observed(methods.get(i), methods.get(j));
                double expected = predicted.get(methods.get(i)) - predicted.get(methods.get(j));
                if (!observed.differsFromZero()) {
                    open++;
                } else {
                    pairs++;
                    if (expected * observed.value() <= 0) {
                        wrong.add(methods.get(j) + " and " + methods.get(i));
                    }
                }
            }
        }
        StringBuilder words = new StringBuilder();
        if (pairs > 0) {
            words.append(String.format(
                    Locale.ROOT,
                    "Of the %d pairs of methods that the seeds tell apart, %d were predicted in the right order%s.",
                    pairs,
                    pairs - wrong.size(),
                    wrong.isEmpty() ? "" : ", not " + String.join(", ", wrong)));
        }
        if (open > 0) {
            words.append(pairs > 0 ? " " : "")
                    .append(open)
                    .append(open == 1 ? " pair is" : " pairs are")
                    .append(" too close to tell.");
        }
        for (String method : methods) {
            if (!method.equals(comparison.baseline())) {
                words.append(String.format(
                        Locale.ROOT,
                        "\n%s: %+.3f nats to %s predicted, %+.3f observed.",
                        method,
                        predicted.get(method) - predicted.get(comparison.baseline()),
                        comparison.baseline(),
                        observed(method, comparison.baseline()).value()));
            }
        }
        return words.toString();
    }

    private Mean observed(String method, String other) {
        return new Comparison(comparison.evaluation(), other).difference(method, objective());
    }

    private String objective() {
        return comparison.evaluation().objective();
    }

    private List<String> methods() {
        return comparison.methods().stream().filter(predicted::containsKey).toList();
    }
}
