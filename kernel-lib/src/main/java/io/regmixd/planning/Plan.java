package io.regmixd.planning;

import io.regmixd.mixture.MixtureRow;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// What a planner made: the schedule to train on, and the losses that the planner expects on the way.
public final class Plan {

    static final double STUDENT_95 = 2.306; // of 8 degrees of freedom: a spread is of eight halves

    private final String name;
    private final MixtureSchedule schedule;
    private final double[][] predicted; // after the last stages, [domains] each
    private final double[][] spread; // standard errors, as predicted, or empty
    private final List<String> warnings;

    private Plan(
            String name, MixtureSchedule schedule, double[][] predicted, double[][] spread, List<String> warnings) {
        this.name = name;
        this.schedule = schedule;
        this.predicted = copy(predicted);
        this.spread = copy(spread);
        this.warnings = warnings;
    }

    /// A plan that says nothing of losses: what a planner of one's own may answer with.
    public static Plan withoutPrediction(String name, MixtureSchedule schedule) {
        return new Plan(name, schedule, new double[0][], new double[0][], List.of());
    }

    /// @param losses after the last stage, one per domain
    static Plan withFinalLosses(String name, MixtureSchedule schedule, double[] losses, List<String> warnings) {
        return new Plan(name, schedule, new double[][] {losses}, new double[0][], warnings);
    }

    /// @param losses shape `[stages + 1][domains]`
    /// @param spread their standard errors, of the same shape, or empty
    public static Plan withLosses(
            String name, MixtureSchedule schedule, double[][] losses, double[][] spread, List<String> warnings) {
        return new Plan(name, schedule, losses, spread, warnings);
    }

    /// @throws IllegalArgumentException if there is no stage
    static void requireStages(int stages) {
        if (stages < 1) {
            throw new IllegalArgumentException("a schedule of " + stages + " stages, expected at least 1");
        }
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }

    /// The planner's name.
    public String name() {
        return name;
    }

    public MixtureSchedule schedule() {
        return schedule;
    }

    /// The predicted losses of all domains before the first stage and after each, nats per token at the proxies'
    /// size, shape `[stages + 1][domains]`; empty where the planner does not predict them stage by stage.
    public Optional<double[][]> predictedLosses() {
        return predicted.length == schedule.size() + 1 ? Optional.of(copy(predicted)) : Optional.empty();
    }

    /// The standard errors of [#predictedLosses()], of the same shape: how sure the model is, not how much one
    /// run scatters. Empty where the model was fitted without spread.
    public Optional<double[][]> standardErrors() {
        return spread.length > 0 ? Optional.of(copy(spread)) : Optional.empty();
    }

    /// The predicted losses of all domains at the end, nats per token at the proxies' size; empty where the
    /// planner predicts nothing.
    public Optional<double[]> predictedFinalLosses() {
        return predicted.length == 0 ? Optional.empty() : Optional.of(predicted[predicted.length - 1].clone());
    }

    /// Where the plan leaves what the proxies covered, a sentence each: predictions there are guesses.
    public List<String> warnings() {
        return warnings;
    }

    /// The predicted trajectory in long format, one row per stage and domain: `stage, domain, loss_nats,
    /// low_nats, high_nats`, stages from 0 for the untrained model, with the 95% interval of the prediction;
    /// the interval is missing where there are no standard errors. No rows where nothing is predicted stage by
    /// stage.
    public Table predictions() {
        IntColumn stage = IntColumn.create("stage");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn loss = DoubleColumn.create("loss_nats");
        DoubleColumn low = DoubleColumn.create("low_nats");
        DoubleColumn high = DoubleColumn.create("high_nats");
        double[][] losses = predictedLosses().orElse(new double[0][]);
        for (int s = 0; s < losses.length; s++) {
            for (int d = 0; d < losses[s].length; d++) {
                stage.append(s);
                domain.append(schedule.domains().get(d));
                loss.append(losses[s][d]);
                double margin = spread.length > 0 ? STUDENT_95 * spread[s][d] : Double.NaN;
                low.append(losses[s][d] - margin);
                high.append(losses[s][d] + margin);
            }
        }
        return Table.create("predictions", stage, domain, loss, low, high);
    }

    /// The schedules of several plans by their names, in the plans' order.
    public static Map<String, MixtureSchedule> schedules(List<Plan> plans) {
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        plans.forEach(plan -> schedules.put(plan.name, plan.schedule));
        return schedules;
    }

    /// How much of one domain each plan shows, in a sentence: its share of all tokens, and by stage where that changes.
    ///
    /// @param plans  over the same domains, each of equally long stages
    /// @throws IllegalArgumentException if there is no such domain
    public static String inWords(List<Plan> plans, String domain) {
        List<String> shares = new ArrayList<>();
        for (Plan plan : plans) {
            int d = plan.schedule.domains().indexOf(domain);
            if (d < 0) {
                throw new IllegalArgumentException("no domain " + domain + " in " + plan.schedule.domains());
            }
            List<String> stages = plan.schedule.stages().stream()
                    .map(mixture -> percent(mixture.weight(d)))
                    .toList();
            boolean changes = stages.stream().distinct().count() > 1;
            shares.add(plan.name + " " + percent(plan.schedule.mean().weight(d))
                    + (changes ? " (" + String.join(", ", stages) + " by stage)" : ""));
        }
        return "Of all training tokens, " + domain + " is: " + String.join("; ", shares) + ".";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /// Long format, one row per plan, stage and domain: `method, stage, domain, weight`, stages from 1.
    public static Table table(List<Plan> plans) {
        StringColumn method = StringColumn.create("method");
        IntColumn stage = IntColumn.create("stage");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn weight = DoubleColumn.create("weight");
        for (Plan plan : plans) {
            for (MixtureRow row : MixtureRow.of(plan.schedule.stages())) {
                method.append(plan.name);
                stage.append(row.number());
                domain.append(row.domain());
                weight.append(row.weight());
            }
        }
        return Table.create("schedules", method, stage, domain, weight);
    }

    /// The name and the mixture of each stage, with runs of equal stages as one, then the warnings.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        for (int from = 0, to; from < schedule.size(); from = to) {
            to = from + 1;
            while (to < schedule.size()
                    && schedule.stages().get(to).equals(schedule.stages().get(from))) {
                to++;
            }
            text.append(from + 1 == to ? "\n  stage " + to : "\n  stages " + (from + 1) + "-" + to)
                    .append(": ")
                    .append(schedule.stages().get(from));
        }
        warnings.forEach(warning -> text.append("\n  beyond the proxies: ").append(warning));
        return text.toString();
    }
}
