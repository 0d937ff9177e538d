package io.regmixd.executor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a JVM is started that runs this library, from the two files beside this class, which the kernel's
/// description and the build read, too.
public final class JvmSettings {

    private JvmSettings() {}

    /// Options of the command line.
    public static List<String> options() {
        return lines("jvm.options");
    }

    /// Environment variables, besides those that name folders.
    public static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String line : lines("jvm.environment")) {
            int sign = line.indexOf('=');
            environment.put(line.substring(0, sign), line.substring(sign + 1));
        }
        return environment;
    }

    private static List<String> lines(String name) {
        try (InputStream in = JvmSettings.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + " from the library's jar", e);
        }
    }
}
