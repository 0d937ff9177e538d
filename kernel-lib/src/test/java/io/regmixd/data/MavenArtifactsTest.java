package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eu.maveniverse.maven.mima.context.ContextOverrides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MavenArtifactsTest {

    @TempDir
    private Path temporary;

    private Path settings;
    private LocalRepository repository;

    @BeforeEach
    void makeRepository() {
        settings = temporary.resolve("settings.xml");
        repository = new LocalRepository(temporary.resolve("repository"));
    }

    private ArtifactSource with(String settingsText) throws IOException {
        Files.writeString(settings, settingsText);
        return new MavenArtifacts(ContextOverrides.create()
                .withUserSettings(true)
                .withUserSettingsXmlOverride(settings)
                .build());
    }

    private static Manifest.Domain domain(String artifact) {
        return LocalRepository.domain("alpha", new Manifest.Source(artifact, "0".repeat(64), List.of("**"), List.of()));
    }

    @Test
    void localRepositoryAndOfflineOfTheSettingsAreHonoured() throws Exception {
        String artifact = "org.example.deep:alpha:1.0:sources";
        repository.install(artifact, Map.of("a", "b"));
        ArtifactSource source = with("<settings><localRepository>" + repository.folder()
                + "</localRepository><offline>true</offline></settings>");
        assertThat(source.fetch(domain(artifact), state -> {})).isEqualTo(repository.path(artifact));
        assertThatThrownBy(() -> source.fetch(domain("org.example:nowhere:1"), state -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("domain alpha: org.example:nowhere:1 cannot be had")
                .hasMessageContaining("offline")
                .hasMessageContaining(settings.toString());
    }

    /// A mirror that is a folder in the place of every repository: what it has arrives in the local repository.
    @Test
    void mirrorOfTheSettingsIsHonoured() throws Exception {
        LocalRepository remote = new LocalRepository(temporary.resolve("remote"));
        remote.install("org.example:alpha:1", Map.of("a", "b"));
        ArtifactSource source = with("<settings><localRepository>" + repository.folder() + "</localRepository><mirrors>"
                + "<mirror><id>mine</id><mirrorOf>*</mirrorOf><url>"
                + remote.folder().toUri()
                + "</url></mirror></mirrors></settings>");
        Path fetched = source.fetch(domain("org.example:alpha:1"), state -> {});
        assertThat(fetched)
                .isEqualTo(repository.path("org.example:alpha:1"))
                .hasSameBinaryContentAs(remote.path("org.example:alpha:1"));
    }

    @Test
    void jarOfAnotherRepositoryInTheLocalOneIsTaken() throws Exception {
        String artifact = "org.example:alpha:1";
        repository.install(artifact, Map.of("a", "b"));
        Files.writeString(
                repository.path(artifact).resolveSibling("_remote.repositories"), "alpha-1.jar>some-mirror=\n");
        assertThat(repository.source().fetch(domain(artifact), state -> {})).isEqualTo(repository.path(artifact));
    }
}
