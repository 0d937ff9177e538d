package io.regmixd.regression;

import io.regmixd.mixture.Mixture;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What a regression is fitted on and asked at. A row is a run's mixture, or a stage's mixture and the state that it
/// met, or numbers of one's own. Each regressor takes the view that suits it: a kernel needs distances that mean
/// something ([#scaled()]), a law is a function of the weights themselves ([#bare()]).
///
/// Immutable; the arrays that it hands out are its own and must not be changed.
public final class Rows {

    private static final double LEAST_WEIGHT = 1e-3; // weights far below it count as none
    private static final double LARGEST_LOG = Math.log1p(1 / LEAST_WEIGHT);
    private static final double OWN_SCALE = 2; // the roots of the other weights vary by less, and matter less

    private final double[][] scaled;
    private final int domains; // of whole runs; 0 for other rows

    private Rows(double[][] scaled, int domains) {
        this.scaled = scaled;
        this.domains = domains;
    }

    /// Numbers of one's own, which every regressor takes as they are.
    ///
    /// @param numbers shape `[rows][numbers]`
    public static Rows of(double[][] numbers) {
        return new Rows(numbers, 0);
    }

    /// Whole runs, of which only the mixture is known. What is predicted is the logarithm of a loss.
    ///
    /// Scaled, they are the square roots of the weights, whose distance is Hellinger's, so that rare domains
    /// count, and the logarithms of all weights, from 0 for no weight to 1 for all of it, because a loss falls
    /// steeply with the first tokens of its own domain. They serve every domain.
    static Rows ofRuns(List<Mixture> mixtures) {
        double[][] scaled = IntStream.range(0, mixtures.size())
                .parallel()
                .mapToObj(i -> scaled(mixtures.get(i)))
                .toArray(double[][]::new);
        return new Rows(scaled, mixtures.isEmpty() ? 0 : mixtures.getFirst().size());
    }

    private static double[] scaled(Mixture mixture) {
        int domains = mixture.size();
        double[] row = new double[2 * domains];
        for (int d = 0; d < domains; d++) {
            row[d] = Math.sqrt(mixture.weight(d));
            row[domains + d] = Math.log(1 + mixture.weight(d) / LEAST_WEIGHT) / LARGEST_LOG;
        }
        return row;
    }

    /// Stages of training, each on a mixture and from a state, for the loss of one domain: the square roots of the
    /// weights, the logarithm of the domain's own weight, from 0 for no weight to 2 for all of it, and the state.
    ///
    /// @param state shape `[stages][numbers]`, on scales of the caller's
    static Rows ofStages(List<Mixture> mixtures, int domain, double[][] state) {
        double[][] scaled = new double[state.length][];
        for (int i = 0; i < scaled.length; i++) {
            Mixture mixture = mixtures.get(i);
            int domains = mixture.size();
            double[] row = new double[domains + 1 + state[i].length];
            for (int d = 0; d < domains; d++) {
                row[d] = Math.sqrt(mixture.weight(d));
            }
            row[domains] = OWN_SCALE * Math.log1p(mixture.weight(domain) / LEAST_WEIGHT) / LARGEST_LOG;
            System.arraycopy(state[i], 0, row, domains + 1, state[i].length);
            scaled[i] = row;
        }
        return of(scaled);
    }

    /// How many rows there are.
    public int size() {
        return scaled.length;
    }

    /// The rows as numbers whose distances mean something, shape `[rows][numbers]`.
    public double[][] scaled() {
        return scaled;
    }

    /// Of whole runs the weights, shape `[rows][domains]`; other rows as they are [#scaled()].
    public double[][] bare() {
        if (!areRuns()) {
            return scaled;
        }
        double[][] weights = new double[scaled.length][domains];
        // The last bit decides between splits of equal gain: all published figures rest on squared roots.
        Arrays.parallelSetAll(weights, i -> {
            Arrays.setAll(weights[i], d -> scaled[i][d] * scaled[i][d]);
            return weights[i];
        });
        return weights;
    }

    /// Whether the rows are whole runs, so that a mixture is all that decides, and what is predicted is the logarithm
    /// of a loss.
    public boolean areRuns() {
        return domains > 0;
    }

    /// @throws IllegalArgumentException as [Regressor#fit] says
    public void requireUsable(double[] y) {
        if (scaled.length != y.length) {
            throw new IllegalArgumentException(
                    scaled.length + " rows of features for " + y.length + " values to predict");
        }
        if (scaled.length < 2) {
            throw new IllegalArgumentException("a regression needs at least 2 rows, got " + scaled.length);
        }
        for (int i = 0; i < scaled.length; i++) {
            if (scaled[i].length != scaled[0].length || scaled[i].length == 0) {
                throw new IllegalArgumentException(
                        "row " + i + " has " + scaled[i].length + " features, row 0 has " + scaled[0].length);
            }
            if (!Double.isFinite(y[i]) || !Arrays.stream(scaled[i]).allMatch(Double::isFinite)) {
                throw new IllegalArgumentException("row " + i + " holds a number that is not finite");
            }
        }
    }
}
