package io.regmixd.store;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/// The folder of one run, held by one session at a time.
///
/// The file `.lock` in it is locked as long as this is open, and says in words who holds it: process, host,
/// since when. The lock is the operating system's: it ends with its process, however that ends, and nobody has
/// to clean up. On network file systems it is as good as theirs are.
public final class RunFolder implements Closeable {

    /// What this process holds. The lock file of one of those folders must not even be opened again: on POSIX
    /// systems closing any channel to it would give the lock up.
    private static final Map<Path, RunFolder> HELD = new HashMap<>();

    private static final String LOCK = ".lock";

    /// A byte that no text reaches: where locks forbid reading (Windows), others can still read who the owner
    /// is.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path folder;
    private final FileChannel lock;
    private final String owner;

    private RunFolder(Path folder, FileChannel lock, String owner) {
        this.folder = folder;
        this.lock = lock;
        this.owner = owner;
    }

    /// Takes hold of a folder, which is made if missing. Unfinished files of a session that was killed are
    /// removed from it (see [WholeFile]).
    ///
    /// @throws IOException if another session, or this one, holds it (the message names the owner's process,
    ///     its host and since when), or nothing can be written there
    public static RunFolder open(Path folder) throws IOException {
        synchronized (HELD) {
            String owner = "process " + ProcessHandle.current().pid() + " on " + host() + " since "
                    + Instant.now().truncatedTo(ChronoUnit.SECONDS);
            FileChannel lock = null;
            String other;
            try {
                Files.createDirectories(folder);
                Path real = folder.toRealPath();
                if (HELD.containsKey(real)) {
                    other = HELD.get(real).owner + ", which is this very session";
                } else {
                    lock = FileChannel.open(
                            real.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
                    if (lock.tryLock(LOCKED_BYTE, 1, false) != null) {
                        lock.truncate(0);
                        lock.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
                        removeUnfinished(real);
                        RunFolder opened = new RunFolder(real, lock, owner);
                        HELD.put(real, opened);
                        return opened;
                    }
                    other = Files.readString(real.resolve(LOCK));
                    lock.close();
                }
            } catch (IOException e) {
                if (lock != null) {
                    lock.close();
                }
                throw new IOException(
                        "cannot use " + folder + " as a run folder: " + WholeFile.reason(e)
                                + ". Choose a folder that you may write to",
                        e);
            }
            throw new IOException("run folder " + folder + " is in use by " + other
                    + ". Close it there or end that session, or choose another folder");
        }
    }

    /// Keeps other processes out of a folder for a while. Where this process holds it in any case, that is all.
    ///
    /// @throws IOException if another process holds it, or nothing can be written there, as [#open(Path)]
    public static Closeable hold(Path folder) throws IOException {
        synchronized (HELD) {
            boolean held = Files.isDirectory(folder) && HELD.containsKey(folder.toRealPath());
            return held ? () -> {} : open(folder);
        }
    }

    /// Where the file of this name lies in the folder; it need not exist.
    ///
    /// @param name relative to the folder: `sweep.arrow`, `checkpoints/target.arrow`
    /// @throws IllegalArgumentException if the name leads out of the folder
    /// @throws IllegalStateException    if this was closed
    public Path file(String name) {
        if (!lock.isOpen()) {
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

    /// Gives the folder up. The lock file stays, empty: were it deleted, two sessions could hold the folder.
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            if (HELD.remove(folder, this)) {
                try (lock) {
                    lock.truncate(0);
                }
            }
        }
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

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "a host without a name";
        }
    }
}
