package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Json;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PlanCommandTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(4, 3, 0.002, 1);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int plan(String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of(more));
        return PlanCommand.run(
                Options.of(args.toArray(String[]::new)), new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private String trajectories(int runs) {
        Path file = folder.resolve("runs.csv");
        WORLD.train(WORLD.switching(runs, 3), 4).table().write().csv(file.toFile());
        return file.toString();
    }

    /// Final losses alone, a row per run.
    private String wide(int runs) throws IOException {
        Trajectories all = WORLD.train(WORLD.constant(WORLD.mixtures(runs, 3)), 4);
        StringBuilder csv = new StringBuilder("run");
        all.domains().forEach(domain -> csv.append(",weight_").append(domain));
        csv.append(",loss_domain0\n");
        for (Trajectory run : all.runs()) {
            csv.append(run.run());
            for (double weight : run.schedule().mean().weights()) {
                csv.append(',').append(weight);
            }
            csv.append(',').append(run.loss(3, 0)).append('\n');
        }
        return Files.writeString(folder.resolve("wide.csv"), csv).toString();
    }

    @Test
    void trajectoriesGiveAScheduleThatIsBetterThanTheNaturalMixture() throws Exception {
        Path out = folder.resolve("out");
        int code =
                plan("--runs", trajectories(48), "--objective", "domain0", "--out", out.toString(), "--format", "csv");
        assertThat(code).as(said()).isZero();
        assertThat(said()).contains("weights in %", "stage 3", "RegMix-D look-ahead is expected to end at");
        MixtureSchedule schedule = ScheduleExport.read(out.resolve("schedule.json"));
        assertThat(ScheduleExport.read(out.resolve("schedule.csv"))).isEqualTo(schedule);
        double planned = WORLD.losses(schedule)[3][0];
        double natural = WORLD.losses(MixtureSchedule.constant(WORLD.natural(), 3))[3][0];
        assertThat(planned).isLessThan(natural);
        JsonNode expected = Json.read(out.resolve("plan.json")).get("expected");
        assertThat(expected.get(0).get("low").doubleValue()).isLessThan(planned);
        assertThat(expected.get(0).get("high").doubleValue()).isGreaterThan(planned);
        assertThat(Files.readString(out.resolve("schedule.svg")))
                .startsWith("<svg")
                .contains(">domain0 ", "stage")
                .endsWith("</svg>\n");
    }

    @Test
    void finalLossesGiveOneMixtureAndTheCommandSaysWhy() throws Exception {
        Path out = folder.resolve("out");
        assertThat(plan("--runs", wide(48), "--objective", "domain0", "--stages", "2", "--out", out.toString()))
                .as(said())
                .isZero();
        assertThat(said()).contains("final losses only: one mixture is planned for the whole training");
        MixtureSchedule schedule = ScheduleExport.read(out.resolve("schedule.json"));
        assertThat(schedule.size()).isEqualTo(2);
        assertThat(schedule.stages().get(0)).isEqualTo(schedule.stages().get(1));
        String table = wide(48);
        assertThatThrownBy(() -> plan("--runs", table, "--objective", "domain0", "--method", "look-ahead"))
                .hasMessageContaining("these runs have final losses only");
    }

    @Test
    void noWeightIsOutsideWhatTheRunsHadOrTheUserAllows() throws Exception {
        Path out = folder.resolve("out");
        plan("--runs", trajectories(32), "--objective", "domain0", "--highest", "domain0=0.3", "--out", out.toString());
        Trajectories runs = WORLD.train(WORLD.switching(32, 3), 4);
        ScheduleExport.read(out.resolve("schedule.json")).stages().forEach(mixture -> {
            assertThat(mixture.weight("domain0")).isLessThanOrEqualTo(0.3 + 1e-9);
            for (int d = 0; d < mixture.size(); d++) {
                int domain = d;
                assertThat(mixture.weight(d))
                        .isLessThanOrEqualTo(runs.runs().stream()
                                        .flatMap(run -> run.schedule().stages().stream())
                                        .mapToDouble(trained -> trained.weight(domain))
                                        .max()
                                        .orElseThrow()
                                + 1e-9);
            }
        });
        assertThat(said()).contains("domain0 is at its highest weight, 30.0%");
    }

    @Test
    void runsThatTellNothingGetNoPlan() throws Exception {
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("run,weight_a,weight_b,loss_a\n");
        for (int i = 0; i < 24; i++) {
            double a = random.nextDouble();
            csv.append(String.format(Locale.ROOT, "%d,%.4f,%.4f,%.4f%n", i, a, 1 - a, 3 + 0.1 * random.nextGaussian()));
        }
        Path file = Files.writeString(folder.resolve("noise.csv"), csv);
        assertThat(plan("--runs", file.toString(), "--objective", "a")).isEqualTo(3);
        assertThat(said()).contains("No plan: these runs do not tell mixtures apart; ");
    }

    @Test
    void epochsAreCountedAndBounded() throws Exception {
        Path available = Files.writeString(folder.resolve("available.json"), "{\"domain0\": 1000, \"domain1\": 1e6}");
        String[] training = {"--steps", "10", "--batch", "10", "--context", "100"};
        List<String> args = new ArrayList<>(List.of(
                "--runs", wide(48), "--objective", "domain0", "--available", available.toString(), "--epochs", "2"));
        args.addAll(List.of(training));
        assertThat(plan(args.toArray(String[]::new))).as(said()).isZero();
        assertThat(said()).contains("Epochs over the whole training: domain0 2.00");
    }

    @Test
    void wrongOptionsAreNamed() throws Exception {
        String table = wide(16);
        assertThatThrownBy(() -> plan("--runs", table))
                .hasMessageContaining("--objective: missing; measured were domain0");
        assertThatThrownBy(() -> plan("--runs", table, "--objective", "domain1"))
                .hasMessageContaining("no loss or metric domain1");
        assertThatThrownBy(() -> plan("--runs", table, "--objective", "domain0", "--epochs", "4"))
                .hasMessageContaining("--epochs 4 needs --available");
        assertThatThrownBy(() -> plan("--runs", table, "--objective", "domain0", "--format", "csv"))
                .hasMessageContaining("--out");
        Path natural = Files.writeString(folder.resolve("natural.json"), "{\"domain0\": 1}");
        assertThatThrownBy(() -> plan("--runs", table, "--objective", "domain0", "--natural", natural.toString()))
                .hasMessageContaining("has no share of domain1, domain2, domain3");
        assertThatThrownBy(() ->
                        plan("--runs", table, "--objective", "domain0", "--out", folder.toString(), "--format", "yml"))
                .hasMessageContaining("yml")
                .hasMessageContaining("yaml, csv");
    }

    @Test
    void untrainedLossesThatAreMissingMoveNoPlan() throws Exception {
        Path whole = Path.of(trajectories(48));
        Path without = folder.resolve("without.csv");
        List<String> lines = Files.readAllLines(whole);
        int stage = Arrays.asList(lines.getFirst().split(",", -1)).indexOf("stage");
        Files.write(
                without,
                lines.stream()
                        .filter(line -> !line.split(",", -1)[stage].equals("0"))
                        .toList());
        plan("--runs", whole.toString(), "--objective", "domain0", "--out", folder + "/a");
        plan("--runs", without.toString(), "--objective", "domain0", "--out", folder + "/b");
        double a = WORLD.losses(ScheduleExport.read(folder.resolve("a/schedule.json")))[3][0];
        double b = WORLD.losses(ScheduleExport.read(folder.resolve("b/schedule.json")))[3][0];
        assertThat(b).isCloseTo(a, within(0.02));
        assertThat(said()).contains("no losses of untrained models (stage 0)");
    }

    @Test
    void whatWasPredictedIsComparedWithWhatTargetsShowed() throws Exception {
        Path out = folder.resolve("out");
        plan("--runs", wide(48), "--objective", "domain0", "--out", out.toString());
        said.reset();
        JsonNode expected = Json.read(out.resolve("plan.json")).get("expected");
        double plan = expected.get(0).get("value").doubleValue();
        double natural = expected.get(1).get("value").doubleValue();
        Path observed = Files.writeString(
                folder.resolve("target.csv"),
                "run,seed,loss_domain0\nRegMix,1," + (plan + 0.001) + "\nRegMix,2," + (plan - 0.001) + "\nnatural,1,"
                        + (natural + 1) + "\n");
        assertThat(plan("--check", out + "/plan.json", "--observed", observed.toString()))
                .isZero();
        assertThat(said().lines().toList())
                .anySatisfy(line -> assertThat(line).startsWith("RegMix").endsWith("mean of 2"))
                .anySatisfy(line -> assertThat(line).startsWith("natural").endsWith("outside"))
                .contains("Mean absolute error 0.5000 nats per token; 1 of 2 within their 95% intervals.")
                .contains(String.format(
                        Locale.ROOT,
                        "Gain of RegMix over natural: predicted %+.4f, observed %+.4f.",
                        natural - plan,
                        natural + 1 - plan));
        Path alone =
                Files.writeString(folder.resolve("alone.csv"), "stage,domain,loss_nats\n1,domain0,9\n2,domain0,1\n");
        said.reset();
        plan("--check", out + "/plan.json", "--observed", alone.toString());
        assertThat(said()).contains("1.0000");
        Path other = Files.writeString(folder.resolve("other.csv"), "run,loss_domain0\nmine,1\n");
        assertThatThrownBy(() -> plan("--check", out + "/plan.json", "--observed", other.toString()))
                .hasMessageContaining("name them [RegMix, natural]");
    }

    /// Each phase goes up to nearly all of a domain, the mean of a run's two does not.
    @Test
    void runsOfTwoPhasesCountWithTheirMeanAndBoundThePlanByIt() throws Exception {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("run,phase_0_a,phase_0_b,phase_1_a,phase_1_b,eval/a_bpb\n");
        double highest = 0;
        for (int i = 0; i < 40; i++) {
            double first = random.nextDouble();
            double second = random.nextDouble();
            double mean = (first + second) / 2;
            highest = Math.max(highest, mean);
            csv.append(String.format(
                    Locale.ROOT,
                    "%d,%.6f,%.6f,%.6f,%.6f,%.6f%n",
                    i,
                    first,
                    1 - first,
                    second,
                    1 - second,
                    1.5 - mean / 2));
        }
        Path out = folder.resolve("out");
        Path file = Files.writeString(folder.resolve("phases.csv"), csv);
        assertThat(plan("--runs", file.toString(), "--objective", "a", "--out", out.toString()))
                .as(said())
                .isZero();
        assertThat(ScheduleExport.read(out.resolve("schedule.json")).mean().weight("a"))
                .isLessThanOrEqualTo(highest + 1e-6)
                .isGreaterThan(highest - 0.05);
        assertThat(said())
                .contains("2 phases, final losses only", "counts with its mean mixture", "bits per byte")
                .doesNotContain("Beyond the runs");
    }

    @Test
    void aScoreIsMaximised() throws Exception {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("run,weight_a,weight_b,piqa\n");
        for (int i = 0; i < 40; i++) {
            double a = random.nextDouble();
            csv.append(String.format(
                    Locale.ROOT, "%d,%.4f,%.4f,%.4f%n", i, a, 1 - a, 0.4 + a / 3 + 0.005 * random.nextGaussian()));
        }
        Path out = folder.resolve("out");
        Path file = Files.writeString(folder.resolve("scores.csv"), csv);
        assertThat(plan(
                        "--runs",
                        file.toString(),
                        "--objective",
                        "piqa",
                        "--maximise",
                        "true",
                        "--out",
                        out.toString()))
                .as(said())
                .isZero();
        MixtureSchedule schedule = ScheduleExport.read(out.resolve("schedule.json"));
        assertThat(schedule.domains()).containsExactly("a", "b");
        assertThat(schedule.mean().weight("a")).isGreaterThan(0.85);
        Path target = Files.writeString(folder.resolve("target.csv"), "piqa\n0.73\n");
        said.reset();
        plan("--check", out + "/plan.json", "--observed", target.toString());
        assertThat(said()).contains("0.2700");
    }
}
