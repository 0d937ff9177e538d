package io.regmixd.notebook;

import io.regmixd.engine.ComputeDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A session: where it works and on what, which phases it has been through, and what lies in its folder.
record SessionView(Session session) implements Rich {

    private static final String MODEL = "-step-"; // in the names of trained models, of which there are many

    @Override
    public Map<String, Object> mimeBundle() {
        Grid place = Grid.of("", "")
                .row("run folder", session.shown())
                .row("devices", devices())
                .row("prepared corpora", joined(names(Session.data(), "")))
                .row("tables there", joined(names(session.folder(), ".arrow")))
                .row("plots there", joined(names(session.file("plots"), ".png")));
        Grid phases = Grid.of("phase", "how far it is");
        session.progress().forEach(phases::row);
        return phases.rows().isEmpty()
                ? place.mimeBundle()
                : Page.of(place, phases).mimeBundle();
    }

    private static String devices() {
        return ComputeDevice.attached().stream().map(ComputeDevice::toString).collect(Collectors.joining("; "));
    }

    private static String joined(List<String> names) {
        return names.isEmpty() ? "none yet" : String.join(", ", names);
    }

    /// The names in a folder without their ending; those with a dot in front are not the user's.
    private static List<String> names(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(ending) && !name.startsWith(".") && !name.contains(MODEL))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("folder " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }
}
