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
import io.regmixd.study.Targets.Group;
import io.regmixd.training.TrainingSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Whether planning by stage pays: the Java side of `./bench study`.
///
/// A *piece* trains sweeps and targets and leaves a table of results, a line per target. Each piece goes on where it
/// was stopped: what its table has is not trained again. What the tables say is worked out by the Python side.
final class Study {

    private static final String OBJECTIVE = "documentation";
    private static final String WSD = "wsd"; // the demo's own shape of the learning rate

    private final Path manifest;
    private final Path data;
    private final Path runs;
    private final Size size;
    private final Path table;
    private final Progress progress;
    private final String piece;
    private final List<String> lines; // of the table

    private Study(String piece, Path manifest, Path data, Path runs, Size size, Path table, Progress progress)
            throws IOException {
        this.piece = piece;
        this.manifest = manifest;
        this.data = data;
        this.runs = runs;
        this.size = size;
        this.table = table;
        this.progress = progress;
        String head = String.join(",", Result.COLUMNS);
        lines = new ArrayList<>(Files.exists(table) ? Files.readAllLines(table) : List.of(head));
        if (!lines.getFirst().equals(head)) {
            throw new IllegalArgumentException(
                    table + " is no table of this study: its first line is not " + head + "; move it away");
        }
    }

    /// @param arguments piece, `full` or `smoke`, the demo's manifest, the folder of corpora, the folder to keep runs
    ///     in, the file to write results to
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Progress progress =
                (step, done, message) -> System.err.printf(Locale.ROOT, "%s %3.0f%% %s%n", step, 100 * done, message);
        Study study = new Study(
                arguments[0],
                Path.of(arguments[2]),
                Path.of(arguments[3]),
                Path.of(arguments[4]).resolve(arguments[1]),
                Size.of(arguments[1]),
                Path.of(arguments[5]),
                progress);
        study.train();
    }

    private void train() throws IOException, InterruptedException {
        switch (piece) {
            case "order" -> order();
            case "scarce" -> {
                Laboratory laboratory = scarce();
                methods(laboratory);
                further(laboratory);
            }
            case "free" -> methods(laboratory(StudyProblem.free(OBJECTIVE)));
            default -> throw new IllegalArgumentException(piece + ": expected order, scarce or free");
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
    private void order() throws IOException, InterruptedException {
        Laboratory laboratory = scarce();
        double budget = laboratory.studied().budget(laboratory.problem()).orElseThrow();
        int warmUp = size.targetSteps() / 20;
        for (String shape : List.of("cosine", "constant", WSD)) {
            if (has(shape, 0, "late")) {
                continue;
            }
            TrainingSettings demo = laboratory.target();
            LearningRate rate = switch (shape) {
                case "cosine" -> LearningRate.cosine(3e-3, warmUp, 1e-4);
                case "constant" -> LearningRate.constant(3e-3, warmUp);
                default -> demo.learningRate();
            };
            List<Arm> arms = List.of(
                    Arm.of("throughout", byWeight(laboratory, budget, budget, budget, budget, budget)),
                    Arm.of("late", byWeight(laboratory, 0, 0, 0, 0.13 * 5 * budget, 0.87 * 5 * budget)));
            train(laboratory, new Group(shape, demo.with(rate), 0, arms), shape);
        }
    }

    private static MixtureSchedule byWeight(Laboratory laboratory, double... weights) {
        return Controls.byWeight(laboratory.corpus().natural(), OBJECTIVE, weights);
    }

    /// All methods and their controls, over several sweeps.
    private void methods(Laboratory laboratory) throws IOException, InterruptedException {
        Mixture natural = laboratory.corpus().natural();
        if (!has(WSD, 0, "annealing")) {
            Planner annealing = Planner.annealing(natural, laboratory.problem());
            List<Arm> unplanned = List.of(
                    arm(laboratory, Planner.human(natural).plan(Size.STAGES, progress), "Human"),
                    arm(laboratory, annealing.plan(Size.STAGES, progress), "annealing"));
            train(laboratory, new Group(WSD, laboratory.target(), 0, unplanned), "unplanned");
        }
        for (int sweep = 1; sweep <= size.sweeps(); sweep++) {
            if (has(WSD, sweep, "look-ahead")) {
                continue;
            }
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
            train(laboratory, new Group(WSD, laboratory.target(), sweep, arms), "sweep-" + sweep);
        }
        if (!has(WSD, 0, "Uniform")) {
            List<Arm> rivals = List.of(
                    arm(laboratory, Planner.uniform(natural.domains()).plan(Size.STAGES, progress), "Uniform"),
                    Arm.of("DoReMi", MixtureSchedule.constant(laboratory.doReMi(), Size.STAGES)));
            train(laboratory, new Group(WSD, laboratory.target(), 0, rivals), "rivals");
        }
    }

    /// Looking ahead from other proxies, from fewer, and with less text.
    private void further(Laboratory laboratory) throws IOException, InterruptedException {
        for (int sweep = 1; sweep <= size.sweeps(); sweep++) {
            if (!has(WSD, sweep, "look-ahead from decaying proxies")) {
                List<Arm> arms = List.of(
                        arm(laboratory, laboratory.lookAheadDecaying(sweep), "look-ahead from decaying proxies"),
                        arm(laboratory, laboratory.lookAheadSparing(sweep, 1.0 / 3), "look-ahead with a third"));
                train(laboratory, new Group(WSD, laboratory.target(), sweep, arms), "further-" + sweep);
            }
        }
        for (int sweep = 1; sweep <= size.sweeps(); sweep++) {
            if (!has(WSD, sweep, "look-ahead from 16 proxies")) {
                List<Arm> arms = List.of(
                        arm(laboratory, laboratory.regMixFromFew(sweep), "RegMix from 16 proxies"),
                        arm(laboratory, laboratory.lookAheadFromFew(sweep), "look-ahead from 16 proxies"));
                train(laboratory, new Group(WSD, laboratory.target(), sweep, arms), "few-" + sweep);
            }
        }
    }

    private static Arm arm(Laboratory laboratory, Plan plan, String method) {
        double predicted = plan.predictedFinalLosses()
                .map(losses -> laboratory.problem().value(losses))
                .orElse(Double.NaN);
        return new Arm(method, plan.schedule(), predicted);
    }

    /// Whether the table has the method's targets already: a group's results are added together.
    private boolean has(String shape, int sweep, String method) {
        return lines.stream()
                .map(line -> line.split(",", -1))
                .anyMatch(cells -> cells[0].equals(piece)
                        && cells[2].equals(shape)
                        && cells[3].equals("" + sweep)
                        && cells[4].equals(method));
    }

    /// Trains the targets of a group, and adds them to the table.
    private void train(Laboratory laboratory, Group group, String folder) throws IOException, InterruptedException {
        Path kept = runs.resolve(piece).resolve(folder);
        for (Result result : Targets.train(piece, laboratory, group, kept, progress)) {
            lines.add(result.line());
        }
        byte[] all = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        WholeFile.write(table, out -> out.write(all));
    }
}
