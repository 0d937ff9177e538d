package io.regmixd.trajectory;

import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// The trajectories of several runs over the same domains and stages, as values and as a Tablesaw frame.
///
/// @param domains       the domains, in the order of every loss vector
/// @param stages        how many stages each run has
/// @param tokensAStage  training tokens in one stage
/// @param runs          one per run, in the order of the design; diverged runs included
public record Trajectories(List<String> domains, int stages, long tokensAStage, List<Trajectory> runs) {

    /// Fewer say nothing about how the mixture decides the losses.
    public static final int FEWEST_RUNS = 8;

    static final String COMPLETED = "completed";
    static final String DIVERGED = "diverged at step ";

    /// @throws IllegalArgumentException if a run has other domains or another number of stages
    public Trajectories {
        domains = List.copyOf(domains);
        runs = List.copyOf(runs);
        for (Trajectory run : runs) {
            MixtureSchedule schedule = run.schedule();
            if (!schedule.domains().equals(domains) || schedule.size() != stages) {
                throw new IllegalArgumentException("run " + run.run() + " has " + schedule.size() + " stages over "
                        + schedule.domains() + ", expected " + stages + " over " + domains);
            }
        }
    }

    /// The runs that did not diverge: what a regression may be fitted on.
    public List<Trajectory> completed() {
        return runs.stream().filter(Trajectory::completed).toList();
    }

    /// The runs that a regression may be fitted on: those that did not diverge.
    ///
    /// @throws IllegalArgumentException if there are fewer than [#FEWEST_RUNS], or a loss is not positive
    public List<Trajectory> usable() {
        List<Trajectory> usable = completed();
        if (usable.size() < FEWEST_RUNS) {
            throw new IllegalArgumentException(usable.size() + " completed runs (" + (runs.size() - usable.size())
                    + " diverged) are too few to fit a regression on, which takes at least " + FEWEST_RUNS
                    + ": train more proxies, or lower the learning rate if they diverge");
        }
        for (Trajectory run : usable) {
            for (int stage = 0; stage < run.rows(); stage++) {
                Trajectory.requireLosses(run.losses(stage), domains.size(), "run " + run.run());
            }
        }
        return usable;
    }

    /// The same, for some of the runs only.
    public Trajectories withRuns(List<Trajectory> some) {
        return new Trajectories(domains, stages, tokensAStage, some);
    }

    /// What a ledger holds now; the sweep that writes it may be under way, here or in another process.
    ///
    /// Of a diverged run the file tells the mixtures up to the stage in which it diverged; the last known one
    /// stands in for those after.
    ///
    /// @param file as [io.regmixd.training.ProxySweep] and [#table()] leave it: `sweep.arrow`, `target.arrow`
    /// @throws IOException if there is none, it is damaged or holds something else; the message names it and
    ///     the remedy
    public static Trajectories read(Path file) throws IOException {
        return of(file, ArrowFile.read(file).table());
    }

    public static Trajectories of(Path file, Table table) throws IOException {
        try {
            return TrajectoriesTable.read(table);
        } catch (RuntimeException e) { // a column or a row that is not there
            throw new IOException(
                    file + " holds no trajectories: " + e.getMessage()
                            + ". Expected the columns of sweep.arrow, all domains in every stage",
                    e);
        }
    }

    /// Long format, one row per run, stage and domain: `run, status, stage, tokens, domain, weight, loss_nats`.
    /// Stage 0 is the untrained model; `weight` is the domain's weight in the stage that the row ends (in stage
    /// 0, in the first); `status` is `completed` or `diverged at step N`, the same in all rows of a run.
    public Table table() {
        StringColumn run = StringColumn.create("run");
        StringColumn status = StringColumn.create("status");
        IntColumn stage = IntColumn.create("stage");
        LongColumn tokens = LongColumn.create("tokens");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn weight = DoubleColumn.create("weight");
        DoubleColumn loss = DoubleColumn.create("loss_nats");
        for (Trajectory trajectory : runs) {
            for (int s = 0; s < trajectory.rows(); s++) {
                for (int d = 0; d < domains.size(); d++) {
                    run.append(trajectory.run());
                    status.append(status(trajectory));
                    stage.append(s);
                    tokens.append(s * tokensAStage);
                    domain.append(domains.get(d));
                    weight.append(trajectory
                            .schedule()
                            .stages()
                            .get(Math.max(s, 1) - 1)
                            .weight(d));
                    loss.append(trajectory.loss(s, d));
                }
            }
        }
        return Table.create("trajectories", run, status, stage, tokens, domain, weight, loss);
    }

    private static String status(Trajectory trajectory) {
        return trajectory.completed()
                ? COMPLETED
                : DIVERGED + trajectory.divergedAt().getAsInt();
    }

    /// What the runs show of one domain's loss, in a sentence: the best, the worst, and how much of the domain the
    /// better and the worse half had in their mixtures.
    ///
    /// @throws IllegalArgumentException if there is no such domain, or fewer than two runs were completed
    public String inWords(String domain) {
        int d = domains.indexOf(domain);
        if (d < 0 || completed().size() < 2) {
            throw new IllegalArgumentException(
                    completed().size() + " completed runs over " + domains + " say nothing of " + domain);
        }
        List<Trajectory> ranked = completed().stream()
                .sorted(Comparator.comparingDouble(run -> run.loss(stages, d)))
                .toList();
        int half = ranked.size() / 2;
        return String.format(
                Locale.ROOT,
                "The loss on %s ends between %.3f and %.3f nats per token; the better half of the %d runs had %.1f%% of %1$s"
                        + " in their mixtures, the worse half %.1f%%.",
                domain,
                ranked.getFirst().loss(stages, d),
                ranked.getLast().loss(stages, d),
                ranked.size(),
                100 * meanWeight(ranked.subList(0, half), d),
                100 * meanWeight(ranked.subList(ranked.size() - half, ranked.size()), d));
    }

    private static double meanWeight(List<Trajectory> runs, int domain) {
        return runs.stream()
                .mapToDouble(run -> run.schedule().mean().weight(domain))
                .average()
                .orElseThrow();
    }
}
