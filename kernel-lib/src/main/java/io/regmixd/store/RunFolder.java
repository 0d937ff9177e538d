package io.regmixd.store;

import io.regmixd.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The folder of one run, held by one session at a time: its file `.lock` is a [LockFile].
public final class RunFolder implements Closeable {

    private static final String STEP = "Waiting for the run folder";
    private static final String LOCK = ".lock";
    private static final int ASK_AGAIN_MILLIS = 500;

    /// The threads of this process that write in a folder, one at a time.
    private static final Map<Path, ReentrantLock> WRITERS = new ConcurrentHashMap<>();

    private final Path folder;
    private final LockFile lock;

    private RunFolder(Path folder, LockFile lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Takes hold of a folder, which is made if missing. Unfinished files of a session that was killed are
    /// removed from it (see [WholeFile]).
    ///
    /// @throws IOException if another session, or this one, holds it (the message names the owner's process,
    ///     its host and since when), or nothing can be written there
    public static RunFolder open(Path folder) throws IOException {
        Optional<RunFolder> open = tryOpen(folder);
        if (open.isPresent()) {
            return open.get();
        }
        throw new IOException("run folder " + folder + " is in use by " + owner(folder)
                + ". Close it there or end that session, or choose another folder");
    }

    /// @return empty if it is in use
    private static Optional<RunFolder> tryOpen(Path folder) throws IOException {
        try {
            Path real = made(folder);
            Optional<LockFile> lock = LockFile.tryLock(real.resolve(LOCK));
            if (lock.isPresent()) {
                removeUnfinished(real);
            }
            return lock.map(held -> new RunFolder(real, held));
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static String owner(Path folder) throws IOException {
        return LockFile.owner(folder.resolve(LOCK));
    }

    /// Keeps other processes, and other threads of this one, out of a folder for a while. A thread that has it
    /// may take it again.
    ///
    /// In a notebook the cell after an interrupted one may start while that one's thread still saves what it
    /// finished: it waits here until the folder is free, and says so.
    ///
    /// @param progress hears of the wait, if there is one
    /// @return what gives the folder up again, in the same thread
    /// @throws IOException          if another process holds it, or nothing can be written there, as
    ///                              [#open(Path)]
    /// @throws InterruptedException if the thread is interrupted while it waits
    public static Closeable hold(Path folder, Progress progress) throws IOException, InterruptedException {
        return hold(folder, () -> open(folder), progress);
    }

    /// As [#hold(Path, Progress)], and waits for another process, too: for what several runs share, where the one
    /// that comes second wants what the first one makes.
    ///
    /// @throws IOException          if nothing can be written there
    /// @throws InterruptedException if the thread is interrupted while it waits
    public static Closeable await(Path folder, Progress progress) throws IOException, InterruptedException {
        return hold(
                folder,
                () -> {
                    Optional<RunFolder> open = tryOpen(folder);
                    for (int asked = 0; open.isEmpty(); asked++) {
                        if (asked == 0) {
                            progress.update(STEP, 0, folder + " is in use by " + owner(folder));
                        }
                        Thread.sleep(ASK_AGAIN_MILLIS);
                        open = tryOpen(folder);
                        if (open.isPresent()) {
                            progress.update(STEP, 1, folder + " is free");
                        }
                    }
                    return open.get();
                },
                progress);
    }

    /// How a folder is opened that no thread of this process has.
    private interface Opening {
        RunFolder open() throws IOException, InterruptedException;
    }

    private static Closeable hold(Path folder, Opening opening, Progress progress)
            throws IOException, InterruptedException {
        Path real;
        try {
            real = made(folder);
        } catch (IOException e) {
            throw unusable(folder, e);
        }
        ReentrantLock writer = WRITERS.computeIfAbsent(real, absent -> new ReentrantLock());
        if (!writer.tryLock()) {
            progress.update(STEP, 0, "another cell or thread still writes in " + folder);
            writer.lockInterruptibly();
            progress.update(STEP, 1, folder + " is free");
        }
        try {
            Closeable held = LockFile.isOurs(real.resolve(LOCK)) ? () -> {} : opening.open();
            return () -> {
                try (held) {
                    writer.unlock();
                }
            };
        } catch (IOException | InterruptedException e) {
            writer.unlock();
            throw e;
        }
    }

    private static Path made(Path folder) throws IOException {
        Files.createDirectories(folder);
        return folder.toRealPath();
    }

    private static IOException unusable(Path folder, IOException e) {
        return new IOException(
                "cannot use " + folder + " as a run folder: " + WholeFile.reason(e)
                        + ". Choose a folder that you may write to",
                e);
    }

    /// Where the file of this name lies in the folder; it need not exist.
    ///
    /// @param name relative to the folder: `sweep.arrow`, `checkpoints/target.arrow`
    /// @throws IllegalArgumentException if the name leads out of the folder
    /// @throws IllegalStateException    if this was closed
    public Path file(String name) {
        if (!lock.isHeld()) {
            throw new IllegalStateException("run folder " + folder + " was closed; open it again");
        }
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder) || file.equals(folder)) {
            throw new IllegalArgumentException("file " + name + " does not lie in the run folder " + folder);
        }
        return file;
    }

    /// The folder itself, an absolute path.
    public Path path() {
        return folder;
    }

    /// Gives the folder up.
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static void removeUnfinished(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (Files.isDirectory(file)) {
                    removeUnfinished(file);
                } else if (name.startsWith(".") && name.endsWith(WholeFile.UNFINISHED)) {
                    Files.delete(file);
                }
            }
        }
    }
}
