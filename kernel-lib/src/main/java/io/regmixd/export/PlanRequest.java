package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Care;
import io.regmixd.planning.Problem;
import io.regmixd.planning.Proposal;
import io.regmixd.trajectory.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What `./plan` was asked for: the runs, what is to be low, and what a schedule may be.
///
/// @param runs      as they are to be fitted: scores to maximise are turned
/// @param problem   the objective and the bounds
/// @param natural   what the plan is compared with
/// @param method    how to choose; empty for a plan from final losses
/// @param stages    of the schedule
/// @param unit      of the objective
/// @param top       what scores that are maximised are subtracted from
/// @param available training tokens by domain, where they were given
/// @param training  how long the target's training is
/// @param care      what is added to a prediction
/// @param seed      of fit and search
/// @param notes     what the user should know of all this, a sentence each
record PlanRequest(
        Runs runs,
        Problem problem,
        Mixture natural,
        Optional<Proposal.Method> method,
        int stages,
        String unit,
        OptionalDouble top,
        Map<String, Long> available,
        Training training,
        Care care,
        long seed,
        List<String> notes) {

    private static final String REGMIX = "regmix";

    /// How long the target's training is.
    record Training(int steps, int batch, int context) {

        static Training of(Options options) {
            return new Training(
                    options.whole("steps", options.given("steps").orElse("25000")),
                    options.whole("batch", options.given("batch").orElse("512")),
                    options.whole("context", options.given("context").orElse("2048")));
        }

        long tokens() {
            return (long) steps * batch * context;
        }
    }

    /// @throws IOException              if a file cannot be read or is not as it should be
    /// @throws IllegalArgumentException if an option is wrong; names it
    static PlanRequest of(Options options) throws IOException {
        Runs runs = runs(options);
        List<String> notes = new ArrayList<>(List.of(runs.toString()));
        notes.addAll(runs.said());
        Map<String, Double> objective = objective(options, runs);
        List<String> metrics = List.copyOf(objective.keySet());
        List<String> units = metrics.stream().map(runs::unit).distinct().toList();
        String unit = units.size() == 1 ? units.getFirst() : "of mixed units";
        OptionalDouble top = OptionalDouble.empty();
        if (options.given("maximise").isPresent()) {
            top = OptionalDouble.of(runs.top(metrics));
            runs = runs.turned(metrics);
            unit = String.format(Locale.ROOT, "below %.0f", top.getAsDouble());
            notes.add(String.format(
                    Locale.ROOT,
                    "a score is maximised: what is planned with is %.0f minus the score",
                    top.getAsDouble()));
        }
        for (String metric : metrics) {
            runs.noise(metric)
                    .ifPresent(noise -> notes.add(String.format(
                            Locale.ROOT, "repeated runs: %s scatters by %.4g on equal mixtures", metric, noise)));
        }
        Mixture natural = DomainNumbers.natural(options, runs);
        if (options.given("natural").isEmpty()) {
            notes.add("no --natural: the mean of the runs' mixtures stands in for the natural one");
        }
        Training training = Training.of(options);
        Optional<String> tokens = options.given("available");
        Map<String, Long> available =
                tokens.isPresent() ? DomainNumbers.available(Path.of(tokens.get()), runs) : Map.of();
        Optional<Proposal.Method> method = method(options, runs, notes);
        int stages = stages(options, runs, method);
        return new PlanRequest(
                runs,
                problem(options, runs, trained(runs, method), objective, available, training),
                natural,
                method,
                stages,
                unit,
                top,
                available,
                training,
                new Care(options.number("cautious", options.given("cautious").orElse("0")), Optional.empty(), 0)
                        .towards(
                                natural,
                                options.number("near", options.given("near").orElse("0"))),
                options.longWhole("seed", options.given("seed").orElse("1")),
                List.copyOf(notes));
    }

    private static Runs runs(Options options) throws IOException {
        List<Path> files = options.all("runs").stream().map(Path::of).toList();
        Optional<String> stages = options.given("stages");
        if (stages.isEmpty()) {
            return Runs.read(files);
        }
        int count = options.whole("stages", stages.get());
        if (count < 1) {
            throw new IllegalArgumentException("--stages " + count + ": expected at least 1");
        }
        return Runs.read(files, count);
    }

    private static Map<String, Double> objective(Options options, Runs runs) {
        Map<String, Double> objective = new LinkedHashMap<>();
        for (String given : options.all("objective")) {
            boolean whole = runs.measured().contains(given) || given.indexOf('=') < 0;
            int end = whole ? given.length() : given.lastIndexOf('=');
            double weight = whole ? 1 : options.number("objective", given.substring(end + 1));
            objective.put(runs.metric(given.substring(0, end)), weight);
        }
        if (objective.isEmpty()) {
            throw new IllegalArgumentException(
                    "--objective: missing; measured were " + String.join(", ", runs.measured()));
        }
        return objective;
    }

    /// The mixtures that a plan must stay within: of the stages or, where runs count with their means, of these.
    static List<Mixture> trained(Runs runs, Optional<Proposal.Method> method) {
        boolean constant = method.isEmpty() || method.get() == Proposal.Method.REGMIX;
        return runs.schedules().stream()
                .flatMap(schedule -> constant ? Stream.of(schedule.mean()) : schedule.stages().stream())
                .toList();
    }

    private static Problem problem(
            Options options,
            Runs runs,
            List<Mixture> trained,
            Map<String, Double> objective,
            Map<String, Long> available,
            Training training) {
        Problem problem = Problem.minimise(objective, runs.domains()).within(trained);
        for (Options.Named bound : options.named("highest", "DOMAIN=WEIGHT")) {
            problem = problem.weight(bound.name(), 0, bound.number());
        }
        for (Options.Named bound : options.named("lowest", "DOMAIN=WEIGHT")) {
            problem = problem.weight(bound.name(), bound.number(), 1);
        }
        problem =
                problem.change(options.number("change", options.given("change").orElse("1")));
        Optional<String> epochs = options.given("epochs");
        if (epochs.isPresent()) {
            if (available.isEmpty()) {
                throw new IllegalArgumentException("--epochs " + epochs.get()
                        + " needs --available FILE: how many tokens there are of each domain");
            }
            problem = problem.epochs(options.number("epochs", epochs.get()), available, training.tokens());
        }
        return problem;
    }

    private static Optional<Proposal.Method> method(Options options, Runs runs, List<String> notes) {
        Optional<String> given = options.given("method");
        if (runs.trajectories().isEmpty()) {
            if (given.isPresent() && !given.get().equals(REGMIX)) {
                throw new IllegalArgumentException("--method " + given.get() + " plans a mixture per stage from losses"
                        + " after each stage, and these runs have final losses only: leave --method out for one mixture"
                        + " throughout, or log the losses of each run at several steps");
            }
            notes.add("final losses only: one mixture is planned for the whole training; a schedule needs losses on the"
                    + " way"
                    + (runs.stages() > 1
                            ? "; a run of " + runs.stages() + " phases counts with its mean mixture"
                            : ""));
            return Optional.empty();
        }
        String method = given.orElse("look-ahead");
        if (runs.schedules().stream().allMatch(PlanRequest::isConstant)) {
            notes.add("no run changed its mixture: what a change does is extrapolated from how losses move");
        }
        for (Proposal.Method each : Proposal.Method.values()) {
            if (name(each).equals(method)) {
                return Optional.of(each);
            }
        }
        throw new IllegalArgumentException("--method " + method + ": expected one of "
                + List.of(Proposal.Method.values()).stream()
                        .map(PlanRequest::name)
                        .collect(Collectors.joining(", ")));
    }

    private static String name(Proposal.Method method) {
        return method.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean isConstant(MixtureSchedule schedule) {
        return schedule.stages().stream().distinct().count() == 1;
    }

    private static int stages(Options options, Runs runs, Optional<Proposal.Method> method) {
        Optional<String> given = options.given("stages");
        boolean constant = method.isEmpty() || method.get() == Proposal.Method.REGMIX;
        int own = constant ? 1 : runs.stages();
        int stages = given.isEmpty() ? own : options.whole("stages", given.get());
        if (stages < 1 || (!constant && stages != own)) {
            throw new IllegalArgumentException(
                    "--stages " + stages + ": expected " + (constant ? "at least 1" : own + ", as the runs have"));
        }
        return stages;
    }
}
