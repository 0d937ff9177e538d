package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.OtherJvm;
import io.regmixd.evaluation.Comparison;
import io.regmixd.evaluation.Evaluation;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Foreseen;
import io.regmixd.regression.LearningCurve;
import io.regmixd.regression.Sensitivity;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlotsTest {

    private static final List<String> DOMAINS = List.of("ruby", "python", "documentation");
    private static final Mixture NATURAL = Mixture.of(DOMAINS, 0.2, 0.3, 0.5);

    private static Trajectories trajectories(int runs, int stages, long seed) {
        Random random = new Random(seed);
        List<Trajectory> all = new ArrayList<>();
        for (int r = 0; r < runs; r++) {
            Mixture mixture =
                    Mixture.proportional(DOMAINS, random.nextDouble(), random.nextDouble(), random.nextDouble() + 0.01);
            double[][] losses = new double[stages + 1][];
            for (int s = 0; s <= stages; s++) {
                losses[s] = random.doubles(DOMAINS.size(), 5.0 / (s + 1), 5.0 / (s + 1) + 0.3)
                        .toArray();
            }
            all.add(new Trajectory(
                    "proxy-" + r, MixtureSchedule.constant(mixture, stages), losses, OptionalInt.empty()));
        }
        return new Trajectories(DOMAINS, stages, 2_000_000, all);
    }

    private static Trajectories withDiverged(Trajectories runs) {
        MixtureSchedule schedule = MixtureSchedule.constant(NATURAL, runs.stages());
        List<Trajectory> all = new ArrayList<>(runs.runs());
        all.add(new Trajectory("early", schedule, new double[0][], OptionalInt.of(1)));
        all.add(new Trajectory("late", schedule, new double[][] {{5, 5, 5}, {4, 4, 4}}, OptionalInt.of(70)));
        return runs.withRuns(all);
    }

    private static Map<String, Trajectories> byMethod(int methods, int seeds) {
        Map<String, Trajectories> all = new LinkedHashMap<>();
        IntStream.range(0, methods)
                .forEach(m -> all.put("a method of a long name, number " + m, trajectories(seeds, 5, m)));
        all.put("Human", withDiverged(trajectories(seeds, 5, 99)));
        return all;
    }

    /// The final losses of ruby, compared with Human.
    private static Comparison comparison(Map<String, Trajectories> byMethod) {
        List<Evaluation.Score> scores = new ArrayList<>();
        byMethod.forEach((method, runs) -> {
            for (int seed = 0; seed < runs.completed().size(); seed++) {
                double[] losses = runs.completed().get(seed).losses(runs.stages());
                scores.add(new Evaluation.Score(
                        method, seed, Arrays.stream(losses).boxed().toList()));
            }
        });
        return new Comparison(
                new Evaluation(
                        DOMAINS,
                        Collections.nCopies(DOMAINS.size(), 1.0),
                        "ruby",
                        List.copyOf(byMethod.keySet()),
                        scores),
                "Human");
    }

    private static Comparison comparison(double... losses) {
        List<Evaluation.Score> scores = new ArrayList<>();
        for (int seed = 0; seed < losses.length; seed++) {
            scores.add(new Evaluation.Score("Human", seed, List.of(2.0 + seed, 3.0, 3.0)));
            scores.add(new Evaluation.Score("RegMix", seed, List.of(losses[seed], 3.0, 3.0)));
        }
        return new Comparison(
                new Evaluation(
                        DOMAINS, Collections.nCopies(DOMAINS.size(), 1.0), "ruby", List.of("Human", "RegMix"), scores),
                "Human");
    }

    static Stream<Plot> plots() {
        List<String> many = IntStream.range(0, 40)
                .mapToObj(d -> "a domain of quite a long name " + d)
                .toList();
        return Stream.of(
                Plots.mixture("Natural shares", NATURAL),
                Plots.mixture("All in one", Mixture.of(DOMAINS, 1, 0, 0), NATURAL),
                Plots.mixture("Many", Mixture.uniform(many)),
                Plots.design(List.of(NATURAL, Mixture.uniform(DOMAINS)), NATURAL),
                Plots.schedule("One stage", MixtureSchedule.constant(NATURAL, 1)),
                Plots.schedule("Many", MixtureSchedule.constant(Mixture.uniform(many), 30)),
                Plots.schedules(Map.of("RegMix", MixtureSchedule.constant(NATURAL, 5))),
                Plots.trajectories(trajectories(1, 1, 1), "ruby"),
                Plots.trajectories(withDiverged(trajectories(20, 5, 2)), "documentation"),
                Plots.predictedAgainstSeen(new double[] {2}, new double[] {2}, "ruby", 1),
                Plots.predictedAgainstSeen(new double[] {2, 2.5}, new double[] {2, 2.6}, "ruby", 1),
                Plots.byWeight(FinalLosses.of(trajectories(20, 5, 2)), "ruby"),
                Plots.byWeight(
                        FinalLosses.of(List.of("ruby"), List.of(NATURAL, NATURAL), new double[][] {{2}, {3}}), "ruby"),
                Plots.lossByMethod(byMethod(0, 1), comparison(byMethod(0, 1))),
                Plots.lossByMethod(byMethod(9, 3), comparison(byMethod(9, 3))),
                Plots.perDomain(comparison(byMethod(0, 1))),
                Plots.perDomain(comparison(byMethod(4, 3))),
                Plots.losses(comparison(byMethod(0, 1))),
                Plots.losses(comparison(byMethod(4, 3))),
                Plots.sensitivity(sensitivity(-0.25, 0, 0.125), "nats per token"),
                Plots.sensitivity(sensitivity(0.5), "bits per byte"),
                Plots.learningCurve(learningCurve()),
                Plots.foreseen(new Foreseen("ruby", List.of(2.5), List.of(Double.NaN), List.of(List.of(2.0)))),
                Plots.foreseen(foreseen()),
                Plots.weights(Map.of("RegMix", MixtureSchedule.constant(NATURAL, 1)), "ruby"),
                Plots.weights(Map.of("RegMix", MixtureSchedule.constant(NATURAL, 5), "Other", lateRuby()), "ruby"));
    }

    /// The last one beyond the runs.
    private static Sensitivity sensitivity(double... changes) {
        return new Sensitivity(
                "ruby",
                2.5,
                IntStream.range(0, changes.length)
                        .mapToObj(d -> new Sensitivity.Change(DOMAINS.get(d), changes[d], d == changes.length - 1))
                        .toList());
    }

    private static LearningCurve learningCurve() {
        return new LearningCurve(
                "ruby",
                List.of(
                        new LearningCurve.Point(10, 0.25, -0.125, 0.5),
                        new LearningCurve.Point(19, 0.5, 0.25, 0.75),
                        new LearningCurve.Point(29, 0.75, 0.625, 0.875),
                        new LearningCurve.Point(38, 0.875, 0.75, 1)));
    }

    private static Foreseen foreseen() {
        return new Foreseen(
                "ruby",
                List.of(3.0, 2.75, 2.5),
                List.of(0.0625, 0.125, 0.25),
                List.of(List.of(2.5, 2.25, 1.75), List.of(2.25, 2.0, 1.5)));
    }

    /// To scale: the row of a change of -0.25 is twice as long as that of +0.125, and on the other side of zero.
    @Test
    void sensitivityIsALineFromZeroToTheChange() {
        BufferedImage image = Plots.sensitivity(sensitivity(-0.25, 0, 0.125), "nats per token")
                .image();
        int zero = IntStream.range(0, image.getWidth())
                .filter(x -> IntStream.range(90, 120)
                        .allMatch(y -> new Color(image.getRGB(x, y)).getRed() < 0xD0)) // the grid is lighter
                .findFirst()
                .orElseThrow();
        int[] columns = IntStream.range(0, image.getWidth())
                .filter(x -> IntStream.range(0, image.getHeight())
                        .anyMatch(y -> image.getRGB(x, y) == Look.method(0).getRGB()))
                .toArray();
        int left = zero - columns[0];
        int right = columns[columns.length - 1] - zero;
        assertThat((double) left / right).isCloseTo(2, within(0.05));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9})
    void rowsLieOneBelowTheOther(int changes) {
        BufferedImage image = Plots.sensitivity(
                        new Sensitivity(
                                "ruby",
                                2,
                                IntStream.range(0, changes)
                                        .mapToObj(d -> new Sensitivity.Change("domain " + d, d + 1, false))
                                        .toList()),
                        "nats per token")
                .image();
        List<int[]> dots = dots(image, Look.method(0).getRGB());
        assertThat(dots).hasSize(changes);
        for (int row = 1; row < changes; row++) {
            assertThat(dots.get(row)[1] - dots.get(row - 1)[1]).isBetween(15, 30);
        }
    }

    @Test
    void meansOfALearningCurveLieWhereTheirNumbersSay() {
        BufferedImage image = Plots.learningCurve(learningCurve()).image();
        List<int[]> dots = dots(image, Look.method(0).getRGB());
        assertThat(dots).hasSize(4);
        double perRun = (dots.get(3)[0] - dots.get(0)[0]) / 28.0;
        double perRank = (dots.get(0)[1] - dots.get(3)[1]) / 0.625;
        assertThat(dots.get(1)[0] - dots.get(0)[0]).isCloseTo((int) (9 * perRun), within(3));
        assertThat(dots.get(0)[1] - dots.get(1)[1]).isCloseTo((int) (0.25 * perRank), within(3));
    }

    /// The middles of the discs of a colour, from left to right.
    private static List<int[]> dots(BufferedImage image, int color) {
        List<int[]> dots = new ArrayList<>();
        for (int x = 4; x < image.getWidth() - 4; x++) {
            for (int y = 4; y < image.getHeight() - 4; y++) {
                int[] block = image.getRGB(x - 2, y - 2, 4, 4, null, 0, 4); // no letter or line has one
                if (Arrays.stream(block).allMatch(pixel -> pixel == color)
                        && (dots.isEmpty() || x - dots.getLast()[0] > 6)) {
                    dots.add(new int[] {x, y});
                }
            }
        }
        return dots;
    }

    @Test
    void targetsLieBelowTheirPredictionWhereTheirLossesDo() {
        BufferedImage image = Plots.foreseen(foreseen()).image();
        List<int[]> predicted = dots(image, Look.method(0).getRGB());
        List<int[]> seen = dots(image, Look.method(1).getRGB());
        assertThat(predicted).hasSize(3);
        assertThat(seen).hasSize(3);
        double perNat = (predicted.get(2)[1] - predicted.get(0)[1]) / 0.5;
        assertThat(seen.get(0)[1] - predicted.get(0)[1]).isCloseTo((int) (0.625 * perNat), within(3));
        assertThat(seen.get(2)[1] - predicted.get(2)[1]).isCloseTo((int) (0.875 * perNat), within(3));
    }

    /// No Ruby, then nothing else.
    private static MixtureSchedule lateRuby() {
        return new MixtureSchedule(List.of(Mixture.of(DOMAINS, 0, 0.5, 0.5), Mixture.of(DOMAINS, 1, 0, 0)));
    }

    @Test
    void weightOfADomainChangesInSteps() {
        BufferedImage image = Plots.weights(Map.of("late", lateRuby()), "ruby").image();
        int[] rows = IntStream.of(image.getWidth() / 4, image.getWidth() * 3 / 4)
                .map(x -> IntStream.range(65, image.getHeight()) // below the key
                        .filter(y ->
                                new Color(image.getRGB(x, y)).getBlue() > new Color(image.getRGB(x, y)).getRed() + 60)
                        .findFirst()
                        .orElseThrow())
                .toArray();
        assertThat(rows[0] - rows[1]).isGreaterThan(200); // from the bottom to the top of 320 pixels
    }

    @ParameterizedTest
    @MethodSource("plots")
    void plotIsAsWideAsANotebookAndNotBlankAndTheSameEachTime(Plot plot) {
        BufferedImage image = plot.image();
        assertThat(image.getWidth()).isBetween(600, 900);
        assertThat(image.getHeight()).isGreaterThan(100);
        int[] pixels = pixels(image);
        assertThat(pixels[0]).isEqualTo(0xFFFFFFFF);
        assertThat(Arrays.stream(pixels).filter(p -> p != 0xFFFFFFFF).count())
                .isBetween(pixels.length / 200L, pixels.length * 9L / 10);
        assertThat(pixels(plot.image())).isEqualTo(pixels);
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    /// How many pixels of a column have the colour of each domain.
    private static int[] heights(BufferedImage image, int x) {
        return IntStream.range(0, DOMAINS.size())
                .map(d -> (int) IntStream.range(60, image.getHeight())
                        .filter(y -> image.getRGB(x, y) == Look.domain(d).getRGB())
                        .count())
                .toArray();
    }

    @Test
    void areasOfAScheduleFillItsHeightInProportionAndChangeInSteps() {
        Mixture late = Mixture.of(DOMAINS, 0.6, 0.1, 0.3);
        BufferedImage image =
                Plots.schedule("", new MixtureSchedule(List.of(NATURAL, late))).image();
        int full = Arrays.stream(heights(image, 100)).sum();
        assertThat(full).isGreaterThan(200);
        // The axis begins right of its labels: the middle of training lies near 478, far from the stages' labels.
        int middle = IntStream.range(400, 550)
                .filter(x -> heights(image, x)[0] > 0.4 * full)
                .findFirst()
                .orElseThrow();
        for (int x : new int[] {100, middle - 3, middle + 3, 850}) {
            Mixture mixture = x < middle ? NATURAL : late;
            int[] heights = heights(image, x);
            assertThat(Arrays.stream(heights).sum()).isCloseTo(full, within(3));
            for (int d = 0; d < DOMAINS.size(); d++) {
                assertThat(heights[d])
                        .as("domain %d at %d", d, x)
                        .isCloseTo((int) (mixture.weight(d) * full), within(4));
            }
        }
    }

    /// Seeds that differ much, methods that differ by the same in every seed: nothing but the dot is drawn. The same
    /// losses dealt to other seeds have a wide interval.
    @Test
    void linesPerDomainAreIntervalsPairedBySeed() {
        int color = Look.method(1).getRGB();
        int narrow = count(Plots.perDomain(comparison(1.9, 2.9, 3.9)), color);
        int wide = count(Plots.perDomain(comparison(2.9, 3.9, 1.9)), color);
        assertThat(wide).isGreaterThan(narrow + 500);
    }

    @Test
    void dotAtTheEndOfAMethodsLineIsItsEvaluatedLoss() {
        Map<String, Trajectories> one = byMethod(0, 1);
        double measured = one.get("Human").completed().getFirst().loss(5, 0);
        assertThat(below(Plots.lossByMethod(one, evaluated(measured)))).isBetween(-3, 3);
        assertThat(below(Plots.lossByMethod(one, evaluated(measured - 0.2)))).isGreaterThan(10);
        assertThat(below(Plots.lossByMethod(one, evaluated(measured + 0.2)))).isLessThan(-10);
    }

    private static Comparison evaluated(double loss) {
        Evaluation.Score score = new Evaluation.Score("Human", 1, List.of(loss, 3.0, 3.0));
        return new Comparison(
                new Evaluation(
                        DOMAINS, Collections.nCopies(DOMAINS.size(), 1.0), "ruby", List.of("Human"), List.of(score)),
                "Human");
    }

    /// How many pixels the dot of a plot of one method lies below the end of its line.
    private static int below(Plot plot) {
        return middle(plot.image(), 640) - middle(plot.image(), 624);
    }

    /// The middle height of the method's colour in eight columns.
    private static int middle(BufferedImage image, int fromX) {
        return (int) IntStream.range(fromX, fromX + 8)
                .flatMap(x -> IntStream.range(0, image.getHeight())
                        .filter(y -> image.getRGB(x, y) == Look.method(0).getRGB()))
                .average()
                .orElseThrow();
    }

    private static int count(Plot plot, int color) {
        return (int) Arrays.stream(pixels(plot.image())).filter(p -> p == color).count();
    }

    @Test
    void textCanBeReadOnEveryColour() {
        for (int i = 0; i < Look.domains(); i++) {
            assertThat(Look.contrast(Look.on(Look.domain(i)), Look.domain(i)))
                    .as("domain %d", i)
                    .isGreaterThanOrEqualTo(4.5);
            assertThat(Look.contrast(Look.text(Look.method(i)), Look.PAPER))
                    .as("method %d", i)
                    .isGreaterThanOrEqualTo(4.5);
        }
        for (Color ink : List.of(Look.INK, Look.SOFT_INK)) {
            assertThat(Look.contrast(ink, Look.PAPER)).isGreaterThanOrEqualTo(4.5);
        }
        assertThat(Look.contrast(Color.BLACK, Color.WHITE)).isEqualTo(21, within(1e-9));
        assertThat(Look.contrast(new Color(0x767676), Color.WHITE)).isEqualTo(4.54, within(0.005)); // WCAG's grey
    }

    @Test
    void proxiesAreLabelledByTheObjectiveFirst() {
        assertThat(LossPlots.main(NATURAL, 0)).isEqualTo("ruby 20%, documentation 50%");
        assertThat(LossPlots.main(Mixture.of(DOMAINS, 0.996, 0.004, 0), 0)).isEqualTo("ruby 100%");
    }

    @Test
    void domainsUnderOnePercentEverywhereAreGatheredAndOneAloneIsNot() {
        List<String> four = List.of("a", "b", "c", "d");
        MixtureSchedule two = MixtureSchedule.constant(Mixture.of(four, 0.6, 0.386, 0.009, 0.005), 2);
        assertThat(colours(Plots.schedule("", two), 700)).contains(Look.GREY.getRGB());
        assertThat(colours(Plots.schedule("", two), 1))
                .doesNotContain(Look.domain(2).getRGB());
        MixtureSchedule one = MixtureSchedule.constant(Mixture.of(four, 0.6, 0.381, 0.01, 0.009), 2);
        assertThat(colours(Plots.schedule("", one), 700))
                .contains(Look.domain(2).getRGB(), Look.domain(3).getRGB())
                .doesNotContain(Look.GREY.getRGB());
    }

    @Test
    void domainHasTheSameColourInEveryPlot() {
        Mixture mixture = Mixture.uniform(DOMAINS);
        for (int d = 0; d < DOMAINS.size(); d++) {
            int colour = Look.domain(d).getRGB();
            assertThat(colours(Plots.mixture("", mixture), 700)).contains(colour);
            assertThat(colours(Plots.schedule("", MixtureSchedule.constant(mixture, 2)), 700))
                    .contains(colour);
        }
    }

    /// The colours of at least so many pixels: an area has more of them than the ticks.
    private static List<Integer> colours(Plot plot, int pixels) {
        Map<Integer, Integer> count = new HashMap<>();
        Arrays.stream(pixels(plot.image())).forEach(p -> count.merge(p, 1, Integer::sum));
        return count.keySet().stream().filter(p -> count.get(p) >= pixels).toList();
    }

    @Test
    void savedPlotIsAPngOfTwiceTheSize(@TempDir Path folder) throws IOException {
        Plot plot = Plots.mixture("", NATURAL);
        Path png = folder.resolve("plots/mixture.png");
        plot.save(png);
        BufferedImage saved = ImageIO.read(png.toFile());
        assertThat(saved.getWidth()).isEqualTo(2 * plot.image().getWidth());
        assertThat(saved.getHeight()).isEqualTo(2 * plot.image().getHeight());
        Path inAFile = Files.createFile(folder.resolve("file")).resolve("mixture.png");
        assertThatIOException().isThrownBy(() -> plot.save(inAFile)).withMessageContaining("cannot write " + inAFile);
    }

    @Test
    void nothingToPlotIsSaid() {
        Trajectories none = trajectories(1, 2, 1).withRuns(List.of());
        refused("no mixtures to plot", () -> Plots.design(List.of(), NATURAL));
        refused("no schedules to plot", () -> Plots.schedules(Map.of()));
        refused("no completed runs to plot", () -> Plots.trajectories(none, "ruby"));
        refused("no losses to plot", () -> Plots.predictedAgainstSeen(new double[0], new double[0], "ruby", 0));
        refused("no methods to plot", () -> Plots.lossByMethod(Map.of(), comparison(2)));
        refused("no completed runs of method x", () -> Plots.lossByMethod(Map.of("x", none), comparison(2)));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Mixture other = Mixture.of(List.of("ruby", "java", "css"), 0.2, 0.3, 0.5);
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        schedules.put("a", MixtureSchedule.constant(NATURAL, 2));
        schedules.put("b", MixtureSchedule.constant(other, 2));
        refused("expected [ruby, java, css]", () -> Plots.mixture("", other, NATURAL));
        refused("mixture over [ruby, java, css]", () -> Plots.design(List.of(NATURAL, other), NATURAL));
        refused("mixture over [ruby, java, css]", () -> Plots.schedules(schedules));
        refused("no domain cobol in", () -> Plots.trajectories(trajectories(2, 2, 1), "cobol"));
        refused("1 predicted losses for 2", () -> Plots.predictedAgainstSeen(new double[1], new double[2], "x", 0));
        refused("not finite", () -> Plots.predictedAgainstSeen(new double[] {Double.NaN}, new double[1], "ruby", 0));
    }

    private static void refused(String message, Runnable plot) {
        assertThatIllegalArgumentException().isThrownBy(plot::run).withMessageContaining(message);
    }

    /// Plots twice on a machine whose fontconfig knows no font.
    static final class WithoutFonts {
        public static void main(String[] args) {
            System.setProperty("user.home", args[0]); // where Java keeps the fonts that it found before
            for (int time : Collections.nCopies(2, 0)) {
                try {
                    Plots.mixture("", NATURAL);
                    System.out.println("plotted " + time);
                } catch (IllegalStateException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    @Test
    void machineWithoutFontsIsToldWhatToInstall(@TempDir Path home) throws Exception {
        Path configuration = Files.writeString(home.resolve("fonts.conf"), "<?xml version=\"1.0\"?><fontconfig/>");
        String shell = "export FONTCONFIG_FILE=" + configuration + ";";
        try (OtherJvm jvm = new OtherJvm(shell, WithoutFonts.class, home.toString())) {
            assertThat(jvm.line()).contains("plots need a font", "Install fontconfig");
            assertThat(jvm.line()).contains("plots need a font", "Install fontconfig");
        }
    }
}
