package io.regmixd.schedule;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// What a planner made: the schedule to train on, and the losses that the planner expects on the way.
public final class Plan {

    private final String name;
    private final MixtureSchedule schedule;
    private final List<double[]> predicted; // after the last stages, [domains] each

    private Plan(String name, MixtureSchedule schedule, List<double[]> predicted) {
        this.name = name;
        this.schedule = schedule;
        this.predicted = predicted;
    }

    static Plan withoutPrediction(String name, MixtureSchedule schedule) {
        return new Plan(name, schedule, List.of());
    }

    /// @param losses after the last stage, one a domain
    static Plan withFinalLosses(String name, MixtureSchedule schedule, double[] losses) {
        return new Plan(name, schedule, List.of(losses.clone()));
    }

    /// @param losses shape `[stages + 1][domains]`
    static Plan withLosses(String name, MixtureSchedule schedule, List<double[]> losses) {
        return new Plan(name, schedule, losses.stream().map(double[]::clone).toList());
    }

    /// The planner's name.
    public String name() {
        return name;
    }

    public MixtureSchedule schedule() {
        return schedule;
    }

    /// The predicted losses of all domains before the first stage and after each, nats a token at the proxies'
    /// size, shape `[stages + 1][domains]`; empty where the planner does not predict them stage by stage.
    public Optional<double[][]> predictedLosses() {
        return predicted.size() == schedule.size() + 1
                ? Optional.of(predicted.stream().map(double[]::clone).toArray(double[][]::new))
                : Optional.empty();
    }

    /// The predicted losses of all domains at the end, nats a token at the proxies' size; empty where the
    /// planner predicts nothing.
    public Optional<double[]> predictedFinalLosses() {
        return predicted.isEmpty()
                ? Optional.empty()
                : Optional.of(predicted.getLast().clone());
    }

    /// The schedules of several plans by their names, in the plans' order.
    public static Map<String, MixtureSchedule> schedules(List<Plan> plans) {
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        plans.forEach(plan -> schedules.put(plan.name, plan.schedule));
        return schedules;
    }

    /// Long format, one row a plan, stage and domain: `method, stage, domain, weight`, stages from 1.
    public static Table table(List<Plan> plans) {
        StringColumn method = StringColumn.create("method");
        IntColumn stage = IntColumn.create("stage");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn weight = DoubleColumn.create("weight");
        for (Plan plan : plans) {
            for (int s = 0; s < plan.schedule.size(); s++) {
                Mixture mixture = plan.schedule.stages().get(s);
                for (int d = 0; d < mixture.size(); d++) {
                    method.append(plan.name);
                    stage.append(s + 1);
                    domain.append(mixture.domains().get(d));
                    weight.append(mixture.weight(d));
                }
            }
        }
        return Table.create("schedules", method, stage, domain, weight);
    }

    /// The name and the mixture of each stage, with runs of equal stages as one.
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
        return text.toString();
    }
}
