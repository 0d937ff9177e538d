package io.regmixd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/// The one direction of flow, held on the compiled classes.
class RoomsTest {

    private static final List<String> ROOMS = List.of(
            "spark",
            "mixture",
            "store",
            "data",
            "model",
            "proxy",
            "regression",
            "schedule",
            "target",
            "eval",
            "notebook");

    private static final Pattern DEPENDENCY =
            Pattern.compile("^\\s+io\\.regmixd\\.(\\w+)\\S*\\s+->\\s+io\\.regmixd\\.(\\w+)\\b.*", Pattern.MULTILINE);

    @Test
    void roomsImportOnlyRoomsAboveThem() throws Exception {
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
        Set<String> seen = new TreeSet<>();
        Matcher dependency = DEPENDENCY.matcher(out.toString());
        while (dependency.find()) {
            String from = dependency.group(1);
            String to = dependency.group(2);
            if (ROOMS.contains(to)) {
                seen.add(from);
                assertThat(ROOMS.indexOf(to)).as(from + " imports " + to).isLessThanOrEqualTo(ROOMS.indexOf(from));
            }
        }
        assertThat(seen).as("rooms whose imports were read").contains("model", "proxy", "target", "eval");
    }
}
