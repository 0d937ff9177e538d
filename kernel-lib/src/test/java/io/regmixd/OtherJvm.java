package io.regmixd;

import io.regmixd.executor.JvmSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A real second process that runs a main method of the tests.
public final class OtherJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader out;

    /// @param shell what a shell runs first, in the same process: `ulimit -f 8;`
    public OtherJvm(String shell, Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                shell + " exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(JvmSettings.options());
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(args));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    /// The next line of what it prints, both outputs together; null at the end.
    public String line() throws IOException {
        return out.readLine();
    }

    public long pid() {
        return process.pid();
    }

    /// kill -9, and waits until it is gone.
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /// Waits for its end.
    ///
    /// @return what a shell calls its status: 137 if it was killed by kill -9
    public int end() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        kill();
    }
}
