package io.regmixd.export;

import io.regmixd.Progress;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.planning.OnlinePlanner;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.planning.RegMixD;
import io.regmixd.planning.ScaleMap;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.store.Provenance;
import io.regmixd.store.Sha256;
import io.regmixd.trajectory.Runs;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The command `./plan-online`: an online planner for a trainer in another process and in any
/// language. Questions are lines of JSON on standard input, answers lines on standard output, all else goes to
/// standard error. docs/exports.md describes them.
///
/// Where no bound is given, no domain gets more in any stage than some proxy had in some stage: beyond that the
/// predictions are guesses.
public final class PlanOnline {

    private static final int WRONG = 2;
    private static final int CANDIDATES = 100_000;
    private static final String CALIBRATED = "calibrated";

    private final Options options;

    private PlanOnline(Options options) {
        this.options = options;
    }

    /// @param args `--runs FILE --objective DOMAIN --steps N`, and `--method look-ahead|greedy|published`,
    ///     `--natural FILE`, `--log FILE`, `--highest DOMAIN=WEIGHT` (may be repeated), `--change SHARE`, `--scale
    ///     calibrated|none`, `--sizes RATIO`, `--seed N`
    public static void main(String[] args) {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever else is printed is no answer
        try {
            OnlineDialogue dialogue = dialogue(args);
            BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                if (!line.isBlank()) {
                    answers.println(dialogue.answer(line));
                }
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(WRONG);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @param args as [#main]
    static OnlineDialogue dialogue(String... args) throws IOException, InterruptedException {
        return new PlanOnline(Options.of(args)).dialogue();
    }

    private OnlineDialogue dialogue() throws IOException, InterruptedException {
        List<Path> files = options.all("runs").stream().map(Path::of).toList();
        Runs runs = Runs.read(files);
        Trajectories trajectories = trajectories(runs);
        int steps = options.whole("steps", options.required("steps"));
        long seed = options.longWhole("seed", options.given("seed").orElse("1"));
        Problem problem = problem(trajectories);
        Mixture natural = DomainNumbers.natural(options, runs);
        OnlinePlanner planner = planner(trajectories, problem, natural, seed);
        List<String> hashes = new ArrayList<>();
        for (Path file : PlanFile.tables(files)) {
            hashes.add(Sha256.of(file));
        }
        Provenance provenance = Provenance.of(Map.of(
                "planner",
                planner.name(),
                "sweep",
                hashes.size() == 1 ? hashes.getFirst() : hashes,
                "steps",
                steps,
                "problem",
                problem,
                "natural",
                natural.weights(),
                "scale",
                options.given("scale").orElse(CALIBRATED),
                "sizes",
                sizes(),
                "seed",
                seed));
        OnlineDialogue dialogue = new OnlineDialogue(
                planner,
                trajectories.domains(),
                untrained(trajectories),
                trajectories.stages(),
                steps,
                options.given("log").map(Path::of),
                provenance);
        System.err.println(
                "Ready: " + planner.name() + ", " + trajectories.completed().size() + " runs of "
                        + trajectories.stages() + " stages, " + provenance.json());
        return dialogue;
    }

    /// A planner that follows a target needs what the target's losses are compared with, of all domains.
    private static Trajectories trajectories(Runs runs) {
        Trajectories trajectories = runs.trajectories()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "these runs have final losses only, and a planner that is"
                                        + " asked during the training needs losses after each stage: ./plan makes a mixture of them"));
        if (!runs.measured().equals(trajectories.domains())) {
            throw new IllegalArgumentException("these runs have losses of " + String.join(", ", runs.measured())
                    + " alone, and a planner that is asked during the training needs those of all domains: "
                    + String.join(", ", trajectories.domains()));
        }
        return trajectories;
    }

    private OnlinePlanner planner(Trajectories trajectories, Problem problem, Mixture natural, long seed)
            throws InterruptedException {
        String method = options.given("method").orElse("look-ahead");
        if (method.equals("published")) {
            if (options.given("scale").isPresent()) {
                throw new IllegalArgumentException("--scale: the published method has its own, see --sizes");
            }
            return Planner.published(
                    trajectories,
                    problem,
                    Regressor.lightGbm(),
                    natural,
                    DirichletDesign.about(natural).candidates(CANDIDATES, seed),
                    sizes(),
                    seed);
        }
        TransitionModel model = TransitionModel.fit(trajectories, Regressor.standard(), seed, said());
        RegMixD planner = switch (method) {
            case "look-ahead" -> Planner.lookAhead(model, problem, seed);
            case "greedy" ->
                Planner.greedy(model, problem, DirichletDesign.about(natural).candidates(CANDIDATES, seed));
            default ->
                throw new IllegalArgumentException("--method " + method + ": expected look-ahead, greedy or published");
        };
        String scale = options.given("scale").orElse(CALIBRATED);
        return planner.scale(
                switch (scale) {
                    case CALIBRATED -> ScaleMap.calibrated();
                    case "none" -> ScaleMap.none();
                    default -> throw new IllegalArgumentException("--scale " + scale + ": expected calibrated or none");
                });
    }

    /// The paper's ratio of the models' sizes.
    private double sizes() {
        return options.number("sizes", options.given("sizes").orElse("1000"));
    }

    private static double[] untrained(Trajectories trajectories) {
        double[] mean = new double[trajectories.domains().size()];
        List<Trajectory> runs = trajectories.usable();
        for (Trajectory run : runs) {
            Arrays.setAll(mean, d -> mean[d] + run.loss(0, d) / runs.size());
        }
        return mean;
    }

    private Problem problem(Trajectories trajectories) {
        List<Mixture> trained = trajectories.runs().stream()
                .flatMap(run -> run.schedule().stages().stream())
                .toList();
        Problem problem = Problem.minimise(options.required("objective"), trajectories.domains())
                .within(trained);
        for (Options.Named bound : options.named("highest", "DOMAIN=WEIGHT")) {
            problem = problem.weight(bound.name(), 0, bound.number());
        }
        return problem.change(options.number("change", options.given("change").orElse("1")));
    }

    private static Progress said() {
        return new Progress() {
            private String last = "";

            @Override
            public void update(String step, double fraction, String message) {
                if (!step.equals(last)) {
                    System.err.println(step);
                    last = step;
                }
            }
        };
    }
}
