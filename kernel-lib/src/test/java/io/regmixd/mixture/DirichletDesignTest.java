package io.regmixd.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirichletDesignTest {

    private static final List<String> DOMAINS = List.of("a", "b", "c", "d", "e");
    private static final Mixture NATURAL = Mixture.of(DOMAINS, 0.5, 0.3, 0.15, 0.03, 0.02);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void weightsStayWithinFifteenTimesTheNaturalShare(long seed) throws InterruptedException {
        DirichletDesign design = DirichletDesign.regmix(NATURAL);
        double rounding = 5 * DirichletDesign.GRAIN;

        for (Mixture mixture : design.sample(200, seed)) {
            for (int d = 0; d < DOMAINS.size(); d++) {
                assertThat(mixture.weight(d)).isLessThanOrEqualTo(Math.min(1, 15 * NATURAL.weight(d)) + rounding);
            }
        }
        for (Mixture mixture : design.candidates(200, seed)) {
            for (int d = 0; d < DOMAINS.size(); d++) {
                assertThat(mixture.weight(d)).isLessThanOrEqualTo(design.upperBound(d) + 1e-12);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void mixturesAreDistinctAndRepeatable(long seed) {
        List<Mixture> sample = DirichletDesign.regmix(NATURAL).sample(100, seed);

        assertThat(sample)
                .hasSize(100)
                .isEqualTo(DirichletDesign.regmix(NATURAL).sample(100, seed));
        assertThat(new HashSet<>(sample)).hasSize(100);
        assertThat(sample).isNotEqualTo(DirichletDesign.regmix(NATURAL).sample(100, seed + 100));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void schedulesSwitchAtHalfOfTheirBoundaries(long seed) {
        List<MixtureSchedule> schedules = DirichletDesign.regmix(NATURAL).sampleSchedules(200, 5, seed);

        assertThat(schedules)
                .hasSize(200)
                .isEqualTo(DirichletDesign.regmix(NATURAL).sampleSchedules(200, 5, seed))
                .allSatisfy(schedule -> assertThat(schedule.size()).isEqualTo(5));
        List<Mixture> mixtures = new ArrayList<>();
        for (MixtureSchedule schedule : schedules) {
            mixtures.add(schedule.stages().getFirst());
            for (int s = 1; s < 5; s++) {
                if (!schedule.stages().get(s).equals(schedule.stages().get(s - 1))) {
                    mixtures.add(schedule.stages().get(s));
                }
            }
        }
        assertThat(new HashSet<>(mixtures)).hasSameSizeAs(mixtures); // never back to one that was
        assertThat(mixtures.size() - 200).isBetween(340, 460); // of 800 boundaries, four standard deviations
    }

    @Test
    void aScheduleOfOneStageIsConstant() {
        assertThat(DirichletDesign.regmix(NATURAL).sampleSchedules(20, 1, 1))
                .extracting(schedule -> schedule.stages().getFirst())
                .containsExactlyElementsOf(DirichletDesign.regmix(NATURAL).sample(20, 1));
    }

    @Test
    void roundingZeroesSmallWeightsAndLeavesMultiplesOfTheGrain() {
        double[] rounded = DirichletDesign.round(new double[] {0.00019, 0.49981, 0.5});

        // 0.49981 / 0.99981 = 0.499905, 0.5 / 0.99981 = 0.500095
        assertThat(rounded).containsExactly(new double[] {0, 0.5, 0.5}, within(1e-12));
    }

    @Test
    void nearDuplicatesAreDropped() {
        double[] first = {0.2, 0.8};
        double[] same = {0.2 + 4e-6, 0.8 - 4e-6};
        double[] other = {0.3, 0.7};

        assertThat(DirichletDesign.withoutNearDuplicates(List.of(first, other, same)))
                .hasSize(2);
    }

    @Test
    void anInterruptEndsTheDrawingOfCandidates() {
        DirichletDesign design = DirichletDesign.regmix(NATURAL);

        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> design.candidates(2_000_000, 1)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted())
                .as("the exception takes the flag's place")
                .isFalse();
    }

    /// Dirichlet(a) has mean a/A and variance m(1-m)/(A+1); candidates have A = 1 and no bound bites here.
    @Test
    void candidatesHaveTheMeanAndVarianceOfTheDirichletDistribution() throws InterruptedException {
        Mixture natural = Mixture.of(List.of("a", "b", "c"), 0.5, 0.3, 0.2);
        List<Mixture> candidates = DirichletDesign.regmix(natural).candidates(40_000, 7);

        for (int d = 0; d < 3; d++) {
            int domain = d;
            double[] weights =
                    candidates.stream().mapToDouble(m -> m.weight(domain)).toArray();
            double mean = Arrays.stream(weights).average().orElseThrow();
            double variance = Arrays.stream(weights)
                    .map(w -> (w - mean) * (w - mean))
                    .average()
                    .orElseThrow();
            double share = natural.weight(d);
            assertThat(mean).isCloseTo(share, within(0.01));
            assertThat(variance).isCloseTo(share * (1 - share) / 2, within(0.004));
        }
    }

    /// Expected values: RegMix's own script (numpy, seed 42) on the same shares gives, after its removal of
    /// near-duplicates, the share of zeros and the mean weights of the three largest domains below.
    @Test
    void designOfThePileHasTheStatisticsOfRegMixsScript() {
        double[] shares = {
            .113285273,
            .079608651,
            .003913491,
            .185375901,
            .051081359,
            .015962925,
            .101750772,
            .003707518,
            .066529351,
            .001750772,
            .027085479,
            .236869207,
            .01184346,
            .007929969,
            .008032956,
            .038825953,
            .046446962
        };
        List<String> domains =
                IntStream.range(0, shares.length).mapToObj(i -> "domain" + i).toList();
        List<Mixture> sample =
                DirichletDesign.regmix(Mixture.of(domains, shares)).sample(2000, 42);

        double zeros = sample.stream()
                .flatMapToDouble(m -> Arrays.stream(m.weights()))
                .filter(w -> w == 0)
                .count();
        assertThat(zeros / (2000 * 17)).isCloseTo(0.6127, within(0.01));
        Mixture mean = Mixture.mean(sample);
        assertThat(mean.weight(0)).isCloseTo(0.1314, within(0.02));
        assertThat(mean.weight(3)).isCloseTo(0.1667, within(0.02));
        assertThat(mean.weight(11)).isCloseTo(0.1835, within(0.02));
    }

    @Test
    void domainWithoutTextIsRefusedByName() {
        Mixture natural = Mixture.of(List.of("a", "b"), 1, 0);

        assertThatThrownBy(() -> DirichletDesign.regmix(natural))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("natural share of b is 0");
    }

    @Test
    void aDomainThatMayReachHighWeightsDoesAndTheOthersKeepTheirBounds() {
        Mixture natural = Mixture.of(List.of("scarce", "some", "much"), 0.02, 0.04, 0.94);
        DirichletDesign narrow = DirichletDesign.regmix(natural);
        DirichletDesign design = narrow.reaching("scarce", 0.9);
        List<Mixture> mixtures = design.sample(500, 3);
        double[] scarce =
                mixtures.stream().mapToDouble(mixture -> mixture.weight(0)).toArray();
        assertThat(Arrays.stream(scarce).max().orElseThrow()).isBetween(0.6, 0.9 + DirichletDesign.GRAIN);
        assertThat(Arrays.stream(scarce).average().orElseThrow()).isGreaterThan(2 * mean(narrow.sample(500, 3), 0));
        assertThat(mixtures).allSatisfy(mixture -> assertThat(mixture.weight(1)).isLessThan(15 * 0.04 + 0.001));
        assertThat(List.of(design.upperBound(0), design.upperBound(1))).containsExactly(0.9, 0.6);
    }

    private static double mean(List<Mixture> mixtures, int domain) {
        return mixtures.stream()
                .mapToDouble(mixture -> mixture.weight(domain))
                .average()
                .orElseThrow();
    }

    @Test
    void reachesOutOfRangeAreRefusedByName() {
        DirichletDesign design = DirichletDesign.regmix(Mixture.of(List.of("a", "b"), 0.5, 0.5));
        assertThatThrownBy(() -> design.reaching("c", 0.5))
                .hasMessageContaining("c")
                .hasMessageContaining("[a, b]");
        for (double highest : new double[] {0, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> design.reaching("a", highest))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("highest weight of a");
        }
    }

    @Test
    void wordsSayHowFarASampleGoes() {
        List<String> ab = List.of("a", "b");
        DirichletDesign design = DirichletDesign.regmix(Mixture.of(ab, 0.02, 0.98));
        List<Mixture> sample = Stream.of(0.1, 0.0, 0.2, 0.06)
                .map(a -> Mixture.of(ab, a, 1 - a))
                .toList();
        assertThat(design.inWords(sample, "a"))
                .isEqualTo("In these 4 mixtures a has 0.0% to 20.0% of the tokens (median 8.0%); its natural share is"
                        + " 2.0%, and this design goes up to 30.0%.");
        assertThatThrownBy(() -> design.inWords(sample, "c")).hasMessageContaining("no domain c");
    }
}
