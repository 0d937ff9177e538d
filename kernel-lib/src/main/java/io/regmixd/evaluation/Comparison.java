package io.regmixd.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// Methods compared over seeds: means with 95% intervals (Student's t), and differences to a baseline paired by
/// seed, since the methods of one seed share initial parameters and random numbers.
///
/// @param evaluation the losses compared
/// @param baseline   the method that the others are compared with
public record Comparison(Evaluation evaluation, String baseline) {

    /// @throws IllegalArgumentException if the baseline is not among the methods
    public Comparison {
        if (!evaluation.methods().contains(baseline)) {
            throw new IllegalArgumentException("no method " + baseline + " among " + evaluation.methods());
        }
    }

    /// A mean over seeds and half the width of its 95% interval, which is infinite for a single seed.
    ///
    /// @param count how many seeds
    public record Mean(double value, double halfWidth, int count) {

        static Mean of(double... values) {
            SummaryStatistics statistics = new SummaryStatistics();
            for (double value : values) {
                statistics.addValue(value);
            }
            int n = values.length;
            double halfWidth = n < 2
                    ? Double.POSITIVE_INFINITY
                    : new TDistribution(n - 1).inverseCumulativeProbability(0.975)
                            * statistics.getStandardDeviation()
                            / Math.sqrt(n);
            return new Mean(statistics.getMean(), halfWidth, n);
        }

        /// Whether the interval leaves out zero.
        public boolean differsFromZero() {
            return Math.abs(value) > halfWidth;
        }

        private String text(String format) {
            return String.format(Locale.ROOT, format, value)
                    + (count < 2 ? "" : String.format(Locale.ROOT, " ± %.3f", halfWidth));
        }
    }

    /// A method's loss on one domain, nats per token.
    ///
    /// @throws IllegalArgumentException if no target of the method finished
    public Mean loss(String method, String domain) {
        int d = evaluation.domains().indexOf(domain);
        return over(method, score -> score.lossesNats().get(d));
    }

    /// A method's mean loss over all domains, each counting the same, nats per token.
    public Mean meanLoss(String method) {
        return over(method, Comparison::meanOfDomains);
    }

    private static double meanOfDomains(Evaluation.Score score) {
        return score.lossesNats().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    private Mean over(String method, ToDoubleFunction<Evaluation.Score> quantity) {
        double[] values = evaluation.of(method).stream().mapToDouble(quantity).toArray();
        if (values.length == 0) {
            throw new IllegalArgumentException("no target of " + method + " finished: all diverged");
        }
        return Mean.of(values);
    }

    /// A method's loss on one domain minus the baseline's, over the seeds that both finished; negative is
    /// better.
    public Mean difference(String method, String domain) {
        int d = evaluation.domains().indexOf(domain);
        Map<Long, Double> base = evaluation.of(baseline).stream()
                .collect(Collectors.toMap(
                        Evaluation.Score::seed, score -> score.lossesNats().get(d)));
        return Mean.of(evaluation.of(method).stream()
                .filter(score -> base.containsKey(score.seed()))
                .mapToDouble(score -> score.lossesNats().get(d) - base.get(score.seed()))
                .toArray());
    }

    /// One row per method: the objective's loss, in bits per byte too, the mean loss over all domains, and the
    /// paired difference to the baseline on the objective with its 95% interval (none with a single seed).
    public Table table() {
        StringColumn method = StringColumn.create("method");
        IntColumn seeds = IntColumn.create("seeds");
        DoubleColumn loss = DoubleColumn.create(evaluation.objective() + "_loss_nats");
        DoubleColumn bits = DoubleColumn.create(evaluation.objective() + "_bits_per_byte");
        DoubleColumn all = DoubleColumn.create("mean_loss_nats");
        StringColumn difference = StringColumn.create("difference_to_" + baseline);
        for (String name : methods()) {
            Mean objective = loss(name, evaluation.objective());
            method.append(name);
            seeds.append(objective.count());
            loss.append(objective.value());
            bits.append(evaluation.bitsPerByte(evaluation.objective(), objective.value()));
            all.append(meanLoss(name).value());
            difference.append(
                    name.equals(baseline)
                            ? "baseline"
                            : difference(name, evaluation.objective()).text("%+.3f"));
        }
        return Table.create("methods", method, seeds, loss, bits, all, difference);
    }

    /// One row per domain: each method's mean loss, nats per token.
    public Table domainTable() {
        Table table = Table.create("domains", StringColumn.create("domain", evaluation.domains()));
        for (String method : methods()) {
            table.addColumns(DoubleColumn.create(
                    method,
                    evaluation.domains().stream()
                            .mapToDouble(domain -> loss(method, domain).value())
                            .toArray()));
        }
        return table;
    }

    /// The methods with a target that finished, in the order of the evaluation.
    public List<String> methods() {
        return evaluation.methods().stream()
                .filter(method -> !evaluation.of(method).isEmpty())
                .toList();
    }

    /// What the evaluation showed of the objective, in sentences made from its numbers, a line each: first of all
    /// that no method beats the baseline, where none is shown to; which method has the lowest loss, or which share
    /// the first place because the seeds cannot tell them apart; how each differs from the baseline and whether
    /// the seeds suffice to tell.
    public String inWords() {
        String objective = evaluation.objective();
        List<String> finished = ranked();
        if (!finished.contains(baseline)) {
            return "No target of " + baseline + " finished, so nothing can be compared with it.";
        }
        StringBuilder words = new StringBuilder();
        if (finished.stream().noneMatch(this::beatsBaseline)) {
            words.append("No method is shown to be better than " + baseline + " on " + objective + " in this run.\n");
        }
        words.append(headline(finished, objective));
        for (String method : finished) {
            if (!method.equals(baseline)) {
                words.append('\n').append(against(method, objective));
            }
        }
        int planned = evaluation.methods().size()
                * (int) evaluation.scores().stream()
                        .map(Evaluation.Score::seed)
                        .distinct()
                        .count();
        if (evaluation.scores().size() < planned) {
            words.append(String.format(
                    "\n%d of %d targets diverged and are left out.",
                    planned - evaluation.scores().size(), planned));
        }
        return words.toString();
    }

    /// The methods with a target that finished, that of the lowest objective loss first.
    private List<String> ranked() {
        return methods().stream()
                .sorted(Comparator.comparingDouble(
                        method -> loss(method, evaluation.objective()).value()))
                .toList();
    }

    private boolean beatsBaseline(String method) {
        Mean difference = difference(method, evaluation.objective());
        return difference.value() < 0 && difference.differsFromZero();
    }

    private String headline(List<String> finished, String objective) {
        String best = finished.getFirst();
        Comparison toBest = new Comparison(evaluation, best);
        List<String> first = finished.stream()
                .filter(method -> !toBest.difference(method, objective).differsFromZero())
                .toList();
        if (first.size() > 1) {
            return String.format(
                    "No method is shown to be best on %s; %d share the first place: %s nats per token (means over"
                            + " seeds).",
                    objective,
                    first.size(),
                    first.stream()
                            .map(method ->
                                    method + " " + loss(method, objective).text("%.3f"))
                            .collect(Collectors.joining(", ")));
        }
        return String.format(
                Locale.ROOT,
                "%s has the lowest validation loss on %s: %s nats per token, %.3f bits per byte (mean of %d seeds).",
                best,
                objective,
                loss(best, objective).text("%.3f"),
                evaluation.bitsPerByte(objective, loss(best, objective).value()),
                loss(best, objective).count());
    }

    private String against(String method, String objective) {
        Mean difference = difference(method, objective);
        String amount = String.format(Locale.ROOT, "%.3f nats", Math.abs(difference.value()));
        String direction = difference.value() < 0 ? " below " : " above ";
        if (difference.count() < 2) {
            return method + " lies " + amount + direction + baseline + "; one seed cannot tell whether that is chance.";
        }
        String interval = String.format(
                Locale.ROOT,
                " (95%% interval of the paired difference %+.3f to %+.3f)",
                difference.value() - difference.halfWidth(),
                difference.value() + difference.halfWidth());
        return method + " lies " + amount + direction + baseline + interval
                + (difference.differsFromZero() ? "." : ": these seeds do not tell the two apart.");
    }

    /// What the other domains show, in a sentence: where the method of the lowest objective loss, the baseline
    /// aside, is worse than the baseline, and the mean losses over all domains.
    public String elsewhereInWords() {
        List<String> others = ranked();
        if (!others.contains(baseline) || others.size() < 2) {
            return "Nothing can be compared with " + baseline + ".";
        }
        String best = others.get(others.getFirst().equals(baseline) ? 1 : 0);
        List<String> worse = evaluation.domains().stream()
                .filter(domain -> !domain.equals(evaluation.objective()))
                .filter(domain -> difference(best, domain).value() > 0)
                .toList();
        return String.format(
                Locale.ROOT,
                "Elsewhere %s is worse than %s on %d of the %d other domains%s, and its mean loss over all domains is"
                        + " %.3f against %.3f nats.",
                best,
                baseline,
                worse.size(),
                evaluation.domains().size() - 1,
                worse.isEmpty() ? "" : " (" + String.join(", ", worse) + ")",
                meanLoss(best).value(),
                meanLoss(baseline).value());
    }
}
