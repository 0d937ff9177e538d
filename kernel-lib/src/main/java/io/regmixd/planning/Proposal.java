package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.Coverage;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.util.Arrays;
import java.util.List;

/// A plan from runs that were trained elsewhere, with what it is compared with: one model is fitted on the runs,
/// and everything comes from it.
///
/// @param plan     what to train on
/// @param expected the final objective that the model expects of the plan and of what it is compared with; the
///     plan's comes first
/// @param gains    over the natural mixture and, of a plan that changes its mixture, over the best constant one
/// @param distance of the plan's mixtures to the nearest that a run was trained on (Hellinger), the greatest
/// @param gap      the distance of the most isolated run to its own nearest
public record Proposal(Plan plan, List<Expected> expected, List<Gain> gains, double distance, double gap) {

    private static final int CANDIDATES = 100_000;
    private static final int FEWEST_FOR_HALVES = 16;
    private static final int ROUNDS_FOR_A_MIXTURE = 20; // a tenth of the numbers that a schedule has

    /// How to choose from runs whose losses are known by stage.
    public enum Method {
        /// All stages at once, see [Planner#lookAhead].
        LOOK_AHEAD,
        /// Stage by stage, see [Planner#greedy].
        GREEDY,
        /// One mixture throughout, see [Planner#regMix].
        REGMIX
    }

    /// What the model expects of a schedule.
    ///
    /// @param name          what the schedule is called
    /// @param schedule      the schedule
    /// @param value         the objective at the end, in its unit, at the size of the runs
    /// @param standardError how sure the model is of it; NaN where it does not know
    public record Expected(String name, MixtureSchedule schedule, double value, double standardError) {}

    /// One mixture throughout, from final losses.
    ///
    /// @param natural what the plan is compared with, and candidates are drawn around
    /// @param care    what is added to a prediction
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public static Proposal of(
            FinalLosses runs, Problem problem, Mixture natural, int stages, Care care, long seed, Progress progress)
            throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(runs, Regressor.standard(), seed, progress);
        List<Mixture> candidates = DirichletDesign.about(natural).candidates(CANDIDATES, seed);
        Plan plan = Planner.regMix(model, problem, candidates, care).plan(stages, progress);
        Mixture chosen = plan.schedule().stages().getFirst();
        return new Proposal(
                plan,
                List.of(
                        expected(plan.name(), model, problem, chosen, stages),
                        expected("natural", model, problem, natural, stages)),
                List.of(Gain.of("the natural mixture", model, problem, chosen, natural)),
                model.coverage().distance(chosen),
                model.coverage().widestGap());
    }

    private static Expected expected(
            String name, MixtureLossModel model, Problem problem, Mixture mixture, int stages) {
        double value = 0;
        double variance = 0;
        for (int domain : problem.objectives()) {
            double weight = problem.objective().get(domain);
            value += weight * model.predict(List.of(mixture), domain)[0];
            variance += Math.pow(weight * model.errors(List.of(mixture), domain)[0], 2);
        }
        return new Expected(name, MixtureSchedule.constant(mixture, stages), value, Math.sqrt(variance));
    }

    /// A model of the losses by stage that a problem asks for; with spread where there are sixteen runs.
    ///
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public static TransitionModel model(Trajectories runs, Problem problem, long seed, Progress progress)
            throws InterruptedException {
        List<String> objectives = Arrays.stream(problem.objectives())
                .mapToObj(problem.domains()::get)
                .toList();
        return runs.completed().size() < FEWEST_FOR_HALVES
                ? TransitionModel.fit(runs, objectives, Regressor.standard(), seed, progress)
                : TransitionModel.fitWithSpread(runs, objectives, Regressor.standard(), seed, progress);
    }

    /// A mixture per stage, by such a model.
    ///
    /// @param natural as above
    /// @param care    as above; standard errors need a model with spread
    /// @throws IllegalArgumentException if the care is not possible
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static Proposal of(
            TransitionModel model,
            Problem problem,
            Method method,
            Mixture natural,
            Care care,
            long seed,
            Progress progress)
            throws InterruptedException {
        RegMixD planner = method == Method.GREEDY
                ? Planner.greedy(model, problem, DirichletDesign.about(natural).candidates(CANDIDATES, seed))
                : Planner.lookAhead(model, problem, seed);
        int stages = model.stages();
        Plan plan = planner.careful(care).plan(stages, progress);
        MixtureSchedule constant = RegMixD.of(model, problem.change(0), new LookAhead(seed, ROUNDS_FOR_A_MIXTURE))
                .careful(care)
                .plan(stages, progress)
                .schedule();
        MixtureSchedule human = MixtureSchedule.constant(natural, stages);
        Coverage coverage = model.coverage();
        return new Proposal(
                plan,
                List.of(
                        expected(plan.name(), model, problem, plan.schedule()),
                        expected("best static", model, problem, constant),
                        expected("natural", model, problem, human)),
                List.of(
                        Gain.of("the natural mixture", model, problem, plan.schedule(), human),
                        Gain.of("the best static mixture", model, problem, plan.schedule(), constant)),
                plan.schedule().stages().stream()
                        .mapToDouble(coverage::distance)
                        .max()
                        .orElseThrow(),
                coverage.widestGap());
    }

    private static Expected expected(String name, TransitionModel model, Problem problem, MixtureSchedule schedule) {
        double value = value(model, problem, schedule);
        double squares = 0;
        for (TransitionModel half : model.halves()) {
            squares += Math.pow(value(half, problem, schedule) - value, 2);
        }
        int halves = model.halves().size();
        return new Expected(name, schedule, value, halves == 0 ? Double.NaN : Math.sqrt(squares / halves));
    }

    private static double value(TransitionModel model, Problem problem, MixtureSchedule schedule) {
        return problem.values(1, domain -> model.finalLosses(List.of(schedule), 0, model.initialLosses(), domain))[0];
    }
}
