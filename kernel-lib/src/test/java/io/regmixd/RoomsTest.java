package io.regmixd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/// The one direction of flow, held on the compiled classes.
class RoomsTest {

    private static final Set<String> VALUES = Set.of("mixture", "store", "trajectory");

    /// What each room may import besides the values.
    private static final Map<String, Set<String>> ROOMS = Map.ofEntries(
            Map.entry("mixture", Set.of()),
            Map.entry("store", Set.of()),
            Map.entry("trajectory", Set.of()),
            Map.entry("executor", Set.of()),
            // the planning wing
            Map.entry("regression", Set.of()),
            Map.entry("planning", Set.of("regression")),
            Map.entry("export", Set.of("regression", "planning")),
            // the training wing
            Map.entry("data", Set.of()),
            Map.entry("engine", Set.of("data")),
            Map.entry("training", Set.of("executor", "data", "engine")),
            Map.entry("evaluation", Set.of("data", "engine", "training")),
            // the roof
            Map.entry("notebook", Set.of("regression", "planning", "data", "engine", "training", "evaluation")));

    private static final Map<String, Set<String>> VALUES_ALONE = Map.of(
            "mixture", Set.of(),
            "store", Set.of(),
            "trajectory", Set.of("mixture", "store"));

    private static final Pattern DEPENDENCY =
            Pattern.compile("^\\s+io\\.regmixd\\.(\\w+)\\S*\\s+->\\s+io\\.regmixd\\.(\\w+)\\b.*", Pattern.MULTILINE);

    @Test
    void wingsNeverImportEachOtherAndRoomsOnlyThoseBelow() throws Exception {
        Path classes = Path.of(Progress.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        StringWriter out = new StringWriter();
        ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        "--ignore-missing-deps",
                        "-verbose:package",
                        "-filter:none",
                        classes.toString());
        Map<String, Set<String>> imports = new TreeMap<>();
        Matcher dependency = DEPENDENCY.matcher(out.toString());
        while (dependency.find()) {
            String from = dependency.group(1);
            String to = dependency.group(2);
            if (!from.equals(to) && ROOMS.containsKey(to)) {
                imports.computeIfAbsent(from, room -> new TreeSet<>()).add(to);
            }
        }
        assertThat(imports.keySet())
                .as("rooms whose imports were read")
                .contains("planning", "export", "engine", "training", "evaluation", "notebook")
                .isSubsetOf(ROOMS.keySet());
        imports.forEach((room, imported) -> {
            Set<String> allowed = new TreeSet<>(ROOMS.get(room));
            allowed.addAll(VALUES_ALONE.getOrDefault(room, VALUES));
            assertThat(imported).as("what " + room + " imports").isSubsetOf(allowed);
        });
    }
}
