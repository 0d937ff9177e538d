package io.regmixd.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Writes a file whole or not at all: a reader sees the old content or the new one, whatever happens in
/// between.
///
/// The content goes to a hidden file in the same folder, is forced to the disk, and is then renamed over the
/// old file. An interrupt of the writing thread does not tear it: the file is finished and the interrupt stays
/// pending.
public final class WholeFile {

    /// What the hidden files end in; those of a process that was killed stay behind, see
    /// [RunFolder#open(Path)].
    static final String UNFINISHED = ".unfinished";

    private WholeFile() {}

    /// What goes into a file. Write in pieces of some kilobytes: the stream is not buffered.
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /// Writes `content` to `file`, in place of what was there. Missing parent folders are made.
    ///
    /// @throws IOException if that fails (no room, no permission, ...); the message names the file and the
    ///                     remedy. The old file is untouched then and nothing is left beside it
    public static void write(Path file, Content content) throws IOException {
        try {
            Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
            Path folder = target.getParent();
            Files.createDirectories(folder);
            String mark = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
            Path unfinished = folder.resolve("." + target.getFileName() + "." + mark + UNFINISHED);
            try {
                Files.createFile(unfinished);
                // Not a channel: an interrupt closes those.
                try (FileOutputStream out = new FileOutputStream(unfinished.toFile())) {
                    content.writeTo(out);
                    out.getFD().sync();
                }
                Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
            forceFolder(folder);
        } catch (IOException e) {
            throw new IOException(
                    "cannot write " + file + ": " + reason(e)
                            + ". What was there before is untouched; make room or choose another folder, and run the step again",
                    e);
        }
    }

    /// Makes the rename itself last. Not every system lets a folder be forced; the content is safe in any case.
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            // then the rename lasts as soon as the system writes it
        }
    }

    /// What went wrong in words: the messages of some file system exceptions are only the path.
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or folder";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            case FileSystemException f -> f.getClass().getSimpleName() + " " + f.getFile();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
