package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.store.LedgerFile;
import io.regmixd.store.Provenance;
import io.regmixd.store.RunFolder;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import tech.tablesaw.api.Table;

/// What is finished of a planned list of runs, in an Arrow file that is rewritten whole as each group of runs
/// ends. A session that plans the same runs finds the finished ones there; one that plans others is told so.
///
/// The folder of the file is held as long as this is open, so that no other process writes there.
public final class Ledger implements AutoCloseable {

    /// Weights are rescaled to sum to one as they are read.
    private static final double ROUNDING = 1e-12;

    private static final String REMEDY =
            "Give this plan a run folder of its own, go back to the plan that is there, or delete the file to start over.";

    private final LedgerFile file;
    private final Closeable hold;
    private final List<Run> planned;
    private final Trajectories empty;
    private final Predicate<String> others;
    private final Map<String, Trajectory> finished = new LinkedHashMap<>();
    private final List<Trajectory> unplanned = new ArrayList<>();

    private Ledger(LedgerFile file, Closeable hold, List<Run> planned, Trajectories empty, Predicate<String> others) {
        this.file = file;
        this.hold = hold;
        this.planned = planned;
        this.empty = empty;
        this.others = others;
    }

    /// Opens the ledger, or plans an empty one where there is no file yet.
    ///
    /// @param provenance what the losses depend on besides the runs' schedules: settings, corpus, seed
    /// @param planned    all runs, finished or not
    /// @param empty      trajectories without runs: domains, stages, tokens a stage
    /// @throws IOException if the file is damaged, or was made with another provenance or other schedules, or
    ///     another process works in its folder; the message names the file, what differs, and the remedy
    /// @throws InterruptedException if the thread is interrupted while another one works in the folder
    public static Ledger open(
            Path file, Provenance provenance, List<Run> planned, Trajectories empty, Progress progress)
            throws IOException, InterruptedException {
        return open(file, provenance, planned, _ -> false, empty, progress);
    }

    /// The same, in a file that may hold runs which are not planned now: they stay there.
    ///
    /// @param others which, by name; others still are refused
    static Ledger open(
            Path file,
            Provenance provenance,
            List<Run> planned,
            Predicate<String> others,
            Trajectories empty,
            Progress progress)
            throws IOException, InterruptedException {
        Closeable hold = RunFolder.hold(file.toAbsolutePath().getParent(), progress);
        try {
            LedgerFile opened = LedgerFile.open(file, provenance, REMEDY);
            Ledger ledger = new Ledger(opened, hold, List.copyOf(planned), empty, others);
            if (opened.saved().isPresent()) {
                ledger.read(file, opened.saved().get());
            }
            return ledger;
        } catch (IOException | RuntimeException e) {
            hold.close();
            throw e;
        }
    }

    private void read(Path path, Table saved) throws IOException {
        Map<String, Trajectory> runs = new LinkedHashMap<>();
        if (!saved.isEmpty()) {
            Trajectories.of(path, saved).runs().forEach(run -> runs.put(run.run(), run));
        }
        for (Run run : planned) {
            Trajectory own = runs.remove(run.name());
            if (own != null) {
                requireSame(run, own);
                finished.put(run.name(), new Trajectory(run.name(), run.schedule(), losses(own), own.divergedAt()));
            }
        }
        runs.values().stream().filter(run -> others.test(run.run())).forEach(unplanned::add);
        runs.keySet().removeIf(others);
        if (!runs.isEmpty()) {
            throw file.refusal("it holds run " + runs.keySet().iterator().next() + ", which is not planned now");
        }
    }

    /// Of a diverged run the file knows only the stages that it completed.
    private void requireSame(Run run, Trajectory saved) throws IOException {
        if (!saved.schedule().domains().equals(empty.domains())) {
            throw file.refusal(
                    "its domains are " + saved.schedule().domains() + ", planned now are " + empty.domains());
        }
        int known = saved.completed() ? empty.stages() : Math.max(1, saved.rows() - 1);
        for (int stage = 0; stage < known; stage++) {
            for (int d = 0; d < empty.domains().size(); d++) {
                double there = saved.schedule().stages().get(stage).weight(d);
                double now = run.schedule().stages().get(stage).weight(d);
                if (Math.abs(there - now) > ROUNDING) {
                    throw file.refusal("run " + run.name() + " was trained on " + there + " of "
                            + empty.domains().get(d) + " in stage " + (stage + 1) + ", planned now is " + now);
                }
            }
        }
    }

    private static double[][] losses(Trajectory run) {
        double[][] losses = new double[run.rows()][];
        for (int stage = 0; stage < run.rows(); stage++) {
            losses[stage] = run.losses(stage);
        }
        return losses;
    }

    /// A decision that holds for all runs of the ledger, as the first session made it, if one has.
    public Optional<String> decided(String key) {
        return file.decided(key);
    }

    /// Makes such a decision and writes the file.
    ///
    /// @throws IOException as [#add]
    public void decide(String key, String decision) throws IOException {
        file.decide(key, decision);
        add(List.of());
    }

    /// The planned runs that are not finished, in their order.
    public List<Run> open() {
        return planned.stream().filter(run -> !finished.containsKey(run.name())).toList();
    }

    /// The finished runs, in the order of the plan.
    public Trajectories trajectories() {
        return empty.withRuns(planned.stream()
                .map(run -> finished.get(run.name()))
                .filter(Objects::nonNull)
                .toList());
    }

    /// Adds finished runs and writes the file.
    ///
    /// @throws IOException if it cannot be written; the old file is untouched then
    public void add(List<Trajectory> runs) throws IOException {
        runs.forEach(run -> finished.put(run.run(), run));
        List<Trajectory> all = new ArrayList<>(trajectories().runs());
        all.addAll(unplanned);
        file.write(empty.withRuns(all).table());
    }

    @Override
    public void close() throws IOException {
        hold.close();
    }
}
