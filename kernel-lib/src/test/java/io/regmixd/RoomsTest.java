package io.regmixd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/// The one direction of flow, held on the compiled classes.
class RoomsTest {

    private static final String OURS = "io.regmixd.";

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

    /// Which rooms may import a library, by its longest prefix here; a library that is not here is refused.
    private static final Map<String, Set<String>> LIBRARIES = Map.ofEntries(
            Map.entry("ai.djl", Set.of("engine")),
            // Hugging Face's tokenizers come with DJL, and need no PyTorch
            Map.entry("ai.djl.huggingface", Set.of("data")),
            Map.entry("smile", Set.of("regression")),
            Map.entry("com.microsoft.ml.lightgbm", Set.of("regression")),
            Map.entry("io.github.metarank", Set.of("regression")),
            Map.entry("org.apache.arrow", Set.of("store")),
            Map.entry("org.apache.spark", Set.of("executor.spark")),
            Map.entry("scala", Set.of("executor.spark")),
            Map.entry("org.knowm.xchart", Set.of("notebook")),
            Map.entry("io.github.spencerpark", Set.of("notebook")),
            Map.entry("org.dflib.jjava", Set.of("notebook")),
            Map.entry("org.rapaio", Set.of("notebook")),
            Map.entry("eu.maveniverse.maven.mima", Set.of("data.source")),
            Map.entry("org.eclipse.aether", Set.of("data.source")),
            Map.entry("dev.hardwood", Set.of("data.source")),
            Map.entry("com.github.luben.zstd", Set.of("data.source")),
            // intervals and normal quantiles
            Map.entry("org.apache.commons.math3", Set.of("regression", "planning", "evaluation")),
            // what a user sees as a table is one, in all rooms but those that only count and compute
            Map.entry(
                    "tech.tablesaw",
                    Set.of(
                            "store",
                            "trajectory",
                            "regression",
                            "planning",
                            "export",
                            "data",
                            "training",
                            "evaluation",
                            "notebook")),
            // trees of JSON in the form of others; our own records go through store.Json
            Map.entry(
                    "tools.jackson", Set.of("store", "export", "data", "engine.huggingface", "evaluation", "notebook")),
            // names and variants of records that are written as JSON
            Map.entry("com.fasterxml.jackson.annotation", Set.of("mixture", "data")));

    private static final Pattern DEPENDENCY =
            Pattern.compile("^\\s+io\\.regmixd\\.([\\w.]+)\\s+->\\s+([\\w.]+)", Pattern.MULTILINE);

    private static final Pattern JDK = Pattern.compile("(java|javax|jdk|com\\.sun)\\..*");

    /// A package of ours, without `io.regmixd`, and one that it imports.
    private record Dependency(String from, String to) {}

    private static List<Dependency> dependencies() throws Exception {
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
        return DEPENDENCY
                .matcher(out.toString())
                .results()
                .map(found -> new Dependency(found.group(1), found.group(2)))
                .toList();
    }

    private static String room(String name) {
        return name.split("\\.", 2)[0];
    }

    @Test
    void wingsNeverImportEachOtherAndRoomsOnlyThoseBelow() throws Exception {
        Map<String, Set<String>> imports = new TreeMap<>();
        for (Dependency each : dependencies()) {
            String from = room(each.from());
            String to = each.to().startsWith(OURS) ? room(each.to().substring(OURS.length())) : from;
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

    @Test
    void eachLibraryStaysInItsRooms() throws Exception {
        Map<String, Set<String>> imported = new TreeMap<>();
        List<String> strangers = new ArrayList<>();
        for (Dependency each : dependencies()) {
            if (each.to().startsWith("io.regmixd") || JDK.matcher(each.to()).matches()) {
                continue;
            }
            Optional<String> library = LIBRARIES.keySet().stream()
                    .filter(prefix -> within(each.to(), prefix))
                    .max(Comparator.comparingInt(String::length));
            Optional<String> room = library.flatMap(name -> LIBRARIES.get(name).stream()
                    .filter(allowed -> within(each.from(), allowed))
                    .findFirst());
            if (room.isPresent()) {
                imported.computeIfAbsent(library.get(), name -> new TreeSet<>()).add(room.get());
            } else {
                strangers.add(each.from() + " imports " + each.to());
            }
        }
        assertThat(strangers).isEmpty();
        assertThat(imported).as("what is allowed is needed").isEqualTo(LIBRARIES);
    }

    private static boolean within(String name, String prefix) {
        return (name + ".").startsWith(prefix + ".");
    }
}
