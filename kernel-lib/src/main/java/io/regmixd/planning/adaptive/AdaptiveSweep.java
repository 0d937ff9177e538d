package io.regmixd.planning.adaptive;

import io.regmixd.Progress;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.planning.ConstraintProjection;
import io.regmixd.planning.Plan;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.store.Provenance;
import io.regmixd.store.RunFolder;
import io.regmixd.trajectory.Trajectories;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/// A sweep that chooses its own mixtures, round by round, and ends when RegMix's plan no longer changes.
///
/// The first round is the design's. After each round the final losses are fitted and the plan is made anew.
/// If it moved by less than [#settled()] in two rounds running, the sweep is done; else the next round trains
/// the mixtures whose losses are most expected to improve on what was trained, of 5,000 candidates that the
/// problem allows.
///
/// It serves plans of one mixture throughout: proxies train on constant mixtures, and where they are dense,
/// around the plan for *this* objective, is where their regression is good. For another objective, for a
/// regression of all losses, or for proxies that switch, draw the design at random.
///
/// @param design where the first round and all candidates come from
/// @param problem what the plan is for
/// @param regressor a Gaussian process or a stack of them: it has to know its uncertainty
/// @param round proxies a round, at least 8
/// @param most how many proxies there may be in all, at least a round
/// @param settled how little the plan moves once it is done: the sum of the weights' differences, 0 to 2; 0
///     goes on until there are the most proxies
/// @param seed fixes first round, candidates and fits
public record AdaptiveSweep(
        DirichletDesign design, Problem problem, Regressor regressor, int round, int most, double settled, long seed) {

    private static final String STEP = "Adaptive sweep";
    private static final int SEARCHED = 5_000;
    private static final int CANDIDATES = 100_000; // of the plan, RegMix's number
    private static final double SETTLED = 0.1; // ./bench adaptive

    /// @throws IllegalArgumentException if a number is out of its range
    public AdaptiveSweep {
        require(
                round >= Trajectories.FEWEST_RUNS,
                "a round of " + round + " proxies, expected at least " + Trajectories.FEWEST_RUNS);
        require(most >= round, "at most " + most + " proxies, expected at least a round, which is " + round);
        require(settled >= 0, "the plan is settled at a change of " + settled + ", expected at least 0");
    }

    /// With the standard regressor, done when the plan moved by less than 0.1 in two rounds running.
    ///
    /// @throws IllegalArgumentException as the constructor
    public static AdaptiveSweep of(DirichletDesign design, Problem problem, int round, int most, long seed) {
        return new AdaptiveSweep(design, problem, Regressor.standard(), round, most, SETTLED, seed);
    }

    /// What trains the proxies: [io.regmixd.training.ProxySweep#run] of some sweep.
    @FunctionalInterface
    public interface Sweep {

        /// Trains what the ledger does not have yet and returns all runs, in the order of the design. The
        /// design of a later call begins with that of an earlier one. The ledger's folder is held by the
        /// thread that calls this.
        Trajectories run(List<Mixture> design, Path ledger, Progress progress) throws IOException, InterruptedException;
    }

    /// Trains until the plan is settled or there are the most proxies.
    ///
    /// Each round's mixtures are written beside the ledger (`sweep-design.arrow` for `sweep.arrow`) before
    /// they are trained. Stopped at any moment and called again, it goes on where it was, with the mixtures
    /// written; and with a larger [#most()] or a smaller [#settled()], a sweep that was done goes on.
    ///
    /// @param ledger where the sweep keeps finished proxies
    /// @throws IOException if a file is damaged, belongs to another sweep, or cannot be written, or another process
    ///     works in the ledger's folder
    /// @throws IllegalArgumentException if fewer than eight proxies completed
    /// @throws IllegalStateException if the regressor knows nothing of its uncertainty
    /// @throws InterruptedException if the thread is interrupted meanwhile; finished proxies are kept
    public Outcome run(Sweep sweep, Path ledger, Progress progress) throws IOException, InterruptedException {
        try (Closeable _ = RunFolder.hold(ledger.toAbsolutePath().getParent(), progress)) {
            return runHeld(sweep, ledger, progress);
        }
    }

    private Outcome runHeld(Sweep sweep, Path ledger, Progress progress) throws IOException, InterruptedException {
        ProposedDesign proposed = ProposedDesign.open(
                beside(ledger),
                Provenance.of(Map.of("problem", problem, "round", round, "seed", seed)),
                problem.domains());
        if (proposed.rounds() == 0) {
            proposed.add(design.sample(round, seed));
        }
        List<Mixture> candidates = design.candidates(CANDIDATES, seed);
        List<Plan> plans = new ArrayList<>();
        List<Integer> proxies = new ArrayList<>();
        Trajectories all = train(sweep, proposed, ledger, progress);
        while (true) {
            int trained = proposed.proxies(plans.size() + 1);
            Trajectories runs = all.withRuns(all.runs().subList(0, trained));
            MixtureLossModel model = MixtureLossModel.fit(runs, regressor, seed, Progress.SILENT);
            plans.add(Planner.regMix(model, problem, candidates).plan(all.stages(), Progress.SILENT));
            proxies.add(trained);
            if (proposed.rounds() > plans.size()) { // what an earlier session went on with
                continue;
            }
            boolean done = settled(plans, settled);
            if (done || trained >= most) {
                Outcome outcome = new Outcome(runs, model, plans, proxies, done);
                progress.update(STEP, 1, outcome.toString());
                return outcome;
            }
            proposed.add(ExpectedImprovement.choose(
                    model,
                    problem,
                    mixtures(runs),
                    allowed(plans.size(), all.stages()),
                    Math.min(round, most - trained)));
            all = train(sweep, proposed, ledger, progress);
        }
    }

    private Trajectories train(Sweep sweep, ProposedDesign proposed, Path ledger, Progress progress)
            throws IOException, InterruptedException {
        List<Mixture> mixtures = proposed.mixtures();
        double share = (double) mixtures.size() / Math.max(most, mixtures.size());
        return sweep.run(
                mixtures,
                ledger,
                (step, fraction, message) -> progress.update(
                        STEP, Math.min(fraction * share, 0.999), "round " + proposed.rounds() + ", " + message));
    }

    /// Candidates that no round had before.
    private List<Mixture> allowed(int rounds, int stages) throws InterruptedException {
        List<Mixture> drawn = design.candidates(SEARCHED, seed + rounds);
        ConstraintProjection feasible = new ConstraintProjection(problem.change(0), stages);
        return feasible.free(List.of())
                ? drawn
                : drawn.stream()
                        .map(mixture -> feasible.next(List.of(), mixture))
                        .toList();
    }

    private static List<Mixture> mixtures(Trajectories runs) {
        return runs.completed().stream().map(run -> run.schedule().mean()).toList();
    }

    private static Path beside(Path ledger) {
        String name = ledger.getFileName().toString().replaceFirst("\\.arrow$", "");
        return ledger.resolveSibling(name + "-design.arrow");
    }

    /// Whether the last plan and the one before it each moved by less than `distance`.
    static boolean settled(List<Plan> plans, double distance) {
        int last = plans.size() - 1;
        return last >= 2
                && change(plans.get(last - 1), plans.get(last)) < distance
                && change(plans.get(last - 2), plans.get(last - 1)) < distance;
    }

    /// The sum of the weights' differences, 0 to 2, mean over the stages.
    static double change(Plan before, Plan after) {
        double sum = 0;
        int stages = before.schedule().size();
        for (int s = 0; s < stages; s++) {
            Mixture a = before.schedule().stages().get(s);
            Mixture b = after.schedule().stages().get(s);
            sum += IntStream.range(0, a.size())
                    .mapToDouble(d -> Math.abs(a.weight(d) - b.weight(d)))
                    .sum();
        }
        return sum / stages;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /// What an adaptive sweep came to.
    ///
    /// @param trajectories all proxies
    /// @param losses       the regression on all of them
    /// @param plans        the plan after each round
    /// @param proxies      how many proxies each plan rests on, diverged ones included
    /// @param settled      whether it ended because the plan no longer changed
    public record Outcome(
            Trajectories trajectories,
            MixtureLossModel losses,
            List<Plan> plans,
            List<Integer> proxies,
            boolean settled) {

        public Outcome {
            plans = List.copyOf(plans);
            proxies = List.copyOf(proxies);
        }

        /// The plan that all proxies lead to.
        public Plan plan() {
            return plans.getLast();
        }

        /// One row per round: `round, proxies, change`, the change of the plan from the round before, 0 to 2;
        /// missing in the first.
        public Table table() {
            return Table.create(
                    "rounds",
                    IntColumn.create(
                            "round", IntStream.rangeClosed(1, plans.size()).toArray()),
                    IntColumn.create(
                            "proxies", proxies.stream().mapToInt(n -> n).toArray()),
                    DoubleColumn.create(
                            "change",
                            IntStream.range(0, plans.size())
                                    .mapToDouble(this::change)
                                    .toArray()));
        }

        private double change(int round) {
            return round == 0 ? Double.NaN : AdaptiveSweep.change(plans.get(round - 1), plans.get(round));
        }

        /// How many proxies it took, and why it ended.
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d proxies in %d rounds, %s%s",
                    proxies.getLast(),
                    plans.size(),
                    settled ? "the plan is settled" : "the plan still moves",
                    plans.size() == 1 ? "" : String.format(Locale.ROOT, " (by %.2f last)", change(plans.size() - 1)));
        }
    }
}
