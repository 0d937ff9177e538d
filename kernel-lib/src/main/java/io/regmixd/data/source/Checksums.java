package io.regmixd.data.source;

import io.regmixd.store.Json;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The SHA-256 of files of this machine. A file that has kept its size and time is not read again.
///
/// @param files by absolute path
public record Checksums(Map<String, Seen> files) {

    private static final String FILE = "checksums.json";

    /// @param modified milliseconds since 1970
    record Seen(long size, long modified, String sha256) {}

    public Checksums {
        files = new TreeMap<>(files);
    }

    /// The same files, those on this machine with the SHA-256 of their content.
    ///
    /// @param folder where corpora lie, and the list of what was seen
    /// @throws IOException if a file cannot be read, or its content is not what the manifest says
    public static List<SourceFile> of(List<SourceFile> files, Path folder) throws IOException {
        Checksums checksums = read(folder.resolve(FILE));
        Map<String, Seen> before = Map.copyOf(checksums.files());
        List<SourceFile> checked = new ArrayList<>();
        for (SourceFile file : files) {
            checked.add(
                    file.location() instanceof SourceFile.OnDisk disk ? checksums.checked(file, disk.path()) : file);
        }
        if (!before.equals(checksums.files())) {
            Json.write(checksums, folder.resolve(FILE));
        }
        return checked;
    }

    private static Checksums read(Path list) {
        try {
            return Json.read(Checksums.class, Files.readString(list), list);
        } catch (IOException | IllegalArgumentException _) {
            return new Checksums(Map.of()); // none yet, or not whole: files are read again
        }
    }

    private SourceFile checked(SourceFile file, Path path) throws IOException {
        String key = path.toAbsolutePath().toString();
        long size = Files.size(path);
        long modified = Files.getLastModifiedTime(path).toMillis();
        Seen seen = files.get(key);
        if (seen == null || seen.size() != size || seen.modified() != modified) {
            seen = new Seen(size, modified, Sha256.of(path));
            files.put(key, seen);
        }
        if (file.sha256() != null) {
            requireSha256(file, path, seen.sha256());
        }
        return file.withSha256(seen.sha256());
    }

    /// @throws IOException if the content is another than the manifest's; the message names both
    public static void requireSha256(SourceFile file, Path path, String found) throws IOException {
        if (!found.equals(file.sha256())) {
            throw new IOException(path + " has SHA-256 " + found + ", expected " + file.sha256()
                    + "; if the file is damaged, delete it and prepare again; if it is meant to be another, "
                    + "put the new checksum into the manifest");
        }
    }
}
