package io.regmixd.study;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Plan;
import io.regmixd.planning.Planner;
import io.regmixd.store.WholeFile;
import io.regmixd.study.Targets.Arm;
import io.regmixd.training.TrainingSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Whether planning by stage pays: the Java side of `./bench study`.
///
/// A *piece* trains sweeps and targets and leaves a table of results, a line per target. Each piece goes on where it
/// was stopped. What the tables say is worked out by the Python side.
final class Study {

    private static final String OBJECTIVE = "documentation";

    private final Path manifest;
    private final Path data;
    private final Path runs;
    private final Size size;
    private final Path table;
    private final Progress progress;
    private final List<Result> results = new ArrayList<>();

    private Study(Path manifest, Path data, Path runs, Size size, Path table, Progress progress) {
        this.manifest = manifest;
        this.data = data;
        this.runs = runs;
        this.size = size;
        this.table = table;
        this.progress = progress;
    }

    /// @param arguments piece, `full` or `smoke`, the demo's manifest, the folder of corpora, the folder to keep runs
    ///     in, the file to write results to
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Progress progress =
                (step, done, message) -> System.err.printf(Locale.ROOT, "%s %3.0f%% %s%n", step, 100 * done, message);
        Study study = new Study(
                Path.of(arguments[2]),
                Path.of(arguments[3]),
                Path.of(arguments[4]).resolve(arguments[1]),
                Size.of(arguments[1]),
                Path.of(arguments[5]),
                progress);
        study.piece(arguments[0]);
    }

    private void piece(String name) throws IOException, InterruptedException {
        switch (name) {
            case "order" -> order(name);
            case "scarce" -> methods(name, scarce());
            case "free" -> methods(name, laboratory(StudyProblem.free(OBJECTIVE)));
            default -> throw new IllegalArgumentException(name + ": expected order, scarce or free");
        }
    }

    private Laboratory scarce() throws IOException, InterruptedException {
        long tokens =
                TrainingSettings.demoTarget(size.targetSteps(), Size.STAGES).tokens();
        return laboratory(StudyProblem.scarce(OBJECTIVE, tokens));
    }

    private Laboratory laboratory(StudyProblem problem) throws IOException, InterruptedException {
        Corpus corpus = problem.corpus(manifest, data, progress);
        return new Laboratory(problem, corpus, size, runs, progress);
    }

    /// What order alone is worth: the same exposure to the objective throughout and late, under three shapes of the
    /// learning rate.
    private void order(String piece) throws IOException, InterruptedException {
        Laboratory laboratory = scarce();
        double budget = laboratory.studied().budget(laboratory.problem()).orElseThrow();
        int warmUp = size.targetSteps() / 20;
        for (String shape : List.of("cosine", "constant", "wsd")) {
            LearningRate rate = switch (shape) {
                case "cosine" -> LearningRate.cosine(3e-3, warmUp, 1e-4);
                case "constant" -> LearningRate.constant(3e-3, warmUp);
                default -> laboratory.target().learningRate();
            };
            List<Arm> arms = List.of(
                    Arm.of("throughout", byWeight(laboratory, budget, budget, budget, budget, budget)),
                    Arm.of("late", byWeight(laboratory, 0, 0, 0, 0.13 * 5 * budget, 0.87 * 5 * budget)));
            train(piece, laboratory, shape, laboratory.target(rate), 0, arms, shape);
        }
    }

    private static MixtureSchedule byWeight(Laboratory laboratory, double... weights) {
        return Controls.byWeight(laboratory.corpus().natural(), OBJECTIVE, weights);
    }

    /// All methods and their controls, over several sweeps.
    private void methods(String piece, Laboratory laboratory) throws IOException, InterruptedException {
        Mixture natural = laboratory.corpus().natural();
        Planner annealing = Planner.annealing(natural, laboratory.problem());
        List<Arm> unplanned = List.of(
                arm(laboratory, Planner.human(natural).plan(Size.STAGES, progress), "Human"),
                arm(laboratory, annealing.plan(Size.STAGES, progress), "annealing"));
        train(piece, laboratory, "wsd", laboratory.target(), 0, unplanned, "unplanned");
        for (int sweep = 1; sweep <= size.sweeps(); sweep++) {
            Plan lookAhead = laboratory.lookAhead(sweep);
            MixtureSchedule schedule = lookAhead.schedule();
            List<Arm> arms = List.of(
                    arm(laboratory, laboratory.regMix(sweep), "RegMix"),
                    arm(laboratory, laboratory.greedy(sweep), "greedy"),
                    arm(laboratory, lookAhead, "look-ahead"),
                    arm(laboratory, laboratory.lookAheadBeyond(sweep), "look-ahead from plain proxies"),
                    arm(laboratory, laboratory.lookAheadBounded(sweep), "bounded look-ahead"),
                    Arm.of("aggregate", Controls.aggregate(schedule)),
                    Arm.of("natural fillers", Controls.naturalFillers(schedule, OBJECTIVE, natural)));
            train(piece, laboratory, "wsd", laboratory.target(), sweep, arms, "sweep-" + sweep);
        }
        List<Arm> rivals = List.of(
                arm(laboratory, Planner.uniform(natural.domains()).plan(Size.STAGES, progress), "Uniform"),
                Arm.of("DoReMi", MixtureSchedule.constant(laboratory.doReMi(), Size.STAGES)));
        train(piece, laboratory, "wsd", laboratory.target(), 0, rivals, "rivals");
    }

    private static Arm arm(Laboratory laboratory, Plan plan, String method) {
        double predicted = plan.predictedFinalLosses()
                .map(losses -> laboratory.problem().value(losses))
                .orElse(Double.NaN);
        return new Arm(method, plan.schedule(), predicted);
    }

    /// Trains the targets of the arms, and adds them to the table.
    private void train(
            String piece,
            Laboratory laboratory,
            String shape,
            TrainingSettings settings,
            int sweep,
            List<Arm> arms,
            String folder)
            throws IOException, InterruptedException {
        Path kept = runs.resolve(piece).resolve(folder);
        results.addAll(Targets.train(piece, laboratory, shape, settings, sweep, arms, kept, progress));
        List<String> lines = new ArrayList<>(List.of(String.join(",", Result.COLUMNS)));
        results.forEach(result -> lines.add(result.line()));
        byte[] all = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        WholeFile.write(table, out -> out.write(all));
    }
}
