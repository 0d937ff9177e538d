package io.regmixd.data.source;

import io.regmixd.data.Manifest;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One file that text comes from, and the domains that it feeds.
///
/// @param name     as the manifest has it, patterns and ranges written out
/// @param location where it is
/// @param sha256   what its content must be; null where nobody has said so
/// @param domains  places in the manifest, at least one
public record SourceFile(String name, Location location, String sha256, List<Integer> domains) {

    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");
    private static final Pattern HUB = Pattern.compile("hf:([^/@]+/[^/@]+)@([^/]+)/(.+)");
    private static final String HUB_HOST = "https://huggingface.co/";

    /// Where a file is.
    public sealed interface Location {}

    /// A jar of a Maven repository.
    public record InRepository(String coordinates) implements Location {}

    /// A file of this machine.
    public record OnDisk(Path path) implements Location {}

    /// A file of the web.
    public record OnWeb(URI address) implements Location {}

    /// All files of a manifest, in the order in which they are read: domain by domain, file by file, each file
    /// once. A jar is a file of its own for each domain.
    ///
    /// @param base the manifest's folder
    /// @throws IOException if a pattern has no match, or a file of this machine cannot be read; the message names
    ///     the domain
    public static List<SourceFile> of(Manifest manifest, Path base) throws IOException {
        Map<String, SourceFile> files = new LinkedHashMap<>();
        for (int d = 0; d < manifest.domains().size(); d++) {
            switch (manifest.domains().get(d).source()) {
                case Source.Artifact jar ->
                    files.put(
                            d + ":" + jar.artifact(),
                            new SourceFile(jar.artifact(), new InRepository(jar.artifact()), jar.sha256(), List.of(d)));
                case Source.Files source -> {
                    for (String name : source.files()) {
                        for (SourceFile file : named(manifest.domains().get(d), name, source, base)) {
                            files.merge(file.name(), file.forDomain(d), SourceFile::and);
                        }
                    }
                }
            }
        }
        return List.copyOf(files.values());
    }

    private SourceFile forDomain(int domain) {
        return new SourceFile(name, location, sha256, List.of(domain));
    }

    private SourceFile and(SourceFile other) {
        List<Integer> both = new ArrayList<>(domains);
        other.domains.stream().filter(d -> !both.contains(d)).forEach(both::add);
        return new SourceFile(name, location, sha256 == null ? other.sha256 : sha256, List.copyOf(both));
    }

    private static List<SourceFile> named(Manifest.Domain domain, String name, Source.Files source, Path base)
            throws IOException {
        if (isOnWeb(name)) {
            List<SourceFile> files = new ArrayList<>();
            for (String one : range(name)) {
                files.add(new SourceFile(
                        one,
                        new OnWeb(address(one, "datasets/")),
                        source.checksums().get(one),
                        List.of()));
            }
            return files;
        }
        List<SourceFile> files = new ArrayList<>();
        for (Path path : onDisk(domain, name, base)) {
            String shown = shown(path, base);
            files.add(new SourceFile(shown, new OnDisk(path), source.checksums().get(shown), List.of()));
        }
        return files;
    }

    /// Whether a manifest's name of a file is an address of the web or the Hub, and no path.
    public static boolean isOnWeb(String name) {
        return name.startsWith("hf:") || name.startsWith("https:") || name.startsWith("http:");
    }

    /// The address of a file of the web or the Hub.
    ///
    /// @param kind `datasets/` for a data set of the Hub, nothing for a model
    /// @throws IllegalArgumentException if it is no address
    public static URI address(String name, String kind) {
        Matcher hub = HUB.matcher(name);
        try {
            return URI.create(
                    hub.matches()
                            ? HUB_HOST + kind + hub.group(1) + "/resolve/" + hub.group(2) + "/" + hub.group(3)
                            : name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "files: \"" + name + "\" is no address; expected https://HOST/PATH or hf:OWNER/NAME@REVISION/PATH",
                    e);
        }
    }

    private static List<String> range(String name) {
        Matcher range = RANGE.matcher(name);
        if (!range.find()) {
            return List.of(name);
        }
        List<String> names = new ArrayList<>();
        int digits = range.group(1).length();
        for (long i = Long.parseLong(range.group(1)); i <= Long.parseLong(range.group(2)); i++) {
            String number = String.valueOf(i);
            names.add(name.substring(0, range.start())
                    + "0".repeat(Math.max(0, digits - number.length()))
                    + number
                    + name.substring(range.end()));
        }
        return names;
    }

    private static List<Path> onDisk(Manifest.Domain domain, String name, Path base) throws IOException {
        int pattern = Math.min(indexOf(name, '*'), indexOf(name, '?'));
        String fixed = name.substring(0, name.lastIndexOf('/', Math.min(pattern, name.length() - 1)) + 1);
        Path folder = base.resolve(fixed).normalize();
        if (pattern > name.length()) {
            Path file = base.resolve(name).normalize();
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new IOException("domain " + domain.name() + ": there is no readable file " + file
                        + "; correct files in the manifest");
            }
            return List.of(file);
        }
        Glob glob = Glob.of(name.substring(fixed.length()));
        List<Path> files = List.of();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> tree = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                files = tree.filter(Files::isRegularFile)
                        .filter(file -> glob.matches(slashed(folder.relativize(file))))
                        .sorted((a, b) -> slashed(a).compareTo(slashed(b)))
                        .toList();
            }
        }
        if (files.isEmpty()) {
            throw new IOException("domain " + domain.name() + ": the pattern " + name + " matches no file in " + folder
                    + "; correct files in the manifest");
        }
        return files;
    }

    private static int indexOf(String name, char c) {
        int at = name.indexOf(c);
        return at < 0 ? Integer.MAX_VALUE : at;
    }

    private static String shown(Path path, Path base) {
        Path folder = base.toAbsolutePath().normalize();
        Path file = path.toAbsolutePath();
        return slashed(file.startsWith(folder) ? folder.relativize(file) : file);
    }

    private static String slashed(Path path) {
        return path.toString().replace('\\', '/');
    }

    /// Part of the corpus's fingerprint: what the content is or, where nobody knows before it is fetched, where it
    /// is from.
    public String identity() {
        return sha256 == null ? name : sha256;
    }

    /// The same with the SHA-256 of the content.
    public SourceFile withSha256(String content) {
        return new SourceFile(name, location, content, domains);
    }

    /// In file names: where a fetched file lies until it is read.
    public String key() {
        return Sha256.of(name.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
