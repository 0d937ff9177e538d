package io.regmixd.mixture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/// The random mixtures that RegMix trains its proxies on, and the candidates that it searches afterwards.
///
/// Source: RegMix's `mixture_config/synthesize_mixture.py` (arXiv 2407.01492, section 3.1), constants included.
/// The random numbers are ours, so the draws agree in distribution, not one by one.
public final class DirichletDesign {

    private static final double TEMPERATURE = 0.5;
    private static final double LOWEST_STRENGTH = 0.1;
    private static final double HIGHEST_STRENGTH = 5.0;
    private static final int STRENGTHS = 15;
    private static final int DRAWS_A_SAMPLE = 100;
    private static final double HIGHEST_USAGE = 15;
    private static final double NEAR_DUPLICATE = 1e-5;

    /// Weights of a design are multiples of this; smaller ones are zero.
    public static final double GRAIN = 2e-4;

    private final Mixture natural;
    private final double[] prior; // what proxies' mixtures are drawn round
    private final double[] upperBounds;

    private DirichletDesign(Mixture natural, double[] prior, double[] upperBounds) {
        this.natural = natural;
        this.prior = prior;
        this.upperBounds = upperBounds;
    }

    private static DirichletDesign of(Mixture natural, double highestUsage) {
        double[] upperBounds = Arrays.stream(natural.weights())
                .map(w -> w == 0 ? 0 : Math.min(1, highestUsage * w))
                .toArray();
        return new DirichletDesign(natural, temper(natural.weights()), upperBounds);
    }

    /// @param natural each domain's share of the available tokens, all positive
    /// @throws IllegalArgumentException if a share is zero: such a domain could never be drawn
    public static DirichletDesign regmix(Mixture natural) {
        for (int i = 0; i < natural.size(); i++) {
            if (natural.weight(i) == 0) {
                throw new IllegalArgumentException(
                        "natural share of " + natural.domains().get(i) + " is 0: leave the domain out");
            }
        }
        return of(natural, HIGHEST_USAGE);
    }

    /// Without upper bounds, to draw candidates for a problem that has bounds of its own.
    ///
    /// @param centre what the draws lie around; a domain of weight 0 is never drawn
    public static DirichletDesign about(Mixture centre) {
        return of(centre, Double.POSITIVE_INFINITY);
    }

    /// The same, but one domain may have any weight up to `highest`, and is drawn at least as often as if all domains
    /// were alike. For a scarce domain that a plan may want to spend late, all at once: proxies must show what that
    /// does. What keeps its text from being repeated is then a budget over the whole run.
    ///
    /// @param highest above 0, at most 1
    /// @throws IllegalArgumentException if there is no such domain, or the weight is out of range
    public DirichletDesign reaching(String domain, double highest) {
        int d = index(domain);
        if (!(highest > 0 && highest <= 1)) {
            throw new IllegalArgumentException(
                    "highest weight of " + domain + " is " + highest + ", expected above 0 and at most 1");
        }
        double[] bounds = upperBounds.clone();
        bounds[d] = highest;
        double[] lifted = prior.clone();
        lifted[d] = Math.max(lifted[d], 1.0 / lifted.length);
        double sum = Arrays.stream(lifted).sum();
        return new DirichletDesign(
                natural, Arrays.stream(lifted).map(w -> w / sum).toArray(), bounds);
    }

    private int index(String domain) {
        int d = natural.domains().indexOf(domain);
        if (d < 0) {
            throw new IllegalArgumentException("no domain " + domain + " in " + natural.domains());
        }
        return d;
    }

    /// The highest weight of a domain in any mixture of this design: 15 times its natural share, at most 1. It
    /// keeps a scarce domain from being repeated too often.
    public double upperBound(int domain) {
        return upperBounds[domain];
    }

    /// Mixtures to train proxies on: Dirichlet draws round the tempered natural mixture, 100 times as many as
    /// needed, without those that exceed an upper bound and without near-duplicates; `count` of the rest picked
    /// at random. Weights are multiples of 2e-4, up to the rescaling to a sum of one.
    ///
    /// @param count at least 1
    /// @throws IllegalArgumentException if so many draws were rejected that fewer than `count` are left
    public List<Mixture> sample(int count, long seed) {
        Random random = new Random(seed);
        List<double[]> kept = new ArrayList<>();
        for (int i = 0; i < count * DRAWS_A_SAMPLE; i++) {
            double strength = LOWEST_STRENGTH
                    * Math.pow(
                            HIGHEST_STRENGTH / LOWEST_STRENGTH, random.nextInt(STRENGTHS) / (double) (STRENGTHS - 1));
            double[] weights = dirichlet(prior, strength, random);
            if (withinBounds(weights)) {
                kept.add(round(weights));
            }
        }
        List<double[]> distinct = withoutNearDuplicates(kept);
        if (distinct.size() < count) {
            throw new IllegalArgumentException("only " + distinct.size() + " of " + count * DRAWS_A_SAMPLE
                    + " random mixtures stay within 15 times the natural shares, " + count + " are needed");
        }
        Collections.shuffle(distinct, random);
        return distinct.subList(0, count).stream()
                .map(weights -> Mixture.proportional(natural.domains(), weights))
                .toList();
    }

    /// Schedules to train proxies on that change their mixture: each starts on a random mixture and, at every
    /// boundary between two stages, changes to a new random one or goes on with its own, with equal chances.
    /// From such runs the effect of a stage's mixture can be told from that of what the run was trained on
    /// before, which constant runs cannot show: there, the one is the other.
    ///
    /// @param count  at least 1
    /// @param stages at least 1; of one stage the schedules are constant
    /// @throws IllegalArgumentException as [#sample]
    public List<MixtureSchedule> sampleSchedules(int count, int stages, long seed) {
        Iterator<Mixture> mixtures = sample(count * stages, seed).iterator();
        Random random = new Random(~seed);
        List<MixtureSchedule> schedules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Mixture> schedule = new ArrayList<>(List.of(mixtures.next()));
            while (schedule.size() < stages) {
                schedule.add(random.nextBoolean() ? mixtures.next() : schedule.getLast());
            }
            schedules.add(new MixtureSchedule(schedule));
        }
        return schedules;
    }

    /// Mixtures for a planner to choose from: Dirichlet draws round the natural mixture with strength 1, as in
    /// RegMix's `regression_fitting/regression.ipynb`. Ours departs from it in one point: draws that exceed an
    /// upper bound of the design are drawn again, so that no plan leaves the region that the proxies could have
    /// shown.
    ///
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public List<Mixture> candidates(int count, long seed) throws InterruptedException {
        Random random = new Random(seed);
        double[] centre = natural.weights();
        List<Mixture> candidates = new ArrayList<>(count);
        while (candidates.size() < count) {
            if (Thread.interrupted()) {
                throw new InterruptedException("drawing candidates");
            }
            double[] weights = dirichlet(centre, 1, random);
            if (withinBounds(weights)) {
                candidates.add(Mixture.proportional(natural.domains(), weights));
            }
        }
        return candidates;
    }

    /// How far a sample goes in the weight of one domain, in a sentence.
    ///
    /// @param sample as [#sample] draws it
    /// @throws IllegalArgumentException if there is no such domain
    public String inWords(List<Mixture> sample, String domain) {
        int d = index(domain);
        double[] weights = sample.stream()
                .mapToDouble(mixture -> mixture.weight(d))
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT,
                "In these %d mixtures %s has %.1f%% to %.1f%% of the tokens (median %.1f%%); its natural share is %.1f%%, and"
                        + " this design goes up to %.1f%%.",
                weights.length,
                domain,
                100 * weights[0],
                100 * weights[weights.length - 1],
                50 * (weights[weights.length / 2] + weights[(weights.length - 1) / 2]),
                100 * natural.weight(d),
                100 * upperBounds[d]);
    }

    private boolean withinBounds(double[] weights) {
        return IntStream.range(0, weights.length).allMatch(i -> weights[i] <= upperBounds[i]);
    }

    private static double[] temper(double[] shares) {
        double[] tempered =
                Arrays.stream(shares).map(w -> Math.pow(w, TEMPERATURE)).toArray();
        double sum = Arrays.stream(tempered).sum();
        return Arrays.stream(tempered).map(w -> w / sum).toArray();
    }

    /// Zeroes what is below the grain, rescales, and rounds to multiples of the grain; the sum may be slightly
    /// off one.
    static double[] round(double[] weights) {
        double[] large = Arrays.stream(weights).map(w -> w < GRAIN ? 0 : w).toArray();
        double sum = Arrays.stream(large).sum();
        return Arrays.stream(large).map(w -> Math.rint(w / sum / GRAIN) * GRAIN).toArray();
    }

    static List<double[]> withoutNearDuplicates(List<double[]> mixtures) {
        List<double[]> sorted = new ArrayList<>(mixtures);
        sorted.sort(Comparator.<double[]>comparingDouble(m -> m[m.length - 1]).thenComparing(Arrays::compare));
        List<double[]> distinct = new ArrayList<>();
        for (double[] mixture : sorted) {
            if (distinct.isEmpty() || distance(mixture, distinct.getLast()) > NEAR_DUPLICATE) {
                distinct.add(mixture);
            }
        }
        return distinct;
    }

    private static double distance(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .sum();
    }

    /// A draw from Dirichlet(prior x strength). Gamma variates are made in log space (Marsaglia and Tsang 2000,
    /// with the boost u^(1/a) for shapes below 1): with shapes near 0.001, as here, the variates themselves
    /// underflow.
    private static double[] dirichlet(double[] prior, double strength, Random random) {
        double[] logs = new double[prior.length];
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < prior.length; i++) {
            double shape = prior[i] * strength;
            logs[i] = shape == 0
                    ? Double.NEGATIVE_INFINITY
                    : logGamma(shape + 1, random) + Math.log(1 - random.nextDouble()) / shape;
            highest = Math.max(highest, logs[i]);
        }
        double sum = 0;
        for (int i = 0; i < logs.length; i++) {
            logs[i] = Math.exp(logs[i] - highest);
            sum += logs[i];
        }
        for (int i = 0; i < logs.length; i++) {
            logs[i] /= sum;
        }
        return logs;
    }

    /// The logarithm of a Gamma(shape, 1) variate, shape at least 1.
    private static double logGamma(double shape, Random random) {
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return Math.log(d * v);
            }
        }
    }
}
