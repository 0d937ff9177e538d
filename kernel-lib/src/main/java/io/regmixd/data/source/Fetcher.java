package io.regmixd.data.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Brings the files that text comes from onto this machine.
@FunctionalInterface
public interface Fetcher {

    /// The file; whether its content is the right one is for the caller to check.
    ///
    /// @param folder where a file may be put that is not on this machine yet; the caller deletes it there
    /// @param state  hears how far a transfer has come, in words
    /// @throws IOException          if it cannot be had; the message names file and remedy
    /// @throws InterruptedException if the thread was interrupted during a transfer
    Path fetch(SourceFile file, Path folder, Consumer<String> state) throws IOException, InterruptedException;
}
