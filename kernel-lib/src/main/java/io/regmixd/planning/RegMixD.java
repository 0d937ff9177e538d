package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A mixture per stage, by the rollouts of a transition model: RegMix-D (arXiv 2606.18663) with the losses of all
/// domains. [Planner#greedy] chooses stage by stage, as the paper does, [Planner#lookAhead] all stages at once.
///
/// Offline ([#plan]) the model's own predictions are fed forward. Online ([#replan]) the search starts again
/// from what the target has shown, brought to the proxies' size by a [ScaleMap]: [ScaleMap#calibrated()] unless
/// [#scale(ScaleMap)] says otherwise.
///
/// The first stage is chosen like the others, from the mean losses of the untrained proxies. The paper cannot:
/// its first logged step lies behind the first stage. [#firstStage(Mixture)] fixes it.
///
/// Immutable.
public final class RegMixD implements OnlinePlanner {

    private final ObjectiveValue value;
    private final ScheduleSearch search;
    private final ScaleMap scale;
    private final List<Mixture> first;

    private RegMixD(ObjectiveValue value, ScheduleSearch search, ScaleMap scale, List<Mixture> first) {
        this.value = value;
        this.search = search;
        this.scale = scale;
        this.first = first;
    }

    static RegMixD of(TransitionModel model, Problem problem, ScheduleSearch search) {
        problem.requireDomains(model.domains());
        return new RegMixD(new ObjectiveValue(model, problem, Care.NONE), search, ScaleMap.calibrated(), List.of());
    }

    /// Trains the first stage on this mixture and chooses from the second on. The paper has the natural one.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains than the model
    public RegMixD firstStage(Mixture mixture) {
        mixture.requireDomains(value.model().domains());
        return new RegMixD(value, search, scale, List.of(mixture));
    }

    /// How [#replan] brings a target's losses to the proxies' size.
    public RegMixD scale(ScaleMap other) {
        return new RegMixD(value, search, other, first);
    }

    /// Plans against an upper quantile of the prediction instead of its mean: the prediction plus so many of
    /// its standard errors, which shuns what the model is unsure of.
    ///
    /// @param standardErrors 0 for the mean, 1 for the 84% quantile, 1.64 for the 95% quantile
    /// @throws IllegalArgumentException if it is negative, or positive and the model was fitted without spread
    public RegMixD cautious(double standardErrors) {
        return careful(new Care(standardErrors, Optional.empty(), 0));
    }

    /// Plans with care: against an upper quantile of the prediction, near a mixture, or both.
    ///
    /// @throws IllegalArgumentException as [#cautious], or if the mixture is over other domains than the model
    public RegMixD careful(Care care) {
        if (care.standardErrors() > 0 && value.model().halves().isEmpty()) {
            throw new IllegalArgumentException(
                    "a cautious plan needs standard errors: fit the model with TransitionModel.fitWithSpread");
        }
        care.towards().ifPresent(mixture -> mixture.requireDomains(value.model().domains()));
        return new RegMixD(new ObjectiveValue(value.model(), value.problem(), care), search, scale, first);
    }

    @Override
    public String name() {
        return search.name();
    }

    /// @throws IllegalArgumentException if the proxies had another number of stages
    @Override
    public Plan plan(int stages, Progress progress) throws InterruptedException {
        requireStages(stages);
        double[] initial = value.model().initialLosses();
        if (first.isEmpty()) {
            return plan(List.of(), new double[][] {initial}, List.of(), progress);
        }
        double[] after = new double[initial.length];
        for (int d = 0; d < after.length; d++) {
            after[d] = value.model().next(List.of(), first, initial, d)[0];
        }
        return plan(first, new double[][] {initial, after}, List.of(), progress);
    }

    /// Its warnings say, too, where the target's losses, brought to the proxies' size, lie outside what the
    /// proxies covered.
    @Override
    public Plan replan(Trajectory soFar, int stages, Progress progress) throws InterruptedException {
        requireStages(stages);
        List<Mixture> trained = soFar.schedule().stages();
        if (trained.size() > stages || !soFar.completed()) {
            throw new IllegalArgumentException("cannot plan on from " + soFar.run() + ": it has "
                    + (soFar.completed() ? trained.size() + " of " + stages + " stages behind it" : "diverged"));
        }
        List<Mixture> padded = new ArrayList<>(trained);
        while (padded.size() < stages) {
            padded.add(trained.getLast());
        }
        TransitionModel model = value.model();
        double[][] expected =
                Arrays.copyOf(model.rollout(new MixtureSchedule(padded), model.initialLosses()), trained.size() + 1);
        double[][] seen = expected.clone();
        seen[trained.size()] = scale.toProxies(soFar, expected);
        return plan(trained, seen, warnings(soFar, seen[trained.size()]), progress);
    }

    private List<String> warnings(Trajectory soFar, double[] mapped) {
        int trained = soFar.schedule().size();
        List<String> warnings = new ArrayList<>();
        for (int domain : value.problem().objectives()) {
            value.model()
                    .coverage()
                    .outside(mapped[domain], domain)
                    .ifPresent(outside -> warnings.add(
                            "after stage " + trained + " the target's loss at the proxies' size is " + outside));
        }
        return warnings;
    }

    /// @param losses at the proxies' size before the first stage and after each that is behind
    private Plan plan(List<Mixture> before, double[][] losses, List<String> warnings, Progress progress)
            throws InterruptedException {
        TransitionModel model = value.model();
        int from = before.size();
        double[] last = losses[from];
        String step = "Planning by " + name();
        List<Mixture> chosen = search.schedule(
                value,
                new ConstraintProjection(value.problem(), model.stages()),
                before,
                last,
                fraction -> progress.update(step, fraction, from == 0 ? "all stages" : "stages from " + (from + 1)));
        MixtureSchedule schedule = new MixtureSchedule(chosen);
        double[][] ahead = model.rollout(schedule, from, last);
        double[][] predicted = Arrays.copyOf(losses, model.stages() + 1);
        System.arraycopy(ahead, 0, predicted, from, ahead.length);
        double[][] spread = new double[model.stages() + 1][model.domains().size()];
        if (!model.halves().isEmpty()) {
            System.arraycopy(model.spread(schedule, from, last), 0, spread, from, ahead.length);
        }
        Set<String> all = new LinkedHashSet<>(warnings);
        for (int domain : value.problem().objectives()) {
            all.addAll(model.coverage().left(schedule, from, ahead, domain));
        }
        return Plan.withLosses(
                name(), schedule, predicted, model.halves().isEmpty() ? new double[0][] : spread, List.copyOf(all));
    }

    private void requireStages(int stages) {
        if (stages != value.model().stages()) {
            throw new IllegalArgumentException("a schedule of " + stages + " stages, but the proxies had "
                    + value.model().stages() + ": plan and sweep with the same number of stages");
        }
    }
}
