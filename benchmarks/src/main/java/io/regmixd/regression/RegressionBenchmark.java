package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.Mixture;
import io.regmixd.trajectory.FinalLosses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import smile.data.DataFrame;
import smile.regression.GradientTreeBoost;
import tools.jackson.databind.json.JsonMapper;

/// Every regressor on RegMix's published runs: the Java side of `./bench regression`, which tabulates the lines
/// of JSON that this prints.
///
/// Each regressor is fitted on all training runs and on random subsets of them, and predicts the runs that the
/// subset leaves, which choices are made by, and every test set in the folder, which none is.
final class RegressionBenchmark {

    private static final List<Integer> SUBSETS = List.of(64, 128, 256);
    private static final int SEEDS = 5;
    private static final int CANDIDATES = 100_000;
    private static final int BEST = 128;
    private static final int ROUNDS = 9;
    private static final double NORMAL_90 = 1.6448536269514722;
    private static final JsonMapper JSON = new JsonMapper();

    static final String OBJECTIVE = "pile_cc";
    static final List<Regressor> REGRESSORS = List.of(
            Regressor.standard(),
            Regressor.gaussianProcess(),
            Regressor.lawProcess(),
            Regressor.boosting(),
            Regressor.lightGbm(),
            Regressor.randomForest(),
            Regressor.ridge(),
            Regressor.mixingLaw(),
            Regressor.stack("standard + mixing law", List.of(Regressor.standard(), Regressor.mixingLaw())));

    private final FinalLosses training;
    private final Map<String, FinalLosses> tests;

    private RegressionBenchmark(FinalLosses training, Map<String, FinalLosses> tests) {
        this.training = training;
        this.tests = tests;
    }

    /// @param arguments the folder of RegMix's files, or a clone of its repository; then names of regressors, if
    ///     not all are to be measured
    public static void main(String[] arguments) throws IOException, InterruptedException {
        RegressionBenchmark benchmark = open(Path.of(arguments[0]));
        List<String> names = List.of(arguments).subList(1, arguments.length);
        List<Regressor> regressors = REGRESSORS.stream()
                .filter(regressor -> names.isEmpty() || names.contains(regressor.name()))
                .toList();
        benchmark.describe(regressors);
        benchmark.speed();
        for (Regressor regressor : regressors) {
            for (int runs : SUBSETS) {
                for (int seed = 1; seed <= SEEDS; seed++) {
                    benchmark.measure(regressor, runs, seed);
                }
            }
            MixtureLossModel model = benchmark.measure(regressor, benchmark.training.size(), 1);
            benchmark.propose(model);
        }
    }

    static RegressionBenchmark open(Path folder) throws IOException {
        Path data = Files.isDirectory(folder.resolve("data")) ? folder.resolve("data") : folder;
        if (!Files.exists(data.resolve("train_mixture_1m.csv"))) {
            throw new IOException(data + " holds no train_mixture_1m.csv: name the folder data of a clone of RegMix's"
                    + " repository, or a folder with the same files");
        }
        Map<String, FinalLosses> tests = new LinkedHashMap<>();
        for (String size : List.of("1m", "60m", "1B")) {
            Path mixtures = data.resolve("test_mixture_" + size + ".csv");
            if (Files.exists(mixtures)) {
                tests.put(size, FinalLosses.read(mixtures, data.resolve("test_pile_loss_" + size + ".csv")));
            }
        }
        return new RegressionBenchmark(
                FinalLosses.read(data.resolve("train_mixture_1m.csv"), data.resolve("train_pile_loss_1m.csv")), tests);
    }

    private void describe(List<Regressor> regressors) {
        say(Map.of(
                "kind",
                "data",
                "training",
                training.size(),
                "tests",
                tests.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, test -> test.getValue().size())),
                "regressors",
                regressors.stream().map(Regressor::name).toList(),
                "baseline",
                tests.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, test -> baseline(test.getValue()))),
                "baseline_held_out",
                baseline(training)));
    }

    /// Of each measured domain: the rank correlation of minus its weight and its loss.
    private static Map<String, Double> baseline(FinalLosses runs) {
        return runs.measured().stream()
                .collect(Collectors.toMap(
                        domain -> domain,
                        domain -> RankCorrelation.of(
                                        runs.mixtures().stream()
                                                .mapToDouble(mixture -> -mixture.weight(domain))
                                                .toArray(),
                                        runs.losses(domain))
                                .spearman()));
    }

    private MixtureLossModel measure(Regressor regressor, int runs, int seed) throws InterruptedException {
        List<Integer> order =
                IntStream.range(0, training.size()).boxed().collect(Collectors.toCollection(ArrayList::new));
        if (runs < order.size()) {
            Collections.shuffle(order, new Random(seed));
        }
        int[] places = order.stream().mapToInt(Integer::intValue).toArray();
        long start = System.nanoTime();
        MixtureLossModel model =
                MixtureLossModel.fit(training.runs(Arrays.copyOf(places, runs)), regressor, seed, Progress.SILENT);
        double seconds = seconds(start);
        if (runs < places.length) {
            say(scores(
                    regressor,
                    runs,
                    seed,
                    seconds,
                    "held out",
                    model,
                    training.runs(Arrays.copyOfRange(places, runs, places.length))));
        }
        tests.forEach((size, test) -> say(scores(regressor, runs, seed, seconds, size, model, test)));
        return model;
    }

    private static Map<String, Object> scores(
            Regressor regressor,
            int runs,
            int seed,
            double seconds,
            String test,
            MixtureLossModel model,
            FinalLosses truth) {
        Map<String, Object> domains = new LinkedHashMap<>();
        for (String domain : truth.measured()) {
            double[] seen = truth.losses(domain);
            int d = model.domains().indexOf(domain);
            double[] predicted = model.predict(truth.mixtures(), d);
            double squares = 0;
            double errors = 0;
            for (int i = 0; i < seen.length; i++) {
                squares += (predicted[i] - seen[i]) * (predicted[i] - seen[i]) / seen.length;
                errors += Math.abs(predicted[i] - seen[i]) / seen.length;
            }
            Map<String, Object> score = new LinkedHashMap<>();
            double spearman = RankCorrelation.of(predicted, seen).spearman();
            score.put("spearman", Double.isNaN(spearman) ? 0 : spearman);
            score.put("mse", squares);
            score.put("mae", errors);
            within90(model, truth, d, seen).ifPresent(share -> score.put("within_90", share));
            domains.put(domain, score);
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", "scores");
        line.put("regressor", regressor.name());
        line.put("runs", runs);
        line.put("seed", seed);
        line.put("fit_seconds", seconds);
        line.put("test", test);
        line.put("domains", domains);
        return line;
    }

    /// Which share of the losses lies within the interval that 90% should lie within.
    private static Optional<Double> within90(MixtureLossModel model, FinalLosses truth, int domain, double[] seen) {
        return model.deviations(truth.mixtures(), domain).map(deviations -> {
            double[] predicted = model.predict(truth.mixtures(), domain);
            return IntStream.range(0, seen.length)
                            .filter(i -> Math.abs(Math.log(seen[i] / predicted[i])) <= NORMAL_90 * deviations[i])
                            .count()
                    / (double) seen.length;
        });
    }

    /// RegMix's simulation step: the mean of the candidates of the lowest predicted loss, from candidates that
    /// are unbounded as in RegMix's notebook and from this library's own.
    private void propose(MixtureLossModel model) throws InterruptedException {
        Mixture natural = PublishedMixtures.natural(model.domains());
        int objective = model.domains().indexOf(OBJECTIVE);
        List<Mixture> unbounded = PublishedMixtures.candidates(natural, CANDIDATES, 42);
        List<Mixture> bounded = DirichletDesign.regmix(natural).candidates(CANDIDATES, 42);
        Mixture published = PublishedMixtures.regmix(model.domains());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", "proposal");
        line.put("regressor", model.regressor());
        line.put("domains", model.domains());
        Map<String, Mixture> mixtures = new LinkedHashMap<>();
        mixtures.put("published", published);
        mixtures.put("unbounded", best(model, unbounded, objective));
        mixtures.put("bounded", best(model, bounded, objective));
        mixtures.forEach((name, mixture) -> {
            line.put(name, mixture.weights());
            line.put(name + "_loss", model.predict(List.of(mixture), objective)[0]);
        });
        say(line);
    }

    private static Mixture best(MixtureLossModel model, List<Mixture> candidates, int objective) {
        double[] losses = model.predict(candidates, objective);
        return Mixture.mean(IntStream.range(0, losses.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> losses[i]))
                .limit(BEST)
                .map(candidates::get)
                .toList());
    }

    /// Candidates for every measured domain by the default, and boosting by our evaluator and by Smile's.
    private void speed() throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(training, Regressor.standard(), 1, Progress.SILENT);
        Mixture natural = PublishedMixtures.natural(training.domains());
        List<Mixture> candidates = DirichletDesign.regmix(natural).candidates(CANDIDATES, 1);
        double[][] x = candidates.stream().map(Mixture::weights).toArray(double[][]::new);
        double[][] rows = training.mixtures().stream().map(Mixture::weights).toArray(double[][]::new);
        double[] y = Arrays.stream(training.losses(OBJECTIVE)).map(Math::log).toArray();
        GradientTreeBoost smile = Boosting.smile(rows, y, 1);
        FlatTrees flat = Boosting.flat(smile, y);
        DataFrame frame = Boosting.frame(x, new double[x.length]);
        List<Double> all = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        boolean equal = true;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            double[][] predicted = model.predict(candidates);
            all.add(seconds(start));
            start = System.nanoTime();
            double[] their = smile.predict(frame);
            theirs.add(seconds(start));
            start = System.nanoTime();
            double[] our = flat.predict(x);
            ours.add(seconds(start));
            equal &= Arrays.equals(their, our) && predicted.length == our.length;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", "speed");
        line.put("candidates", CANDIDATES);
        line.put("domains", training.measured().size());
        line.put("cores", Runtime.getRuntime().availableProcessors());
        line.put("default_seconds", all);
        line.put("smile_seconds", theirs);
        line.put("flat_seconds", ours);
        line.put("equal_to_the_bit", equal);
        say(line);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    @SuppressWarnings("SystemOut") // ./bench reads it
    private static void say(Map<String, Object> line) {
        System.out.println(JSON.writeValueAsString(line));
    }
}
