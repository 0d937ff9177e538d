package io.regmixd.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eu.maveniverse.maven.mima.context.ContextOverrides;
import io.regmixd.data.LocalRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
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

    // Surefire hands it on if Maven was called with it; it would win over the settings.
    private final Optional<String> repositoryOfTheBuild = Optional.ofNullable(System.clearProperty("maven.repo.local"));

    @AfterEach
    void restoreRepositoryOfTheBuild() {
        repositoryOfTheBuild.ifPresent(folder -> System.setProperty("maven.repo.local", folder));
    }

    private MavenArtifacts with(String settingsText) throws IOException {
        Files.writeString(settings, settingsText);
        return new MavenArtifacts(ContextOverrides.create()
                .withUserSettings(true)
                .withUserSettingsXmlOverride(settings)
                .build());
    }

    @Test
    void localRepositoryAndOfflineOfTheSettingsAreHonoured() throws Exception {
        String artifact = "org.example.deep:alpha:1.0:sources";
        repository.install(artifact, Map.of("a", "b"));
        MavenArtifacts source = with("<settings><localRepository>" + repository.folder()
                + "</localRepository><offline>true</offline></settings>");
        assertThat(source.fetch(artifact, state -> {})).isEqualTo(repository.path(artifact));
        assertThatThrownBy(() -> source.fetch("org.example:nowhere:1", state -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("org.example:nowhere:1 cannot be had")
                .hasMessageContaining("offline")
                .hasMessageContaining(settings.toString());
    }

    /// A mirror that is a folder in the place of every repository: what it has arrives in the local repository.
    @Test
    void mirrorOfTheSettingsIsHonoured() throws Exception {
        Thread caller = Thread.currentThread();
        LocalRepository remote = remote();
        MavenArtifacts source = with(mirrored(remote));
        List<String> heard = new ArrayList<>();
        Path fetched = source.fetch("org.example:alpha:1", state -> {
            heard.add(state);
            assertThat(Thread.currentThread()).isSameAs(caller);
        });
        assertThat(heard).containsExactly("0 of 2 MB", "1 of 2 MB", "2 of 2 MB");
        assertThat(fetched)
                .isEqualTo(repository.path("org.example:alpha:1"))
                .hasSameBinaryContentAs(remote.path("org.example:alpha:1"));
    }

    @Test
    void interruptedTransferLeavesNoJar() throws Exception {
        LocalRepository remote = remote();
        MavenArtifacts source = with(mirrored(remote));
        assertThatThrownBy(() -> source.fetch(
                        "org.example:alpha:1", state -> Thread.currentThread().interrupt()))
                .isInstanceOf(InterruptedException.class)
                .hasMessageContaining("org.example:alpha:1");
        assertThat(repository.path("org.example:alpha:1")).doesNotExist();
        assertThat(source.fetch("org.example:alpha:1", state -> {})).exists();
    }

    /// A repository elsewhere with a jar of 2.5 MB.
    private LocalRepository remote() throws IOException {
        LocalRepository remote = new LocalRepository(temporary.resolve("remote"));
        byte[] noise = new byte[2_500_000];
        new Random(1).nextBytes(noise);
        remote.installBytes("org.example:alpha:1", Map.of("a", noise));
        return remote;
    }

    private String mirrored(LocalRepository remote) {
        return "<settings><localRepository>" + repository.folder() + "</localRepository><mirrors><mirror>"
                + "<id>mine</id><mirrorOf>*</mirrorOf><url>" + remote.folder().toUri()
                + "</url></mirror></mirrors></settings>";
    }

    @Test
    void jarOfAnotherRepositoryInTheLocalOneIsTaken() throws Exception {
        String artifact = "org.example:alpha:1";
        repository.install(artifact, Map.of("a", "b"));
        Files.writeString(
                repository.path(artifact).resolveSibling("_remote.repositories"), "alpha-1.jar>some-mirror=\n");
        assertThat(repository.maven().fetch(artifact, state -> {})).isEqualTo(repository.path(artifact));
    }
}
