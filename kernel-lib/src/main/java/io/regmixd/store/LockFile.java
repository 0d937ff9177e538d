package io.regmixd.store;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A file that one holder at a time has locked, and that says in words who that is: process, host, since when.
///
/// This is the one protocol for whatever two processes must not do at once; `tools/run_notebook/lock.py` speaks
/// it, too. The lock is the operating system's record lock on a byte behind the words, so it ends with its
/// process, however that ends, and nothing has to be cleaned up. On network file systems it is as good as theirs
/// are. The file stays when it is given up, empty: were it deleted, two holders could have one each.
public final class LockFile implements Closeable {

    /// What this process holds. A file of those must not even be opened again: on POSIX systems closing any
    /// channel to it would give the lock up.
    private static final Map<Path, LockFile> HELD = new HashMap<>();

    /// A byte that no text reaches: where locks forbid reading (Windows), others can still read the words.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path file;
    private final FileChannel channel;
    private final String owner;

    private LockFile(Path file, FileChannel channel, String owner) {
        this.file = file;
        this.channel = channel;
        this.owner = owner;
    }

    /// Locks a file, which is made if missing.
    ///
    /// @param file in a folder that exists
    /// @return empty if it is held already, here or by another process; see [#owner(Path)]
    /// @throws IOException if it cannot be written
    public static Optional<LockFile> tryLock(Path file) throws IOException {
        synchronized (HELD) {
            Path key = key(file);
            if (HELD.containsKey(key)) {
                return Optional.empty();
            }
            FileChannel channel =
                    FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock(LOCKED_BYTE, 1, false) == null) {
                    channel.close();
                    return Optional.empty();
                }
                String owner = "process " + ProcessHandle.current().pid() + " on " + host() + " since "
                        + Instant.now().truncatedTo(ChronoUnit.SECONDS);
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
                LockFile lock = new LockFile(key, channel, owner);
                HELD.put(key, lock);
                return Optional.of(lock);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
    }

    /// Who holds a file that [#tryLock(Path)] did not get.
    ///
    /// @throws IOException if it cannot be read
    public static String owner(Path file) throws IOException {
        synchronized (HELD) {
            LockFile ours = HELD.get(key(file));
            return ours == null ? Files.readString(file) : ours.owner + ", which is this very session";
        }
    }

    /// Whether this process holds a file.
    static boolean isOurs(Path file) throws IOException {
        synchronized (HELD) {
            return HELD.containsKey(key(file));
        }
    }

    private static Path key(Path file) throws IOException {
        return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
    }

    /// Whether it was not given up yet.
    boolean isHeld() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            if (HELD.remove(file, this)) {
                try (channel) {
                    channel.truncate(0);
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
