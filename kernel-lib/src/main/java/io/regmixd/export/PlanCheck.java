package io.regmixd.export;

import io.regmixd.regression.RankCorrelation;
import io.regmixd.store.Json;
import io.regmixd.trajectory.Observed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Compares what a `plan.json` predicted with what targets showed.
final class PlanCheck {

    private static final int FEWEST_TO_RANK = 3;

    private final String unit;
    private final List<Compared> compared;

    /// One run.
    private record Compared(String run, double expected, double low, double high, double observed, int seeds) {
        boolean inside() {
            return low <= observed && observed <= high;
        }
    }

    private PlanCheck(String unit, List<Compared> compared) {
        this.unit = unit;
        this.compared = compared;
    }

    /// @param plan     a `plan.json`
    /// @param observed a table of [Observed#read]; its runs have the names that stand in `plan.json`, and one
    ///     without a name is the plan
    /// @throws IOException if a file cannot be read, or no run of the table is in the plan; names what is
    static PlanCheck of(Path plan, Path observed) throws IOException {
        ObjectNode json = Json.read(plan);
        JsonNode expected = json.get("expected");
        if (!(json.get("objective") instanceof ObjectNode objective) || expected == null || expected.isEmpty()) {
            throw new IOException(plan + " has no predictions: expected a plan.json that ./plan --out wrote");
        }
        Map<String, List<Double>> values =
                values(observed, objective, json.path("score_top").asDouble(0));
        List<String> known = new ArrayList<>();
        List<Compared> compared = new ArrayList<>();
        for (JsonNode each : expected) {
            String run = each.path("run").asString();
            known.add(run);
            List<Double> seen = values.getOrDefault(run, compared.isEmpty() ? values.get("") : null);
            if (seen != null) {
                compared.add(new Compared(
                        run,
                        Json.number(each.get("value"), "expected.value"),
                        Json.number(each.get("low"), "expected.low"),
                        Json.number(each.get("high"), "expected.high"),
                        seen.stream().mapToDouble(v -> v).average().orElseThrow(),
                        seen.size()));
            }
        }
        if (compared.isEmpty()) {
            throw new IOException(observed + " has runs " + values.keySet() + ", and " + plan
                    + " predicted others: name them " + known);
        }
        return new PlanCheck(json.path("unit").asString(), compared);
    }

    /// The objective's values by run.
    private static Map<String, List<Double>> values(Path observed, ObjectNode objective, double top)
            throws IOException {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        double sum = 0;
        for (String metric : objective.propertyNames()) {
            sum += Json.number(objective.get(metric), "objective." + metric);
        }
        for (String metric : objective.propertyNames()) {
            double weight = objective.get(metric).doubleValue() / sum;
            for (var run : Observed.read(observed, metric).entrySet()) {
                List<Double> own = values.computeIfAbsent(run.getKey(), name -> new ArrayList<>());
                for (int i = 0; i < run.getValue().size(); i++) {
                    double value = top > 0
                            ? top - run.getValue().get(i)
                            : run.getValue().get(i);
                    if (i < own.size()) {
                        own.set(i, own.get(i) + weight * value);
                    } else {
                        own.add(weight * value);
                    }
                }
            }
        }
        return values;
    }

    /// A table, then how good the predictions were.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(Locale.ROOT, "%-28s %10s %22s %10s %10s", unit, "predicted", "95%", "observed", "error"));
        double error = 0;
        int inside = 0;
        for (Compared each : compared) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-28s %10.4f %10.4f .. %8.4f %10.4f %+10.4f%s%s",
                    each.run,
                    each.expected,
                    each.low,
                    each.high,
                    each.observed,
                    each.observed - each.expected,
                    each.inside() ? "" : "  outside",
                    each.seeds > 1 ? "  mean of " + each.seeds : ""));
            error += Math.abs(each.observed - each.expected) / compared.size();
            inside += each.inside() ? 1 : 0;
        }
        lines.add(String.format(
                Locale.ROOT,
                "Mean absolute error %.4f %s; %d of %d within their 95%% intervals.",
                error,
                unit,
                inside,
                compared.size()));
        for (int i = 1; i < compared.size(); i++) {
            Compared plan = compared.getFirst();
            Compared other = compared.get(i);
            double predicted = other.expected - plan.expected;
            double observed = other.observed - plan.observed;
            lines.add(String.format(
                    Locale.ROOT,
                    "Gain of %s over %s: predicted %+.4f, observed %+.4f%s.",
                    plan.run,
                    other.run,
                    predicted,
                    observed,
                    predicted * observed > 0 ? "" : ": the other way round"));
        }
        if (compared.size() >= FEWEST_TO_RANK) {
            lines.add(String.format(
                    Locale.ROOT,
                    "Spearman's rank correlation of predicted and observed: %.3f.",
                    RankCorrelation.of(
                                    compared.stream()
                                            .mapToDouble(Compared::expected)
                                            .toArray(),
                                    compared.stream()
                                            .mapToDouble(Compared::observed)
                                            .toArray())
                            .spearman()));
        }
        if (inside < compared.size()) {
            lines.add(
                    "Predictions are of a run as large as those that were planned from: a larger target ends lower; read"
                            + " the gains and the ranks then.");
        }
        return lines;
    }
}
