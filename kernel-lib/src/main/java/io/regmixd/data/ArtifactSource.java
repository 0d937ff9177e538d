package io.regmixd.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Where the jars of a manifest come from.
@FunctionalInterface
interface ArtifactSource {

    /// The domain's jar as a file; whether its content is the right one is for the caller to check.
    ///
    /// @param state hears how far a transfer has come, in words
    /// @throws IOException          if it cannot be had; the message names domain, coordinates and remedy
    /// @throws InterruptedException if the thread was interrupted during a transfer
    Path fetch(Manifest.Domain domain, Consumer<String> state) throws IOException, InterruptedException;
}
