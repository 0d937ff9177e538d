package io.regmixd.data.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Fetches files one after the other, the next one while the one before is read.
public final class FetchAhead implements AutoCloseable {

    private static final long POLL_MILLIS = 200;

    private final List<SourceFile> files;
    private final Fetcher fetcher;
    private final Path folder;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("fetch-", 0).factory());
    private final Map<Integer, Future<Path>> started = new HashMap<>();
    private volatile String state = "";

    /// @param files  in the order in which they are taken; not all need be
    /// @param folder for files that are not on this machine yet
    public FetchAhead(List<SourceFile> files, Fetcher fetcher, Path folder) {
        this.files = files;
        this.fetcher = fetcher;
        this.folder = folder;
    }

    /// The file at this place, which is waited for, while the next one is begun.
    ///
    /// @param told hears how far the transfer has come, on this thread
    public Path take(int place, Consumer<String> told) throws IOException, InterruptedException {
        start(place);
        if (place + 1 < files.size()) {
            start(place + 1);
        }
        while (true) {
            try {
                return started.get(place).get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                told.accept(state);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException cause -> throw cause;
                    case RuntimeException cause -> throw cause;
                    case Error cause -> throw cause;
                    default -> throw new IOException(e.getCause());
                }
            }
        }
    }

    private void start(int place) {
        started.computeIfAbsent(
                place, _ -> thread.submit(() -> fetcher.fetch(files.get(place), folder, text -> state = text)));
    }

    /// Ends a transfer under way, and waits for its end: what it writes to may be gone or another's afterwards.
    @Override
    public void close() {
        thread.shutdownNow();
        thread.close();
    }
}
