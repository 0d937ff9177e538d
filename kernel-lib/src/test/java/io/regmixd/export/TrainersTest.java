package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// What is exported is read by the trainers' own code, where `TRAINERS` names a folder with clones of their
/// repositories: `Megatron-LM`, `litgpt`, `OLMo-core`, `Megatron-Energon`, `datasets`. Without, one line says what
/// was not checked.
class TrainersTest {

    private static final List<String> DOMAINS = List.of("web", "code", "math");

    private static final ScheduleExport EXPORT = ScheduleExport.of(
                    "plan",
                    new MixtureSchedule(
                            List.of(Mixture.of(DOMAINS, 0.5, 0.25, 0.25), Mixture.of(DOMAINS, 0.875, 0.125, 0))),
                    1000,
                    4,
                    16)
            .sources("/data/{domain}")
            .available(Map.of("math", 4000L));

    @TempDir
    private Path folder;

    @Test
    void trainersOwnCodeReadsWhatWasPlanned() throws Exception {
        Optional<String> trainers = Optional.ofNullable(System.getenv("TRAINERS"));
        if (trainers.isEmpty()) {
            System.out.println("Not held against the trainers' own code: megatron, litgpt, olmo-core, energon, datasets"
                    + " (TRAINERS=FOLDER names the folder of their clones).");
        }
        String said = check(trainers.map(Path::of).orElse(folder.resolve("none")));
        if (trainers.isEmpty()) {
            assertThat(said.lines()).hasSize(5).allMatch(line -> line.startsWith("unchecked"));
            return;
        }
        String train = "(['/data/web', '/data/code', '/data/math'], [0.5, 0.25, 0.25])";
        String valid = "(['/held/web', '/held/code', '/held/math'], [0.6875, 0.1875, 0.125])";
        String later = "(['/data/web', '/data/code'], [0.875, 0.125])";
        assertThat(said.lines().filter(line -> !line.startsWith("unchecked")))
                .isSubsetOf(
                        "megatron 1 " + train + " [" + train + ", " + valid + ", " + valid + "]",
                        "megatron 2 " + later + " [" + later + ", " + valid + ", " + valid + "]",
                        "litgpt step-00000500",
                        "olmo-core 1 [('web', 0.5, ['/data/web/*.npy'], 1.0), ('code', 0.25, ['/data/code/*.npy'], 1.0),"
                                + " ('math', 0.25, ['/data/math/*.npy'], 4.0)]",
                        "olmo-core 2 [('web', 0.875, ['/data/web/*.npy'], 1.0), ('code', 0.125, ['/data/code/*.npy'], 1.0)]",
                        "energon 1 [('/data/web', 0.5), ('/data/code', 0.25), ('/data/math', 0.25)]",
                        "energon 2 [('/data/web', 0.875), ('/data/code', 0.125)]",
                        "datasets 1 [['web'], ['code'], ['math']] [0.5, 0.25, 0.25] all_exhausted",
                        "datasets 2 [['web'], ['code']] [0.875, 0.125] all_exhausted")
                .isNotEmpty();
    }

    private String check(Path trainers) throws Exception {
        Path together = folder.resolve("together");
        for (ScheduleFormat format : List.of(ScheduleFormat.MEGATRON, ScheduleFormat.LITGPT, ScheduleFormat.DATASETS)) {
            EXPORT.write(format, together);
        }
        EXPORT.heldOut("/held/{domain}").write(ScheduleFormat.MEGATRON, folder.resolve("apart"));
        for (ScheduleFormat format : List.of(ScheduleFormat.OLMO_CORE, ScheduleFormat.ENERGON)) {
            for (Path yaml : EXPORT.write(format, together)) {
                Object read = new Yaml().load(Files.readString(yaml));
                String name = yaml.getFileName().toString().replace(".yaml", ".json");
                Files.writeString(folder.resolve(name), Json.line(read));
            }
        }
        Path script = folder.resolve("trainers.py");
        try (var resource = TrainersTest.class.getResourceAsStream("trainers.py")) {
            Files.copy(resource, script);
        }
        Process process = new ProcessBuilder("python3", script.toString(), trainers.toString(), folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
