package io.regmixd.data.source;

import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A file of the web that is wanted on this machine, whole and the same at any time.
///
/// @param name   `https://...`, or `hf:OWNER/NAME@REVISION/PATH`, a file of a data set of the Hugging Face Hub
/// @param sha256 what its content must be; where nothing is said, what it was when it was fetched first
/// @param file   where it is to lie
public record WebFile(String name, Optional<String> sha256, Path file) {

    /// @throws IllegalArgumentException if it is no such name or no SHA-256
    public WebFile {
        if (!SourceFile.isOnWeb(name)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no address; expected https://HOST/PATH or hf:OWNER/NAME@REVISION/PATH");
        }
        source(name, sha256);
        sha256.ifPresent(digits -> Field.requireSha256("checksums." + name, digits));
    }

    /// Fetches it unless something lies there. In its folder lie a transfer that broke, to go on where it ended, and
    /// `first-fetched.json`.
    ///
    /// @param state hears how far it has come, in words
    /// @throws IOException          if it cannot be had or is not what it must be; the message names file and
    ///                              remedy
    /// @throws InterruptedException if the thread is interrupted meanwhile
    public void fetch(Consumer<String> state) throws IOException, InterruptedException {
        if (Files.exists(file)) {
            return;
        }
        SourceFile source = source(name, sha256);
        Path folder = file.toAbsolutePath().getParent();
        Path fetched = WebFiles.ofUser().fetch(source, SourceFile.address(name, "datasets/"), folder, state);
        if (sha256.isEmpty()) {
            try {
                FirstFetched.hold(source, Sha256.of(fetched), folder);
            } catch (IOException e) {
                Files.delete(fetched); // it may be damaged: it is fetched again the next time
                throw e;
            }
        }
        Files.move(fetched, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static SourceFile source(String name, Optional<String> sha256) {
        return new SourceFile(
                name, new SourceFile.OnWeb(SourceFile.address(name, "datasets/")), sha256.orElse(null), List.of());
    }
}
