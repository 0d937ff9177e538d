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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The command `./plan-online`: the look-ahead planner, online, for a trainer in another process and in any
/// language. Questions are lines of JSON on standard input, answers lines on standard output, all else goes to
/// standard error. docs/exports.md describes them.
///
/// Where no bound is given, no domain gets more in any stage than some proxy had in some stage: beyond that the
/// predictions are guesses.
public final class PlanOnline {

    private static final int WRONG = 2;

    private final Map<String, List<String>> options;

    private PlanOnline(Map<String, List<String>> options) {
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

    private static Map<String, List<String>> parse(String[] args) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + ": expected pairs of --OPTION VALUE");
            }
            options.computeIfAbsent(args[i].substring(2), name -> new ArrayList<>())
                    .add(args[i + 1]);
        }
        return options;
    }

    /// @param args as [#main]
    static OnlineDialogue dialogue(String... args) throws IOException, InterruptedException {
        return new PlanOnline(parse(args)).dialogue();
    }

    private OnlineDialogue dialogue() throws IOException, InterruptedException {
        Path sweep = Path.of(required("sweep"));
        Trajectories trajectories =
                sweep.toString().endsWith(".csv") ? TrajectoriesCsv.read(sweep, 1) : Trajectories.read(sweep);
        int steps = steps(required("steps"));
        long seed = seed(given("seed").orElse("1"));
        Problem problem = problem(trajectories);
        TransitionModel model = TransitionModel.fit(trajectories, Regressor.standard(), seed, said());
        String scale = given("scale").orElse("calibrated");
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
                given("log").map(Path::of),
                provenance);
        System.err.println(
                "Ready: " + planner.name() + ", " + trajectories.completed().size() + " runs of "
                        + trajectories.stages() + " stages, " + provenance.json());
        return dialogue;
    }

    private Problem problem(Trajectories trajectories) {
        List<String> domains = trajectories.domains();
        Problem problem = Problem.minimise(required("objective"), domains);
        for (int d = 0; d < domains.size(); d++) {
            double most = 0;
            for (Trajectory run : trajectories.runs()) {
                for (Mixture mixture : run.schedule().stages()) {
                    most = Math.max(most, mixture.weight(d));
                }
            }
            problem = problem.weight(domains.get(d), 0, most);
        }
        for (String bound : options.getOrDefault("highest", List.of())) {
            int equals = bound.lastIndexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("--highest " + bound + ": expected DOMAIN=WEIGHT");
            }
            double highest = number("highest", bound.substring(equals + 1));
            problem = problem.weight(bound.substring(0, equals), 0, highest);
        }
        return problem.change(number("change", given("change").orElse("1")));
    }

    private Optional<String> given(String option) {
        List<String> values = options.getOrDefault(option, List.of());
        if (values.size() > 1) {
            throw new IllegalArgumentException("--" + option + ": given " + values.size() + " times");
        }
        return values.stream().findFirst();
    }

    private String required(String option) {
        return given(option).orElseThrow(() -> new IllegalArgumentException("--" + option + ": missing"));
    }

    private static int steps(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--steps " + value + ": expected a whole number up to " + Integer.MAX_VALUE, e);
        }
    }

    private static long seed(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--seed " + value + ": expected a whole number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE,
                    e);
        }
    }

    private static double number(String option, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + option + " " + value + ": expected a number", e);
        }
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
