package io.regmixd.trajectory;

import io.regmixd.mixture.Mixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What runs on mixtures ended with: the validation losses of some of their domains. It comes from a sweep of
/// one's own, or from files such as RegMix published.
///
/// Immutable; the losses of a run stand in the order of [#measured()].
public final class FinalLosses {

    private static final String WEIGHT_PREFIX = "train_the_pile_";
    private static final String LOSS_PREFIX = "metric/the_pile_";
    private static final String LOSS_SUFFIX = "_val_loss";

    private final List<String> measured;
    private final List<Mixture> mixtures;
    private final double[][] losses; // [runs][measured], nats per token

    private FinalLosses(List<String> measured, List<Mixture> mixtures, double[][] losses) {
        this.measured = measured;
        this.mixtures = mixtures;
        this.losses = losses;
    }

    /// @param measured the domains whose losses were measured, each one of the mixtures' domains
    /// @param mixtures one per run, all over the same domains
    /// @param losses   shape `[runs][measured]`, nats per token, positive
    /// @throws IllegalArgumentException if there are no runs, the shapes differ, a measured domain is none of
    ///     the mixtures', or a loss is not positive and finite
    public static FinalLosses of(List<String> measured, List<Mixture> mixtures, double[][] losses) {
        if (mixtures.isEmpty() || mixtures.size() != losses.length) {
            throw new IllegalArgumentException(mixtures.size() + " mixtures and " + losses.length
                    + " rows of losses: one row per run, at least one");
        }
        List<String> domains = mixtures.getFirst().domains();
        for (String domain : measured) {
            if (!domains.contains(domain)) {
                throw new IllegalArgumentException(
                        "losses of " + domain + ", which is none of the mixtures' domains " + domains);
            }
        }
        for (int i = 0; i < losses.length; i++) {
            mixtures.get(i).requireDomains(domains);
            Trajectory.requireLosses(losses[i], measured.size(), "run " + (i + 1));
        }
        return new FinalLosses(
                List.copyOf(measured),
                List.copyOf(mixtures),
                Arrays.stream(losses).map(double[]::clone).toArray(double[][]::new));
    }

    /// The runs of a sweep that did not diverge, each with the mean of its schedule.
    ///
    /// @throws IllegalArgumentException if fewer than eight runs completed, or one of their losses is not
    ///                                  positive
    public static FinalLosses of(Trajectories trajectories) {
        var runs = trajectories.usable();
        return of(
                trajectories.domains(),
                runs.stream().map(run -> run.schedule().mean()).toList(),
                runs.stream().map(run -> run.losses(trajectories.stages())).toArray(double[][]::new));
    }

    /// Reads a pair of files as RegMix published them: each with a header, an `index` that pairs the rows, and a
    /// column a domain. RegMix's prefixes and suffixes (`train_the_pile_`, `metric/the_pile_`, `_val_loss`) are
    /// taken off the names; without them a name is taken as it stands. Weights are rescaled to sum to one, from
    /// which published ones differ by rounding.
    ///
    /// @throws IOException              if a file cannot be read
    /// @throws IllegalArgumentException if a line is not as described; the message names file and line
    public static FinalLosses read(Path mixtures, Path losses) throws IOException {
        Csv weights = Csv.read(mixtures);
        Csv nats = Csv.read(losses);
        if (!weights.index.equals(nats.index)) {
            throw new IllegalArgumentException(
                    mixtures + " and " + losses + " are no pair: their columns index differ");
        }
        List<String> domains = weights.names.stream()
                .map(name -> name.replace(WEIGHT_PREFIX, ""))
                .toList();
        List<String> measured = nats.names.stream()
                .map(name -> name.replace(LOSS_PREFIX, "").replace(LOSS_SUFFIX, ""))
                .toList();
        return of(
                measured,
                weights.rows.stream()
                        .map(row -> Mixture.proportional(domains, row))
                        .toList(),
                nats.rows.toArray(double[][]::new));
    }

    /// The domains of the mixtures.
    public List<String> domains() {
        return mixtures.getFirst().domains();
    }

    /// The domains whose losses were measured.
    public List<String> measured() {
        return measured;
    }

    /// What the runs were trained on.
    public List<Mixture> mixtures() {
        return mixtures;
    }

    /// One domain's losses, one per run, nats per token; a copy.
    ///
    /// @throws IllegalArgumentException if this domain's loss was not measured
    public double[] losses(String domain) {
        int column = measured.indexOf(domain);
        if (column < 0) {
            throw new IllegalArgumentException("no losses of " + domain + " were measured, only of " + measured);
        }
        return Arrays.stream(losses).mapToDouble(row -> row[column]).toArray();
    }

    /// Some of the runs.
    ///
    /// @param runs their places, 0 for the first
    public FinalLosses runs(int... runs) {
        return new FinalLosses(
                measured,
                Arrays.stream(runs).mapToObj(mixtures::get).toList(),
                Arrays.stream(runs).mapToObj(i -> losses[i]).toArray(double[][]::new));
    }

    /// How many runs there are.
    public int size() {
        return losses.length;
    }

    private record Csv(List<String> names, List<String> index, List<double[]> rows) {

        static Csv read(Path file) throws IOException {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.getFirst().startsWith("index,")) {
                throw new IllegalArgumentException(file + " does not begin with a header index,...");
            }
            String[] header = lines.getFirst().split(",", -1);
            List<String> index = new ArrayList<>();
            List<double[]> rows = new ArrayList<>();
            for (int n = 1; n < lines.size(); n++) {
                if (lines.get(n).isBlank()) {
                    continue;
                }
                String[] cells = lines.get(n).split(",", -1);
                if (cells.length != header.length) {
                    throw new IllegalArgumentException(file + ", line " + (n + 1) + ": " + cells.length
                            + " cells, the header has " + header.length);
                }
                index.add(cells[0]);
                try {
                    rows.add(Arrays.stream(cells, 1, cells.length)
                            .mapToDouble(Double::parseDouble)
                            .toArray());
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(file + ", line " + (n + 1) + ": " + e.getMessage(), e);
                }
            }
            return new Csv(List.of(header).subList(1, header.length), index, rows);
        }
    }
}
