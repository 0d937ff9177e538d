package io.regmixd.notebook;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The Jupyter kernel that this process is, if it is one. The kernel calls [#start] when it starts;
/// nobody else needs to.
public final class Kernel {

    /// Marks a display as progress: it lives beside `display_id` in the message's transient part, which
    /// notebooks never store. A headless runner shows such displays' `text/plain` in its terminal.
    static final String PROGRESS_KEY = "regmixd_progress";

    /// Marks, in the same way, the display that says which run folder a session works in: an object of `folder`, the
    /// absolute path, and `goes_on`, whether a run was begun there before.
    private static final String RUN_KEY = "regmixd_run";

    /// The first that is running wins.
    private static final List<String> ADAPTERS = List.of("IJavaAdapter", "JJavaAdapter", "RapaioAdapter");

    private static final System.Logger LOG = System.getLogger(Kernel.class.getName());

    private Kernel() {}

    /// Makes the kernel show [Rich] values and Tablesaw tables well, and ends this process when the one that
    /// started it is gone: a killed notebook server or headless runner must not leave a process with gigabytes
    /// behind.
    ///
    /// Does nothing outside a kernel.
    public static void start() {
        running().ifPresent(kernel -> {
            kernel.register();
            endWithParent();
        });
    }

    /// Waits for the threads of interrupted cells. The kernel calls a cell over as soon as it is interrupted,
    /// while its thread may still be saving what it finished: the next cell waits for it, and a runner that stops
    /// calls this before it ends the process.
    public static void finishInterrupted() throws InterruptedException {
        while (Thread.getAllStackTraces().entrySet().stream().anyMatch(Kernel::runsAnotherCell)) {
            Thread.sleep(50);
        }
    }

    private static boolean runsAnotherCell(Map.Entry<Thread, StackTraceElement[]> thread) {
        return thread.getKey() != Thread.currentThread()
                && thread.getKey().getName().startsWith("IJava-executor-")
                && Arrays.stream(thread.getValue())
                        .noneMatch(frame -> frame.getMethodName().equals("getTask")); // idle in its pool
    }

    /// Whether a cell is running here, so that [#publish] reaches a notebook.
    static boolean active() {
        return running().filter(Adapter::attached).isPresent();
    }

    /// Shows a progress display below the running cell, or changes it where it stands.
    ///
    /// @param bundle forms by MIME type
    /// @param id     names the display
    /// @param first  whether it is new
    static void publish(Map<String, Object> bundle, String id, boolean first) {
        running().ifPresent(kernel -> kernel.show(bundle, Map.of("display_id", id, PROGRESS_KEY, true), first));
    }

    /// Shows which run folder a session works in, and lets a headless runner know. Without a kernel of ours to show
    /// it, it is printed.
    static void tellRun(Path folder, String sentence, boolean goesOn) {
        if (!active()) {
            System.out.println(sentence);
            return;
        }
        Map<String, Object> run = Map.of("folder", folder.toString(), "goes_on", goesOn);
        running().ifPresent(kernel -> kernel.show(Map.of("text/plain", sentence), Map.of(RUN_KEY, run), true));
    }

    private static Optional<Adapter> running() {
        return ADAPTERS.stream().map(Kernel::load).flatMap(Optional::stream).findFirst();
    }

    /// A kernel's classes are there only where it is the kernel.
    private static Optional<Adapter> load(String name) {
        try {
            Adapter adapter = Class.forName(Kernel.class.getPackageName() + "." + name)
                    .asSubclass(Adapter.class)
                    .getDeclaredConstructor()
                    .newInstance();
            return adapter.running() ? Optional.of(adapter) : Optional.empty();
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "not in the kernel of {0}: {1}", name, e);
            return Optional.empty();
        }
    }

    private static void endWithParent() {
        String parent = System.getenv("JPY_PARENT_PID"); // set by every Jupyter front end
        if (parent == null || !parent.matches("[1-9]\\d{0,17}")) {
            return;
        }
        CompletableFuture<ProcessHandle> gone = ProcessHandle.of(Long.parseLong(parent))
                .map(ProcessHandle::onExit)
                .orElseGet(CompletableFuture::new);
        // halt, not exit: shutdown hooks may wait for a running cell
        var _ = gone.thenRun(() -> Runtime.getRuntime().halt(1));
    }
}
