package io.regmixd.notebook;

import io.regmixd.evaluation.Comparison;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Evidence;
import io.regmixd.planning.Foreseen;
import io.regmixd.regression.LearningCurve;
import io.regmixd.regression.Sensitivity;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Pictures of our words, one look for all: a domain has the same colour everywhere, by its place in the list
/// of domains; no colours are used that colour-blind eyes confuse more than need be; methods have colours of
/// their own.
///
/// Methods keep the order of the map that they come in: a `LinkedHashMap` keeps that of its making. Losses are
/// in nats a token.
///
/// Every method fails with an [IllegalStateException] on a machine without fonts; the message says what to
/// install.
public final class Plots {

    static final String NATS = "nats/token";

    private Plots() {}

    /// A mixture as bars, one a domain.
    public static Plot mixture(String title, Mixture mixture) {
        return DomainPlots.mixture(title, mixture, mixture);
    }

    /// A mixture as bars, one a domain, with a mark where another one lies: the natural shares, say.
    ///
    /// @param marked named "natural share" in the key
    /// @throws IllegalArgumentException if the two are over different domains
    public static Plot mixture(String title, Mixture mixture, Mixture marked) {
        marked.requireDomains(mixture.domains());
        return DomainPlots.mixture(title, mixture, marked);
    }

    /// The mixtures of a sweep: for each domain one dot a mixture at its weight, and a mark at the natural
    /// share.
    ///
    /// @throws IllegalArgumentException if there are none, or over domains that differ
    public static Plot design(List<Mixture> mixtures, Mixture natural) {
        requireSome(mixtures.size(), "mixtures");
        mixtures.forEach(mixture -> mixture.requireDomains(natural.domains()));
        return DomainPlots.design(mixtures, natural);
    }

    /// A schedule as areas stacked over the training's progress, domains under 1% in every stage gathered as
    /// others.
    public static Plot schedule(String title, MixtureSchedule schedule) {
        return SchedulePlots.schedules(title, Map.of("", schedule));
    }

    /// Several schedules one below the other, with one key.
    ///
    /// @param schedules by method
    /// @throws IllegalArgumentException if there are none, or over domains that differ
    public static Plot schedules(Map<String, MixtureSchedule> schedules) {
        requireSome(schedules.size(), "schedules");
        List<String> domains = schedules.values().iterator().next().domains();
        schedules.values().forEach(schedule -> schedule.stages().getFirst().requireDomains(domains));
        return SchedulePlots.schedules("Mixture by stage of training", schedules);
    }

    /// How much of one domain several schedules show over training, a line per method.
    ///
    /// @param schedules by method
    /// @throws IllegalArgumentException if there are none, or one of them is not over the domain
    public static Plot weights(Map<String, MixtureSchedule> schedules, String domain) {
        requireSome(schedules.size(), "schedules");
        schedules.values().forEach(schedule -> {
            if (!schedule.domains().contains(domain)) {
                throw new IllegalArgumentException("no domain " + domain + " in " + schedule.domains());
            }
        });
        return MethodPlots.weights(schedules, domain);
    }

    /// The objective's final validation loss by method, the lowest on top, as the difference to a comparison's
    /// baseline: a dot at the mean, a line over its 95% interval, paired by seed.
    ///
    /// @throws IllegalArgumentException if no target of the baseline finished
    public static Plot losses(Comparison comparison) {
        return MethodPlots.losses(comparison);
    }

    /// The objective's validation loss of every proxy over its training tokens, the best and the worst by name.
    /// The untrained loss is left out where more than one stage follows: it would squeeze all else.
    ///
    /// @param objective the domain whose loss is shown
    /// @throws IllegalArgumentException if there is no such domain, or no run was completed
    public static Plot trajectories(Trajectories trajectories, String objective) {
        int domain = requireDomain(trajectories, objective);
        requireSome(trajectories.completed().size(), "completed runs");
        return LossPlots.trajectories(trajectories, domain);
    }

    /// What a regression predicted for mixtures that it was not fitted on, against what was seen.
    ///
    /// @param objective the domain whose loss it is
    /// @param spearman  the rank correlation of the two, for the note
    /// @throws IllegalArgumentException if there are none, the lengths differ, or a loss is not finite
    public static Plot predictedAgainstSeen(double[] predicted, double[] seen, String objective, double spearman) {
        requireSome(seen.length, "losses");
        if (predicted.length != seen.length) {
            throw new IllegalArgumentException(predicted.length + " predicted losses for " + seen.length + " seen");
        }
        if (!Arrays.stream(predicted).allMatch(Double::isFinite)
                || !Arrays.stream(seen).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("a predicted or seen loss is not finite");
        }
        return PredictionPlots.predictedAgainstSeen(predicted, seen, objective, spearman, NATS);
    }

    /// The same for the held-out runs that speak for a plan.
    ///
    /// @param objective what was predicted
    /// @param unit      of it, see [io.regmixd.trajectory.Runs#unit]
    public static Plot predictedAgainstSeen(Evidence evidence, String objective, String unit) {
        return PredictionPlots.predictedAgainstSeen(
                array(evidence.predicted()),
                array(evidence.seen()),
                objective,
                evidence.rank().spearman(),
                unit);
    }

    /// The rank correlation of held-out runs over the number of runs that a regression was fitted on: the mean
    /// over the folds, and as an area the middle half of them.
    public static Plot learningCurve(LearningCurve curve) {
        return PredictionPlots.learningCurve(curve);
    }

    /// The objective's loss after each stage as a plan predicted it, with its 95% interval where it has one, and
    /// as the targets showed it: a line per target, in bold their mean.
    public static Plot foreseen(Foreseen foreseen) {
        return PredictionPlots.foreseen(foreseen);
    }

    /// How the predicted loss of the objective changes as the weight of one domain rises by ten points, a row per
    /// domain, the most favourable on top. A hollow dot tells a mixture that no run was trained near.
    ///
    /// @param unit of the objective, see [io.regmixd.trajectory.Runs#unit]
    public static Plot sensitivity(Sensitivity sensitivity, String unit) {
        return DomainPlots.sensitivity(sensitivity, unit);
    }

    /// What runs ended with against the weight of one domain in their mean mixture: a panel for each of the three
    /// domains whose weights rank the runs best, up or down.
    ///
    /// @param metric what was measured, see [FinalLosses#measured]
    /// @throws IllegalArgumentException if nothing of this name was measured
    public static Plot byWeight(FinalLosses runs, String metric) {
        return WeightPlots.byWeight(runs, metric);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }

    /// The objective's validation loss over training tokens, a line per method: the mean over its runs (the
    /// seeds), as measured while they trained. Right of the lines' end the evaluated losses, on all held-out text:
    /// a dot at the mean, an upright bar over the 95% interval of the difference to the baseline, paired by seed.
    /// A bar that reaches the height of the baseline's dot tells no difference. A single seed has no bar.
    ///
    /// @param byMethod   the runs of each method; those that diverged are left out
    /// @param comparison of the same runs, evaluated
    /// @throws IllegalArgumentException if there is no method, no such domain, or a method without a completed
    ///     run
    public static Plot lossByMethod(Map<String, Trajectories> byMethod, Comparison comparison) {
        requireRuns(byMethod);
        byMethod.values()
                .forEach(runs -> requireDomain(runs, comparison.evaluation().objective()));
        return LossPlots.byMethod(byMethod, comparison);
    }

    /// Every domain's final validation loss by method, as the difference to a comparison's baseline: a dot at the
    /// mean, a line over its 95% interval, paired by seed. Left is better; a line that crosses zero tells no
    /// difference. A single seed has no interval.
    ///
    /// @throws IllegalArgumentException if no target of the baseline finished
    public static Plot perDomain(Comparison comparison) {
        return DomainPlots.perDomain(comparison);
    }

    private static void requireSome(int count, String what) {
        if (count == 0) {
            throw new IllegalArgumentException("no " + what + " to plot");
        }
    }

    private static int requireDomain(Trajectories runs, String objective) {
        int domain = runs.domains().indexOf(objective);
        if (domain < 0) {
            throw new IllegalArgumentException("no domain " + objective + " in " + runs.domains());
        }
        return domain;
    }

    private static void requireRuns(Map<String, Trajectories> byMethod) {
        requireSome(byMethod.size(), "methods");
        byMethod.forEach((method, runs) -> requireSome(runs.completed().size(), "completed runs of method " + method));
    }
}
