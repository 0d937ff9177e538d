package io.regmixd.planning.adaptive;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Plan;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.PublishedMixtures;
import io.regmixd.regression.Regressor;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Measures what an adaptive sweep saves, for `./bench adaptive`: prints a line of JSON a round.
///
/// *Published runs*: the sweep may train any of RegMix's 512 training runs, whose losses are looked up. What
/// its plan loses is judged by a regression on those and the 256 held-out runs, beside the plan that all 512
/// lead to. *Worlds*: the sweep as it is, where the best mixture is known.
public final class AdaptiveBenchmark {

    private static final List<List<String>> OBJECTIVES = List.of(
            List.of("pile_cc"),
            List.of("hackernews"),
            List.of("ubuntu_irc"),
            List.of("wikipedia_en"),
            List.of("pile_cc", "github", "arxiv"));
    private static final int SEEDS = 6;
    private static final int ROUND = 16;
    private static final int MOST = 160;
    private static final int CANDIDATES = 100_000;
    private static final int WORLDS = 6;
    private static final int WORLD_MOST = 96;
    private static final int STAGES = 5;

    private AdaptiveBenchmark() {}

    /// @param arguments the folder of RegMix's files; a folder for what the worlds write
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        Path folder = Files.isDirectory(data.resolve("data")) ? data.resolve("data") : data;
        Path scratch = Path.of(arguments[1]);
        List<Callable<Void>> pieces = new ArrayList<>();
        for (List<String> objective : OBJECTIVES) {
            Published published = Published.open(folder, objective);
            for (long seed = 1; seed <= SEEDS; seed++) {
                long own = seed;
                pieces.add(() -> published.measure(true, own));
                pieces.add(() -> published.measure(false, own));
            }
        }
        for (long world = 1; world <= WORLDS; world++) {
            long own = world;
            pieces.add(() -> world(own, scratch));
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Future<Void> piece : threads.invokeAll(pieces)) {
                piece.get();
            }
        }
    }

    private static Plan plan(MixtureLossModel model, Problem problem, List<Mixture> candidates)
            throws InterruptedException {
        return Planner.regMix(model, problem, candidates).plan(1, Progress.SILENT);
    }

    private static MixtureLossModel fit(FinalLosses runs, long seed) throws InterruptedException {
        return MixtureLossModel.fit(runs, Regressor.standard(), seed, Progress.SILENT);
    }

    /// One objective on RegMix's published runs.
    private record Published(
            List<String> objective,
            FinalLosses pool,
            Problem problem,
            List<Mixture> candidates,
            MixtureLossModel judge,
            double byAll) {

        static Published open(Path folder, List<String> objective) throws IOException, InterruptedException {
            FinalLosses pool = only(objective, read(folder, "train"));
            FinalLosses all = only(objective, read(folder, "train"), read(folder, "test"));
            DirichletDesign design = DirichletDesign.regmix(PublishedMixtures.natural(pool.domains()));
            Problem problem = Problem.minimise(
                            objective.stream().collect(Collectors.toMap(Function.identity(), _ -> 1.0)), pool.domains())
                    .within(design);
            List<Mixture> candidates = design.candidates(CANDIDATES, 42);
            MixtureLossModel judge = fit(all, 1);
            Plan byAll = AdaptiveBenchmark.plan(fit(pool, 1), problem, candidates);
            return new Published(objective, pool, problem, candidates, judge, loss(judge, problem, byAll));
        }

        private static FinalLosses read(Path folder, String set) throws IOException {
            return FinalLosses.read(folder.resolve(set + "_mixture_1m.csv"), folder.resolve(set + "_pile_loss_1m.csv"));
        }

        /// The runs of the sets, with the objective's losses alone.
        private static FinalLosses only(List<String> objective, FinalLosses... sets) {
            List<Mixture> mixtures = new ArrayList<>();
            List<double[]> losses = new ArrayList<>();
            for (FinalLosses set : sets) {
                List<double[]> columns = objective.stream().map(set::losses).toList();
                mixtures.addAll(set.mixtures());
                for (int i = 0; i < set.size(); i++) {
                    int run = i;
                    losses.add(
                            columns.stream().mapToDouble(column -> column[run]).toArray());
                }
            }
            return FinalLosses.of(objective, mixtures, losses.toArray(double[][]::new));
        }

        private static double loss(MixtureLossModel model, Problem problem, Plan plan) {
            List<Mixture> mixture = List.of(plan.schedule().stages().getFirst());
            return problem.values(1, domain -> model.predict(mixture, domain))[0];
        }

        /// A sweep of the published runs in random order, or by expected improvement after the first round.
        Void measure(boolean adaptive, long seed) throws InterruptedException {
            List<Integer> left =
                    IntStream.range(0, pool.size()).boxed().collect(Collectors.toCollection(ArrayList::new));
            Collections.shuffle(left, new Random(seed));
            double[] truth =
                    problem.values(pool.size(), d -> pool.losses(pool.domains().get(d)));
            double best = Arrays.stream(truth).min().orElseThrow();
            double settled = AdaptiveSweep.of(null, problem, ROUND, MOST, seed).settled();
            List<Integer> trained = new ArrayList<>();
            List<Plan> plans = new ArrayList<>();
            MixtureLossModel model = null;
            while (trained.size() < MOST) {
                List<Integer> next = model != null && adaptive ? chosen(model, trained, left) : left.subList(0, ROUND);
                trained.addAll(next);
                left.removeAll(List.copyOf(next));
                model = fit(pool.runs(trained.stream().mapToInt(i -> i).toArray()), seed);
                plans.add(AdaptiveBenchmark.plan(model, problem, candidates));
                say(
                        "{\"kind\": \"published\", \"objective\": \"%s\", \"seed\": %d, \"order\": \"%s\", \"proxies\": %d,"
                                + " \"lost\": %.6f, \"best\": %.6f, \"change\": %.4f, \"settled\": %b}",
                        String.join(" + ", objective),
                        seed,
                        adaptive ? "adaptive" : "random",
                        trained.size(),
                        loss(judge, problem, plans.getLast()) - byAll,
                        trained.stream().mapToDouble(i -> truth[i]).min().orElseThrow() - best,
                        plans.size() == 1 ? 2 : AdaptiveSweep.change(plans.get(plans.size() - 2), plans.getLast()),
                        AdaptiveSweep.settled(plans, settled));
            }
            return null;
        }

        private List<Integer> chosen(MixtureLossModel model, List<Integer> trained, List<Integer> left)
                throws InterruptedException {
            List<Mixture> open = left.stream().map(pool.mixtures()::get).toList();
            return ExpectedImprovement.choose(
                            model,
                            problem,
                            trained.stream().map(pool.mixtures()::get).toList(),
                            open,
                            ROUND)
                    .stream()
                    .map(mixture -> left.get(open.indexOf(mixture)))
                    .toList();
        }
    }

    /// A whole adaptive sweep, and random designs of as many proxies.
    private static Void world(long seed, Path scratch) throws IOException, InterruptedException {
        SyntheticWorld world = new SyntheticWorld(10, STAGES, 0.005, seed);
        DirichletDesign design = DirichletDesign.regmix(world.natural());
        Problem problem =
                Problem.minimise(world.domains().getFirst(), world.domains()).within(design);
        double best = loss(world, MixtureSchedule.constant(world.bestMixture(0), STAGES));
        AdaptiveSweep.Outcome outcome = new AdaptiveSweep(
                        design, problem, Regressor.standard(), ROUND, WORLD_MOST, 0, seed)
                .run(
                        (mixtures, ledger, progress) -> world.train(world.constant(mixtures), seed + 1000),
                        scratch.resolve("world-" + seed + ".arrow"),
                        Progress.SILENT);
        double settled =
                AdaptiveSweep.of(design, problem, ROUND, WORLD_MOST, seed).settled();
        List<Mixture> candidates = design.candidates(CANDIDATES, seed);
        List<Mixture> random = design.sample(WORLD_MOST, seed);
        List<Plan> plans = new ArrayList<>();
        for (int round = 1; round <= outcome.plans().size(); round++) {
            Trajectories runs = world.train(world.constant(random.subList(0, round * ROUND)), seed + 1000);
            plans.add(plan(fit(FinalLosses.of(runs), seed), problem, candidates));
            say(world, seed, "adaptive", best, outcome.plans().subList(0, round), settled);
            say(world, seed, "random", best, plans, settled);
        }
        return null;
    }

    private static void say(
            SyntheticWorld world, long seed, String order, double best, List<Plan> plans, double settled) {
        say(
                "{\"kind\": \"world\", \"world\": %d, \"order\": \"%s\", \"proxies\": %d, \"regret\": %.6f, \"settled\": %b}",
                seed,
                order,
                plans.size() * ROUND,
                loss(world, MixtureSchedule.constant(plans.getLast().schedule().mean(), STAGES)) - best,
                AdaptiveSweep.settled(plans, settled));
    }

    private static double loss(SyntheticWorld world, MixtureSchedule schedule) {
        return world.losses(schedule)[STAGES][0];
    }

    private static synchronized void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
