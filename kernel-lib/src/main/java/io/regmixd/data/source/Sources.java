package io.regmixd.data.source;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Fetches files from wherever they are: jars through Maven, files of this machine as they are, others from the
/// web.
public record Sources(MavenArtifacts maven, WebFiles web) implements Fetcher {

    @Override
    public Path fetch(SourceFile file, Path folder, Consumer<String> state) throws IOException, InterruptedException {
        return switch (file.location()) {
            case SourceFile.InRepository jar -> maven.fetch(jar.coordinates(), state);
            case SourceFile.OnDisk disk -> disk.path();
            case SourceFile.OnWeb(URI address) -> web.fetch(file, address, folder, state);
        };
    }
}
