package io.regmixd.data;

import eu.maveniverse.maven.mima.context.ContextOverrides;
import io.regmixd.data.source.Fetcher;
import io.regmixd.data.source.MavenArtifacts;
import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import io.regmixd.data.source.Sources;
import io.regmixd.data.source.WebFiles;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A local Maven repository in a temporary folder with small jars, and manifests that draw on them. No network.
public final class LocalRepository {

    private final Path folder;

    public LocalRepository(Path folder) {
        this.folder = folder;
    }

    public Path folder() {
        return folder;
    }

    /// Maven's resolver over this repository, offline.
    public Fetcher source() {
        return new Sources(maven(), WebFiles.ofUser());
    }

    public MavenArtifacts maven() {
        return new MavenArtifacts(ContextOverrides.create()
                .withUserSettings(false)
                .offline(true)
                .withLocalRepositoryOverride(folder)
                .build());
    }

    /// Where Maven keeps `group:artifact:version[:classifier]`.
    public Path path(String artifact) {
        String[] part = artifact.split(":", -1);
        String name = part[1] + "-" + part[2] + (part.length > 3 ? "-" + part[3] : "") + ".jar";
        return folder.resolve(part[0].replace('.', '/')).resolve(part[1], part[2], name);
    }

    /// Puts a jar of text files into the repository.
    public Source install(String artifact, Map<String, String> entries) throws IOException {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        entries.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return installBytes(artifact, bytes);
    }

    public Source installBytes(String artifact, Map<String, byte[]> entries) throws IOException {
        Path jar = path(artifact);
        Files.createDirectories(jar.getParent());
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return new Source.Artifact(artifact, Sha256.of(jar), List.of("**"), List.of());
    }

    /// Random English-like texts, `FOLDER/0.txt` and so on.
    public static Map<String, String> texts(long seed, int count, int words) {
        RandomGenerator random = new SplittableRandom(seed);
        List<String> vocabulary =
                List.of("corpus", "mixture", "stage", "proxy", "naïve", "target", "loss", "the", "of");
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < words; w++) {
                text.append(vocabulary.get(random.nextInt(vocabulary.size()))).append(w % 10 == 9 ? '\n' : ' ');
            }
            texts.put("text/" + i + ".txt", text.append(i).toString());
        }
        return texts;
    }

    static Manifest.Domain domain(String name, Source source) {
        return Manifest.Domain.of(name, "text of " + name, "CC0-1.0", source, Manifest.Unit.FILE);
    }

    static Manifest.Domain lines(String name, Source source, String extract) {
        return new Manifest.Domain(
                name,
                "lines of " + name,
                "CC0-1.0",
                source,
                Manifest.Unit.LINE,
                Optional.of(extract),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty());
    }

    static Manifest manifest(int validationTokens, Manifest.Domain... domains) {
        return new Manifest(
                "small",
                "for tests",
                TokenizerSource.BYTES,
                domains[0].name(),
                validationTokens,
                List.of(domains),
                OptionalLong.empty());
    }

    /// What the manifest's corpus is called.
    static String folder(Manifest manifest) throws IOException {
        return manifest.name() + "-" + manifest.fingerprint(SourceFile.of(manifest, Path.of("")));
    }

    /// Three domains of 40, 20 and 10 texts, and 800 tokens of each held out.
    Manifest threeDomains() throws IOException {
        return manifest(
                800,
                domain("alpha", install("org.example:alpha:1", texts(1, 40, 20))),
                domain("beta", install("org.example:beta:1.0:sources", texts(2, 20, 20))),
                domain("gamma", install("org.example:gamma:2", texts(3, 10, 20))));
    }
}
