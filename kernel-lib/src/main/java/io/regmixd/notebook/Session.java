package io.regmixd.notebook;

import io.regmixd.Progress;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.Json;
import io.regmixd.store.Provenance;
import io.regmixd.store.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// A notebook at work in its run folder: where files lie, which phase runs for how long, and where plots go.
///
/// The environment says where things are: `REGMIXD_HOME` (the project; the working directory where it is not set),
/// `REGMIXD_RUNS` (the folder that holds the run folders; `runs` in the project) and `REGMIXD_DATA` (prepared
/// corpora; `data` in the project).
public final class Session {

    private static final Map<Path, Session> OPEN = new HashMap<>();
    private static final Pattern LINE = Pattern.compile("(.{1,100})(?: |$)");

    private final RunFolder run;
    private final LongSupplier clock;
    private final Map<String, Long> nanosByPhase = new LinkedHashMap<>();
    private final Map<String, ProgressDisplay> displays = new LinkedHashMap<>();
    private String phase;
    private long phaseStarted;

    /// @param clock nanoseconds, from any start
    Session(RunFolder run, LongSupplier clock) {
        this.run = run;
        this.clock = clock;
    }

    /// The session of one set of parameters, in a run folder of its own, which it says at once. The parameters are
    /// kept there as `parameters.json`. Running the cell again gives the same session back.
    ///
    /// @param notebook   begins the name of the run folder: letters, digits, `-`, `_` and `.`
    /// @param run        the run folder; a relative one is relative to where [#runs()] lies. Empty for
    ///     `runs/NOTEBOOK-HASH`, where the hash is the parameters'
    /// @param parameters all that decide the result, by name: numbers, strings, or lists and maps of these. What
    ///     only adds to it, as more seeds do, is better left out: it goes on in the same folder
    /// @throws IOException if the folder cannot be made or written, another process works in it, or it belongs to
    ///     other parameters: the message says which differ
    public static Session open(String notebook, String run, Map<String, ?> parameters) throws IOException {
        return open(runs(), notebook, run, parameters);
    }

    static synchronized Session open(Path runs, String notebook, String run, Map<String, ?> parameters)
            throws IOException {
        if (!notebook.matches("[A-Za-z0-9_.-]+")) {
            throw new IllegalArgumentException("notebook " + notebook + ": only letters, digits, - _ . name a folder");
        }
        Provenance made = Provenance.of(Map.of("notebook", notebook, "parameters", parameters));
        Path folder = run.isBlank()
                ? runs.resolve(notebook + "-" + made.hash().substring(0, 8))
                : runs.resolveSibling(run.strip()).normalize();
        boolean opened = OPEN.containsKey(folder);
        Session session = open(folder);
        try {
            boolean goesOn = session.keep(made, parameters, notebook);
            Kernel.tellRun(session.folder(), (goesOn ? "Going on in " : "Running in ") + session.shown(), goesOn);
        } catch (IOException e) {
            if (!opened) {
                OPEN.remove(folder);
                session.run.close();
            }
            throw e;
        }
        return session;
    }

    /// Keeps the parameters in the folder, or compares those that are there.
    ///
    /// @return whether they were there
    private boolean keep(Provenance made, Map<String, ?> parameters, String notebook) throws IOException {
        Path file = file("parameters.json");
        if (!Files.exists(file)) {
            Map<String, Object> kept = new LinkedHashMap<>();
            kept.put("notebook", notebook);
            kept.put("parameters", new TreeMap<>(parameters));
            Json.write(kept, file);
            return false;
        }
        String difference = made.difference(Json.read(file).toString());
        if (!difference.isEmpty()) {
            throw new IOException("run folder " + shown() + " belongs to another run: " + difference
                    + "\nLeave RUN empty, or name another folder, to run with what is set now; or set what was there,"
                    + " to go on with that run.");
        }
        return true;
    }

    /// The session in a folder of choice.
    ///
    /// @throws IOException if the folder cannot be made or written, or another process works in it
    public static synchronized Session open(Path folder) throws IOException {
        Path key = folder.toAbsolutePath().normalize();
        if (!OPEN.containsKey(key)) {
            OPEN.put(key, new Session(RunFolder.open(key), System::nanoTime));
        }
        return OPEN.get(key);
    }

    /// The project: where `data-manifests` lies.
    public static Path home() {
        return fromEnvironment("REGMIXD_HOME", Path.of("").toAbsolutePath());
    }

    /// Where prepared corpora lie, shared by all runs.
    public static Path data() {
        return fromEnvironment("REGMIXD_DATA", home().resolve("data"));
    }

    /// The folder that holds the run folders.
    public static Path runs() {
        return home().toAbsolutePath()
                .resolve(fromEnvironment("REGMIXD_RUNS", Path.of("runs")))
                .normalize();
    }

    /// Where the sweeps lie that all runs share, see [io.regmixd.training.ProxySweep#sharedIn].
    public static Path sweeps() {
        return runs().resolve("sweeps");
    }

    private static Path fromEnvironment(String name, Path otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : Path.of(value);
    }

    /// The run folder.
    public Path folder() {
        return run.path();
    }

    /// A file of the run folder.
    public Path file(String name) {
        return run.file(name);
    }

    /// Starts the clock of a phase, ending the one before, and gives a progress display for its steps.
    ///
    /// Where the cell before was interrupted and its thread still saves what it finished, that comes to its end
    /// first: two cells never work at once.
    ///
    /// @throws InterruptedException if the thread is interrupted while it waits for that
    public Progress phase(String name) throws InterruptedException {
        Kernel.finishInterrupted();
        endPhase();
        phase = name;
        ProgressDisplay display = new ProgressDisplay();
        displays.put(name, display);
        return display;
    }

    /// What each phase's progress said last, in the order of their beginnings.
    Map<String, String> progress() {
        Map<String, String> said = new LinkedHashMap<>();
        displays.forEach((name, display) -> said.put(name, display.said()));
        return said;
    }

    private void endPhase() {
        long now = clock.getAsLong();
        if (phase != null) {
            nanosByPhase.merge(phase, now - phaseStarted, Long::sum);
        }
        phaseStarted = now;
    }

    /// Saves a plot as `plots/NAME.png` in the run folder and hands it on, to be shown by the cell.
    ///
    /// @throws IOException if the file cannot be written
    public Plot show(String name, Plot plot) throws IOException {
        Files.createDirectories(file("plots"));
        plot.save(file("plots").resolve(name + ".png"));
        return plot;
    }

    /// Leaves a table as `NAME.arrow` in the run folder, for other tools and later sessions.
    ///
    /// @throws IOException              if the file cannot be written
    /// @throws IllegalArgumentException if a value is missing
    public void save(String name, Table table) throws IOException {
        ArrowFile.write(file(name + ".arrow"), table, Map.of());
    }

    /// Prints sentences in lines of at most 100 characters, broken between words: a notebook breaks longer ones
    /// anywhere.
    public void say(String sentences) {
        System.out.println(lines(sentences));
    }

    static String lines(String sentences) {
        return sentences
                .lines()
                .map(line -> LINE.matcher(line).replaceAll("$1\n").stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    /// The run folder, as seen from the project.
    @Override
    public String toString() {
        return "run folder " + shown();
    }

    /// The run folder, as seen from the project.
    String shown() {
        Path home = home().toAbsolutePath().normalize();
        return (folder().startsWith(home) ? home.relativize(folder()) : folder()).toString();
    }

    /// Wall time by phase since this session was opened: `phase, seconds, share`, the training steps' own time
    /// as a row of its own below.
    ///
    /// @param trainingSeconds time spent inside training steps
    public Table times(double trainingSeconds) {
        endPhase();
        StringColumn phases = StringColumn.create("phase", List.copyOf(nanosByPhase.keySet()));
        DoubleColumn seconds = DoubleColumn.create("seconds");
        DoubleColumn share = DoubleColumn.create("share");
        double total = nanosByPhase.values().stream().mapToLong(Long::longValue).sum() / 1e9;
        List<Double> rows = new ArrayList<>();
        nanosByPhase.values().forEach(nanos -> rows.add(nanos / 1e9));
        rows.add(total);
        rows.add(trainingSeconds);
        phases.append("all").append("of which training steps");
        for (double row : rows) {
            seconds.append(Math.round(10 * row) / 10.0);
            share.append(Math.round(1000 * row / total) / 1000.0);
        }
        return Table.create("times", phases, seconds, share);
    }
}
