package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regression;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// Measures planners in synthetic worlds, where the best schedule is known, for `./bench planning`: prints a
/// line of JSON a result.
///
/// What is planned is the final loss of the first domain of ten, over five stages; regret is what the plan's
/// true final loss lies above that of the best schedule, nats. A target of the proxies' size shows its losses
/// with the proxies' noise; the larger one has other losses.
public final class PlanningBenchmark {

    private static final int DOMAINS = 10;
    private static final int STAGES = 5;
    private static final int OBJECTIVE = 0;
    private static final double NOISE = 0.005;
    private static final double LARGER = 8;
    private static final int CANDIDATES = 20_000;
    private static final int REGMIX_CANDIDATES = 100_000;

    private final long seed;
    private final SyntheticWorld world;
    private final DirichletDesign design;
    private final Problem problem;
    private final List<Mixture> candidates;

    private PlanningBenchmark(long seed) throws InterruptedException {
        this.seed = seed;
        world = new SyntheticWorld(DOMAINS, STAGES, NOISE, seed);
        design = DirichletDesign.regmix(world.natural());
        problem = Problem.minimise(world.domains().get(OBJECTIVE), world.domains())
                .within(design);
        candidates = design.candidates(CANDIDATES, seed);
    }

    /// @param arguments what to measure: `regrets WORLD PROXIES...`, `larger WORLD PROXIES` or `time`
    public static void main(String[] arguments) throws InterruptedException {
        switch (arguments[0]) {
            case "regrets" -> {
                PlanningBenchmark benchmark = new PlanningBenchmark(Long.parseLong(arguments[1]));
                benchmark.references();
                for (int i = 2; i < arguments.length; i++) {
                    benchmark.regrets(Integer.parseInt(arguments[i]));
                }
            }
            case "larger" -> new PlanningBenchmark(Long.parseLong(arguments[1])).larger(Integer.parseInt(arguments[2]));
            case "time" -> time();
            default -> throw new IllegalArgumentException("unknown: " + arguments[0]);
        }
    }

    private void references() {
        say(world, 0, "none", "best mixture", MixtureSchedule.constant(world.bestMixture(OBJECTIVE), STAGES));
        say(world, 0, "none", "Human", MixtureSchedule.constant(world.natural(), STAGES));
    }

    private void regrets(int proxies) throws InterruptedException {
        Trajectories constant = world.train(world.constant(design.sample(proxies, seed)), seed + 1000);
        Planner regMix = Planner.regMix(
                MixtureLossModel.fit(
                        constant, only(Regressor.gaussianProcess(), constant, STAGES), seed, Progress.SILENT),
                problem,
                design.candidates(REGMIX_CANDIDATES, seed));
        say(proxies, "static", regMix);
        say(
                proxies,
                "static",
                Planner.published(constant, problem, Regressor.boosting(), world.natural(), candidates, 1, seed));
        planners(proxies, "static", constant);
        planners(proxies, "switching", world.train(design.sampleSchedules(proxies, STAGES, seed), seed + 1000));
    }

    private void planners(int proxies, String how, Trajectories runs) throws InterruptedException {
        Regressor regressor = only(Regressor.gaussianProcess(), runs, 1);
        TransitionModel model = TransitionModel.fitWithSpread(runs, regressor, seed, Progress.SILENT);
        say(proxies, how, Planner.greedy(model, problem, candidates));
        RegMixD lookAhead = Planner.lookAhead(model, problem, seed);
        say(proxies, how, lookAhead);
        say(
                world,
                proxies,
                how,
                "look-ahead, one mixture",
                schedule(Planner.lookAhead(model, problem.change(0), seed)));
        say(world, proxies, how, "look-ahead, cautious", schedule(lookAhead.cautious(1)));
        say(world, proxies, how, "look-ahead online", online(world, lookAhead.scale(ScaleMap.none())));
    }

    private void larger(int proxies) throws InterruptedException {
        Trajectories runs = world.train(design.sampleSchedules(proxies, STAGES, seed), seed + 1000);
        TransitionModel model = TransitionModel.fit(runs, Regressor.gaussianProcess(), seed, Progress.SILENT);
        led(world, "as large", proxies, Planner.lookAhead(model, problem, seed));
        led(world.larger(LARGER), "larger", proxies, Planner.lookAhead(model, problem, seed));
    }

    private void led(SyntheticWorld target, String size, int proxies, RegMixD planner) throws InterruptedException {
        say(target, proxies, size, "best mixture", MixtureSchedule.constant(target.bestMixture(OBJECTIVE), STAGES));
        say(target, proxies, size, "offline", schedule(planner));
        say(target, proxies, size, "online, losses as they are", online(target, planner.scale(ScaleMap.none())));
        say(
                target,
                proxies,
                size,
                "online, times 1000^0.05",
                online(target, planner.scale(ScaleMap.power(1000, 0.05))));
        say(target, proxies, size, "online, calibrated", online(target, planner.scale(ScaleMap.calibrated())));
    }

    /// A plan of ten stages over 17 domains from 128 proxies that switch.
    private static void time() throws InterruptedException {
        SyntheticWorld world = new SyntheticWorld(17, 10, NOISE, 1);
        DirichletDesign design = DirichletDesign.regmix(world.natural());
        Trajectories runs = world.train(design.sampleSchedules(128, 10, 1), 2);
        TransitionModel model = TransitionModel.fit(runs, Regressor.gaussianProcess(), 3, Progress.SILENT);
        Problem problem =
                Problem.minimise(world.domains().getFirst(), world.domains()).within(design);
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            Planner.lookAhead(model, problem, round).plan(10, Progress.SILENT);
            System.out.printf(Locale.ROOT, "{\"seconds\": %.3f}%n", (System.nanoTime() - start) / 1e9);
        }
    }

    private static MixtureSchedule schedule(Planner planner) throws InterruptedException {
        return planner.plan(STAGES, Progress.SILENT).schedule();
    }

    /// The schedule that a target is led through.
    private MixtureSchedule online(SyntheticWorld target, OnlinePlanner planner) throws InterruptedException {
        Plan plan = planner.plan(STAGES, Progress.SILENT);
        for (int trained = 1; trained < STAGES; trained++) {
            double[][] shown = shown(target, plan.schedule());
            MixtureSchedule soFar = new MixtureSchedule(plan.schedule().stages().subList(0, trained));
            plan = planner.replan(
                    new Trajectory("target", soFar, Arrays.copyOf(shown, trained + 1), OptionalInt.empty()),
                    STAGES,
                    Progress.SILENT);
        }
        return plan.schedule();
    }

    /// With the same noise every time: what was shown stays, and a stage is added.
    private double[][] shown(SyntheticWorld target, MixtureSchedule schedule) {
        Trajectory run = target.train(List.of(schedule), seed + 2000).runs().getFirst();
        double[][] losses = new double[run.rows()][];
        Arrays.setAll(losses, run::losses);
        return losses;
    }

    private void say(int proxies, String how, Planner planner) throws InterruptedException {
        say(world, proxies, how, planner.name(), schedule(planner));
    }

    private void say(SyntheticWorld target, int proxies, String how, String method, MixtureSchedule schedule) {
        double best = target.losses(target.bestSchedule(OBJECTIVE))[STAGES][OBJECTIVE];
        System.out.printf(
                Locale.ROOT,
                "{\"world\": %d, \"proxies\": %d, \"design\": \"%s\", \"method\": \"%s\", \"regret\": %.6f}%n",
                seed,
                proxies,
                how,
                method,
                target.losses(schedule)[STAGES][OBJECTIVE] - best);
    }

    /// Fits the regression of the objective alone, and constants for the other domains, which the objective's
    /// predictions do not depend on.
    ///
    /// @param stage the stage whose loss is the first row's
    private static Regressor only(Regressor regressor, Trajectories runs, int stage) {
        List<Double> firsts = runs.runs().stream()
                .map(run -> Math.log(run.loss(stage, OBJECTIVE)))
                .toList();
        return (x, y, seed) -> {
            if (firsts.contains(y[0])) {
                return regressor.fit(x, y, seed);
            }
            Regression constant = queries -> {
                double[] values = new double[queries.size()];
                Arrays.fill(values, y[0]);
                return values;
            };
            return constant;
        };
    }
}
