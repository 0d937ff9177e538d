package io.regmixd.planning;

import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// What a plan predicted of an objective after each stage, beside what the targets that were trained on its
/// schedule showed. The prediction is of a model as large as the proxies, so a larger target lies lower: what can be
/// compared is how both move from stage to stage.
///
/// @param objective whose losses they are
/// @param predicted after each stage, the first at 0, nats per token
/// @param margins   half the width of the predictions' 95% intervals; NaN where the plan has none
/// @param observed  shape `[targets][stages]`, nats per token
public record Foreseen(String objective, List<Double> predicted, List<Double> margins, List<List<Double>> observed) {

    public Foreseen {
        predicted = List.copyOf(predicted);
        margins = List.copyOf(margins);
        observed = observed.stream().map(List::copyOf).toList();
    }

    /// @param targets those that diverged are left out
    /// @throws IllegalArgumentException if the plan predicts nothing by stage, no target was completed or one was
    ///     trained on another schedule, or there is no such domain
    public static Foreseen of(Plan plan, Trajectories targets, String objective) {
        double[][] losses = plan.predictedLosses()
                .orElseThrow(() -> new IllegalArgumentException("the plan of " + plan.name()
                        + " predicts no losses by stage: plan with Planner.greedy or Planner.lookAhead"));
        int domain = plan.schedule().domains().indexOf(objective);
        if (domain < 0) {
            throw new IllegalArgumentException(
                    "no domain " + objective + " in " + plan.schedule().domains());
        }
        List<Trajectory> completed = targets.completed();
        if (completed.isEmpty()) {
            throw new IllegalArgumentException("none of " + targets.runs().size()
                    + " targets was completed: nothing to compare with the plan of " + plan.name());
        }
        completed.stream()
                .filter(run -> !run.schedule().equals(plan.schedule()))
                .findFirst()
                .ifPresent(run -> {
                    throw new IllegalArgumentException("target " + run.run()
                            + " was trained on another schedule than that of " + plan.name()
                            + ": give the targets of that method alone");
                });
        return new Foreseen(
                objective,
                ofDomain(losses, domain, 1),
                plan.standardErrors()
                        .map(errors -> ofDomain(errors, domain, Plan.STUDENT_95))
                        .orElse(IntStream.range(1, losses.length)
                                .mapToObj(stage -> Double.NaN)
                                .toList()),
                completed.stream()
                        .map(run -> IntStream.rangeClosed(1, targets.stages())
                                .mapToObj(stage -> run.loss(stage, domain))
                                .toList())
                        .toList());
    }

    private static List<Double> ofDomain(double[][] rows, int domain, double times) {
        return Arrays.stream(rows).skip(1).map(row -> times * row[domain]).toList();
    }

    /// The targets' mean after each stage, nats per token.
    public List<Double> mean() {
        return IntStream.range(0, predicted.size())
                .mapToObj(stage -> observed.stream()
                        .mapToDouble(target -> target.get(stage))
                        .average()
                        .orElseThrow())
                .toList();
    }

    /// Where both end, and how often the targets moved from stage to stage as predicted, in two sentences.
    public String inWords() {
        List<Double> mean = mean();
        int changes = predicted.size() - 1;
        long alike = IntStream.range(0, changes)
                .filter(s -> (predicted.get(s + 1) - predicted.get(s)) * (mean.get(s + 1) - mean.get(s)) > 0)
                .count();
        String ends = String.format(
                Locale.ROOT,
                "The loss of %s was predicted to end at %.3f nats per token at the proxies' size%s; the %d %s ended at"
                        + " %.3f.",
                objective,
                predicted.getLast(),
                margins.getLast().isNaN() ? "" : String.format(Locale.ROOT, " ± %.3f", margins.getLast()),
                observed.size(),
                observed.size() == 1 ? "target" : "targets",
                mean.getLast());
        return changes == 0
                ? ends
                : ends
                        + String.format(
                                Locale.ROOT,
                                " From stage to stage it moved as predicted %d of %d times.",
                                alike,
                                changes);
    }
}
