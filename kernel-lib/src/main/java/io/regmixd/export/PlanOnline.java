package io.regmixd.export;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.planning.OnlinePlanner;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.planning.ScaleMap;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.store.Provenance;
import io.regmixd.store.Sha256;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.TrajectoriesCsv;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The command `./plan-online`: the look-ahead planner, online, for a trainer in another process and in any
/// language. Questions are lines of JSON on standard input, answers lines on standard output, all else goes to
/// standard error. docs/exports.md describes them.
///
/// Where no bound is given, no domain gets more in any stage than some proxy had in some stage: beyond that the
/// predictions are guesses.
public final class PlanOnline {

    private static final int WRONG = 2;

    private final Options options;

    private PlanOnline(Options options) {
        this.options = options;
    }

    /// @param args `--sweep FILE --objective DOMAIN --steps N`, and `--log FILE`, `--highest DOMAIN=WEIGHT`
    ///     (may be repeated), `--change SHARE`, `--scale calibrated|none`, `--seed N`
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
        Path sweep = Path.of(options.required("sweep"));
        Trajectories trajectories =
                sweep.toString().endsWith(".csv") ? TrajectoriesCsv.read(sweep, 1) : Trajectories.read(sweep);
        int steps = options.whole("steps", options.required("steps"));
        long seed = options.longWhole("seed", options.given("seed").orElse("1"));
        Problem problem = problem(trajectories);
        TransitionModel model = TransitionModel.fit(trajectories, Regressor.standard(), seed, said());
        String scale = options.given("scale").orElse("calibrated");
        OnlinePlanner planner = Planner.lookAhead(model, problem, seed)
                .scale(
                        switch (scale) {
                            case "calibrated" -> ScaleMap.calibrated();
                            case "none" -> ScaleMap.none();
                            default ->
                                throw new IllegalArgumentException(
                                        "--scale " + scale + ": expected calibrated or none");
                        });
        Provenance provenance = Provenance.of(Map.of(
                "planner",
                planner.name(),
                "sweep",
                Sha256.of(sweep),
                "steps",
                steps,
                "problem",
                problem,
                "scale",
                scale,
                "seed",
                seed));
        OnlineDialogue dialogue = new OnlineDialogue(
                planner,
                trajectories.domains(),
                model.initialLosses(),
                trajectories.stages(),
                steps,
                options.given("log").map(Path::of),
                provenance);
        System.err.println(
                "Ready: " + planner.name() + ", " + trajectories.completed().size() + " runs of "
                        + trajectories.stages() + " stages, " + provenance.json());
        return dialogue;
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
