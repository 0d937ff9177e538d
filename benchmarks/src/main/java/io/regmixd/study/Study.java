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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
            TrainingSettings demo = laboratory.target();
            LearningRate rate = switch (shape) {
                case "cosine" -> LearningRate.cosine(3e-3, warmUp, 1e-4);
                case "constant" -> LearningRate.constant(3e-3, warmUp);
                default -> demo.learningRate();
            };
            Map<String, Scheduled> arms = new LinkedHashMap<>();
            arms.put("throughout", () -> Arm.of(byWeight(laboratory, budget, budget, budget, budget, budget)));
            arms.put("late", () -> Arm.of(byWeight(laboratory, 0, 0, 0, 0.13 * 5 * budget, 0.87 * 5 * budget)));
            train(laboratory, shape, demo.with(rate), 0, arms);
        }
    }

    private static MixtureSchedule byWeight(Laboratory laboratory, double... weights) {
        return Controls.byWeight(laboratory.corpus().natural(), OBJECTIVE, weights);
    }

    /// All methods and their controls, over several sweeps.
    private void methods(Laboratory laboratory) throws IOException, InterruptedException {
        Mixture natural = laboratory.corpus().natural();
        Planner annealing = Planner.annealing(natural, laboratory.problem());
        Map<String, Scheduled> unplanned = new LinkedHashMap<>();
        unplanned.put("Human", () -> Arm.of(MixtureSchedule.constant(natural, Size.STAGES)));
        unplanned.put("annealing", () -> arm(laboratory, annealing.plan(Size.STAGES, progress)));
        train(laboratory, unplanned, 0);
        for (int each = 1; each <= size.sweeps(); each++) {
            int sweep = each;
            Map<String, Scheduled> arms = new LinkedHashMap<>();
            arms.put("RegMix", () -> arm(laboratory, laboratory.regMix(sweep)));
            arms.put("greedy", () -> arm(laboratory, laboratory.greedy(sweep)));
            arms.put("look-ahead", () -> arm(laboratory, laboratory.lookAhead(sweep)));
            arms.put("look-ahead from plain proxies", () -> arm(laboratory, laboratory.lookAheadBeyond(sweep)));
            arms.put("bounded look-ahead", () -> arm(laboratory, laboratory.lookAheadBounded(sweep)));
            arms.put(
                    "aggregate",
                    () -> Arm.of(Controls.aggregate(laboratory.lookAhead(sweep).schedule())));
            arms.put(
                    "natural fillers",
                    () -> Arm.of(
                            Controls.naturalFillers(laboratory.lookAhead(sweep).schedule(), OBJECTIVE, natural)));
            train(laboratory, arms, sweep);
        }
        Map<String, Scheduled> rivals = new LinkedHashMap<>();
        rivals.put("Uniform", () -> Arm.of(MixtureSchedule.constant(Mixture.uniform(natural.domains()), Size.STAGES)));
        rivals.put("DoReMi", () -> Arm.of(MixtureSchedule.constant(laboratory.doReMi(), Size.STAGES)));
        train(laboratory, rivals, 0);
    }

    /// Looking ahead with less text, from fewer proxies, and from others.
    private void further(Laboratory laboratory) throws IOException, InterruptedException {
        for (int each = 1; each <= size.sweeps(); each++) {
            int sweep = each;
            Map<String, Scheduled> arms = new LinkedHashMap<>();
            arms.put("look-ahead with a third", () -> arm(laboratory, laboratory.lookAheadSparing(sweep, 1.0 / 3)));
            arms.put("RegMix from 16 proxies", () -> arm(laboratory, laboratory.regMixFromFew(sweep)));
            arms.put("look-ahead from 16 proxies", () -> arm(laboratory, laboratory.lookAheadFromFew(sweep)));
            arms.put("look-ahead from decaying proxies", () -> arm(laboratory, laboratory.lookAheadDecaying(sweep)));
            train(laboratory, arms, sweep);
        }
    }

    /// What makes a schedule; it trains proxies where it needs some.
    @FunctionalInterface
    private interface Scheduled {
        Arm arm() throws IOException, InterruptedException;
    }

    private static Arm arm(Laboratory laboratory, Plan plan) {
        double predicted = plan.predictedFinalLosses()
                .map(losses -> laboratory.problem().value(losses))
                .orElse(Double.NaN);
        return new Arm(plan.schedule(), predicted);
    }

    /// With the demo's own shape of the learning rate.
    private void train(Laboratory laboratory, Map<String, Scheduled> wanted, int sweep)
            throws IOException, InterruptedException {
        train(laboratory, WSD, laboratory.target(), sweep, wanted);
    }

    /// Trains the targets that the table does not have yet, and adds them to it.
    private void train(
            Laboratory laboratory, String shape, TrainingSettings settings, int sweep, Map<String, Scheduled> wanted)
            throws IOException, InterruptedException {
        Map<String, Arm> arms = new LinkedHashMap<>();
        for (Map.Entry<String, Scheduled> each : wanted.entrySet()) {
            if (!has(shape, sweep, each.getKey())) {
                arms.put(each.getKey(), each.getValue().arm());
            }
        }
        if (arms.isEmpty()) {
            return;
        }
        String name = String.join(
                "-", shape, "" + sweep, Integer.toHexString(arms.keySet().hashCode()));
        Path kept = runs.resolve(piece).resolve(name);
        Group group = new Group(shape, settings, sweep, arms);
        for (Result result : Targets.train(piece, laboratory, group, kept, progress)) {
            lines.add(result.line());
        }
        byte[] all = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        WholeFile.write(table, out -> out.write(all));
    }

    /// Whether the table has the method's targets.
    private boolean has(String shape, int sweep, String method) {
        return lines.stream()
                .map(line -> line.split(",", -1))
                .anyMatch(cells -> cells[0].equals(piece)
                        && cells[2].equals(shape)
                        && cells[3].equals("" + sweep)
                        && cells[4].equals(method));
    }
}
