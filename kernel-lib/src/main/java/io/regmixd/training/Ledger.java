package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.Provenance;
import io.regmixd.store.RunFolder;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What is finished of a planned list of runs, in an Arrow file that is rewritten whole as each group of runs
/// ends. A session that plans the same runs finds the finished ones there; one that plans others is told so.
///
/// The folder of the file is held as long as this is open, so that no other process writes there.
public final class Ledger implements AutoCloseable {

    /// Weights are rescaled to sum to one as they are read.
    private static final double ROUNDING = 1e-12;

    private static final String REMEDY = "Give this plan a run folder of its own, or delete the file to start over.";

    private final Path file;
    private final Closeable hold;
    private final Map<String, String> metadata;
    private final List<Run> planned;
    private final Trajectories empty;
    private final Map<String, Trajectory> finished = new LinkedHashMap<>();

    private Ledger(Path file, Closeable hold, Provenance provenance, List<Run> planned, Trajectories empty) {
        this.file = file;
        this.hold = hold;
        this.metadata = new HashMap<>(provenance.metadata());
        this.planned = planned;
        this.empty = empty;
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
        Closeable hold = RunFolder.hold(file.toAbsolutePath().getParent(), progress);
        Ledger ledger = new Ledger(file, hold, provenance, List.copyOf(planned), empty);
        try {
            if (Files.exists(file)) {
                ledger.read(ArrowFile.read(file), provenance);
            }
            return ledger;
        } catch (IOException | RuntimeException e) {
            hold.close();
            throw e;
        }
    }

    private IOException other(String difference) {
        return new IOException(file + " belongs to another plan: " + difference + "\n" + REMEDY);
    }

    private void read(ArrowFile saved, Provenance provenance) throws IOException {
        provenance.require(file, saved.metadata(), REMEDY);
        metadata.putAll(saved.metadata());
        Map<String, Trajectory> runs = new LinkedHashMap<>();
        if (!saved.table().isEmpty()) {
            Trajectories.of(file, saved.table()).runs().forEach(run -> runs.put(run.run(), run));
        }
        for (Run run : planned) {
            Trajectory own = runs.remove(run.name());
            if (own != null) {
                requireSame(run, own);
                finished.put(run.name(), new Trajectory(run.name(), run.schedule(), losses(own), own.divergedAt()));
            }
        }
        if (!runs.isEmpty()) {
            throw other("it holds run " + runs.keySet().iterator().next() + ", which is not planned now");
        }
    }

    /// Of a diverged run the file knows only the stages that it completed.
    private void requireSame(Run run, Trajectory saved) throws IOException {
        if (!saved.schedule().domains().equals(empty.domains())) {
            throw other("its domains are " + saved.schedule().domains() + ", planned now are " + empty.domains());
        }
        int known = saved.completed() ? empty.stages() : Math.max(1, saved.rows() - 1);
        for (int stage = 0; stage < known; stage++) {
            for (int d = 0; d < empty.domains().size(); d++) {
                double there = saved.schedule().stages().get(stage).weight(d);
                double now = run.schedule().stages().get(stage).weight(d);
                if (Math.abs(there - now) > ROUNDING) {
                    throw other("run " + run.name() + " was trained on " + there + " of "
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

    /// A decision that holds for all runs of the ledger, as the first session made it; null if none has.
    public String decided(String key) {
        return metadata.get(key);
    }

    /// Makes such a decision and writes the file.
    ///
    /// @throws IOException as [#add]
    public void decide(String key, String decision) throws IOException {
        metadata.put(key, decision);
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
        ArrowFile.write(file, trajectories().table(), metadata);
    }

    @Override
    public void close() throws IOException {
        hold.close();
    }
}
