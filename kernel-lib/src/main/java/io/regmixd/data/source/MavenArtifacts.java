package io.regmixd.data.source;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.MavenSystemHome;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.LocalArtifactRequest;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferCancelledException;
import org.eclipse.aether.transfer.TransferEvent;

/// Jars from Maven repositories, by Maven's own resolver with the user's settings: mirrors, proxies,
/// credentials, the local repository, offline.
///
/// A jar that lies in the local repository is taken as it is, whichever repository it once came from, and
/// nothing is asked of the network: the manifest's checksum decides whether it is the right one.
public final class MavenArtifacts {

    private final ContextOverrides overrides;

    /// With settings of choice.
    public MavenArtifacts(ContextOverrides overrides) {
        this.overrides = overrides;
    }

    /// With the settings of the user who runs this program. The system property `maven.repo.local` names
    /// another local repository, as it does for Maven.
    public static MavenArtifacts ofUser() {
        return new MavenArtifacts(
                ContextOverrides.create().withUserSettings(true).build());
    }

    /// The jar as a file of the local repository.
    ///
    /// @param coordinates as [Source.Artifact] has them
    /// @param state       hears how far a transfer has come, in words
    /// @throws IOException          if it cannot be had; the message names coordinates and remedy
    /// @throws InterruptedException if the thread was interrupted during a transfer
    Path fetch(String coordinates, Consumer<String> state) throws IOException, InterruptedException {
        Artifact artifact = artifact(coordinates);
        try (Context context = Runtimes.INSTANCE.getRuntime().create(overrides)) {
            DefaultRepositorySystemSession session =
                    new DefaultRepositorySystemSession(context.repositorySystemSession());
            session.setOffline(session.isOffline() || offlineInSettings(context));
            // One file at a time: with one thread the resolver transfers, and tells how far it is, on the caller's.
            session.setConfigProperty("aether.connector.basic.threads", 1);
            session.setTransferListener(new Transfer(state));
            File local = session.getLocalRepositoryManager()
                    .find(session, new LocalArtifactRequest(artifact, context.remoteRepositories(), ""))
                    .getFile();
            if (local != null) {
                return local.toPath();
            }
            try {
                return context.repositorySystem()
                        .resolveArtifact(session, new ArtifactRequest(artifact, context.remoteRepositories(), ""))
                        .getArtifact()
                        .getFile()
                        .toPath();
            } catch (ArtifactResolutionException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while fetching " + coordinates);
                }
                throw new IOException(
                        coordinates + " cannot be had: " + e.getMessage() + "; check the network and the mirrors in "
                                + context.mavenUserHome().settingsXml()
                                + ", or put the jar into the local repository "
                                + session.getLocalRepository().getBasedir(),
                        e);
            }
        }
    }

    // group:artifact:version[:classifier], where the resolver's own notation has the classifier before the version
    private static Artifact artifact(String coordinates) {
        String[] part = coordinates.split(":", -1);
        return new DefaultArtifact(part[0], part[1], part.length > 3 ? part[3] : "", "jar", part[2]);
    }

    // MIMA reads everything of the settings but this.
    private static boolean offlineInSettings(Context context) throws IOException {
        if (!context.contextOverrides().isWithUserSettings()) {
            return false;
        }
        MavenSystemHome system = context.mavenSystemHome();
        return offline(context.mavenUserHome().settingsXml()) || (system != null && offline(system.settingsXml()));
    }

    private static boolean offline(Path settings) throws IOException {
        if (!Files.isRegularFile(settings)) {
            return false;
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try (InputStream in = Files.newInputStream(settings)) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            int depth = 0;
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamReader.START_ELEMENT -> {
                        depth++;
                        if (depth == 2 && xml.getLocalName().equals("offline")) {
                            return Boolean.parseBoolean(xml.getElementText().strip());
                        }
                    }
                    case XMLStreamReader.END_ELEMENT -> depth--;
                    default -> {}
                }
            }
            return false;
        } catch (XMLStreamException e) {
            throw new IOException("Maven's settings " + settings + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Tells of every megabyte that has come, and ends the transfer when the thread is interrupted.
    private static final class Transfer extends AbstractTransferListener {

        private static final long MEGABYTE = 1_000_000;

        private final Consumer<String> state;
        private long told = -1;

        Transfer(Consumer<String> state) {
            this.state = state;
        }

        @Override
        public void transferProgressed(TransferEvent event) throws TransferCancelledException {
            if (Thread.currentThread().isInterrupted()) {
                throw new TransferCancelledException("interrupted");
            }
            long megabytes = event.getTransferredBytes() / MEGABYTE;
            if (megabytes != told) {
                told = megabytes;
                long length = event.getResource().getContentLength(); // negative if the server does not say
                state.accept(megabytes + (length < 0 ? "" : " of " + length / MEGABYTE) + " MB");
            }
        }
    }
}
