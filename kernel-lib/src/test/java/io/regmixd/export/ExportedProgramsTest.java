package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs what is exported as a program, beside stand-ins for the trainers that check what these would.
class ExportedProgramsTest {

    private static final List<String> DOMAINS = List.of("we\"b", "code", "ma\nth", "none\ud83c\udf89");

    private static final ScheduleExport EXPORT = ScheduleExport.of(
                    "plan",
                    new MixtureSchedule(List.of(
                            Mixture.of(DOMAINS, 0.5, 0.25, 0.25, 0),
                            Mixture.of(DOMAINS, 0.125, 0.875, 0, 0),
                            Mixture.of(DOMAINS, 1, 0, 0, 0))),
                    300,
                    4,
                    16)
            .sources("/data/{domain}");

    @TempDir
    private Path folder;

    @BeforeAll
    static void programsAreHere() {
        assertThat(Path.of("/usr/bin/env")).exists();
        assertThat(List.of(System.getenv("PATH").split(":")))
                .as("folders of PATH: the project needs python3 and bash, see README.md")
                .anyMatch(bin -> Files.isExecutable(Path.of(bin, "python3")))
                .anyMatch(bin -> Files.isExecutable(Path.of(bin, "bash")));
    }

    private void file(String name, String text) throws Exception {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), text);
    }

    private String run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PYTHONUTF8", "1");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void litgptGetsTheWeightsOfTheStageForAllDomains() throws Exception {
        EXPORT.write(ScheduleFormat.LITGPT, folder);
        file("litgpt/data/__init__.py", "class DataModule: pass\n");
        file("litgpt/__init__.py", "");
        file("litdata/__init__.py", "");
        file("litdata/streaming.py", """
                class Kept:
                    def __init__(self, *given, **named): self.__dict__.update(named); self.given = given
                class StreamingDataset(Kept): pass
                class TokensLoader(Kept): pass
                class StreamingDataLoader(Kept): pass
                class CombinedStreamingDataset(Kept):
                    def __init__(self, datasets, seed=42, weights=None, iterate_over_all=True):
                        assert not (iterate_over_all and weights)
                        super().__init__(datasets=datasets, weights=weights)
                """);
        String said = run(Map.of(), "python3", "-c", """
                import regmixd_litgpt as exported
                module = exported.Scheduled(stage=2)
                module.connect(batch_size=3, max_seq_length=16)
                train = module.train_dataloader()
                assert train.batch_size == 3
                mixture = train.given[0]
                print(mixture.weights)
                print([part.input_dir for part in mixture.datasets] == ["/data/we\\"b/train", "/data/code/train", "/data/ma\\nth/train", "/data/none\\U0001f389/train"])
                print(mixture.datasets[0].item_loader.block_size, module.val_dataloader().given[0].weights)
                try:
                    exported.Scheduled(stage=4)
                except ValueError as error:
                    print(error)
                """);
        assertThat(said.lines())
                .containsExactly("[0.125, 0.875, 0.0, 0.0]", "True", "17 None", "stage 4: expected 1 to 3");
    }

    @Test
    void torchtitanGetsPositiveWeightsOnly() throws Exception {
        EXPORT.write(ScheduleFormat.TORCHTITAN, folder);
        file("torchtitan/__init__.py", "");
        file("torchtitan/components/__init__.py", "");
        file("torchtitan/components/data/__init__.py", "");
        file("torchtitan/components/data/dataset.py", """
                from dataclasses import dataclass
                @dataclass(frozen=True, kw_only=True, slots=True)
                class WeightedDataset:
                    dataset: object
                    weight: float = 1.0
                @dataclass(frozen=True, kw_only=True, slots=True)
                class DatasetMixConfig:
                    datasets: tuple
                """);
        String said = run(Map.of(), "python3", "-c", """
                import regmixd_torchtitan as exported
                datasets = {domain: domain for stage in exported.STAGES for domain in stage["weights"]}
                for stage in 1, 2, 3:
                    mixed = exported.mix(stage, datasets).datasets
                    assert all(item.weight > 0 for item in mixed)
                    print([(item.dataset, item.weight) for item in mixed])
                """);
        assertThat(said.lines())
                .containsExactly(
                        "[('we\"b', 0.5), ('code', 0.25), ('ma\\nth', 0.25)]",
                        "[('we\"b', 0.125), ('code', 0.875)]",
                        "[('we\"b', 1.0)]");
    }

    /// The stand-in ends at the next transition, as Megatron does, and once without having got further.
    @Test
    void megatronIsStartedOnceAStageAndGoesOnFromItsCheckpoint() throws Exception {
        List<String> names = List.of("web", "code");
        ScheduleExport export = ScheduleExport.of(
                "plan",
                new MixtureSchedule(
                        List.of(Mixture.of(names, 0.5, 0.5), Mixture.of(names, 0, 1), Mixture.of(names, 0.25, 0.75))),
                300,
                4,
                16);
        export.write(ScheduleFormat.MEGATRON, folder);
        file("trainer.py", """
                import argparse, os
                parser = argparse.ArgumentParser()
                for name in ["data-args-path", "save", "load", "train-samples", "global-batch-size", "seq-length",
                             "phase-transition-iterations", "mine", "save-interval"]:
                    parser.add_argument("--" + name, required=True)
                given = parser.parse_args()
                tracker = os.path.join(given.load, "latest_checkpointed_iteration.txt")
                iteration = int(open(tracker).read()) if os.path.exists(tracker) else 0
                transitions = [int(each) for each in given.phase_transition_iterations.split(",")]
                samples, batch = int(given.train_samples), int(given.global_batch_size)
                end = min([t for t in transitions if t > iteration] + [samples // batch])
                print(iteration, end, open(given.data_args_path).read().split(), given.seq_length, given.mine)
                open(tracker, "w").write(str(end))
                """);
        Path checkpoints = Files.createDirectories(folder.resolve("my checkpoints"));
        Map<String, String> environment = Map.of("CHECKPOINTS", checkpoints.toString());

        String said = run(environment, "bash", "megatron.sh", "python3", "trainer.py", "--mine", "a b");
        assertThat(said.lines().filter(line -> !line.startsWith("Stage")))
                .containsExactly(
                        "0 100 ['0.5', 'web', '0.5', 'code'] 16 a b",
                        "100 200 ['1.0', 'code'] 16 a b",
                        "200 300 ['0.25', 'web', '0.75', 'code'] 16 a b");
        assertThat(run(environment, "bash", "megatron.sh", "python3", "trainer.py"))
                .as("all done")
                .isEmpty();
        Files.writeString(checkpoints.resolve("latest_checkpointed_iteration.txt"), "150");
        assertThat(run(environment, "bash", "-c", "bash megatron.sh true || echo code $?"))
                .contains("ended at step 150 without a new checkpoint", "code 1");
    }
}
