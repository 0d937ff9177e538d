package io.regmixd;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.export.PlanCommand;
import io.regmixd.export.ScheduleExport;
import io.regmixd.export.ScheduleFormat;
import io.regmixd.planning.Plan;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The planning wing for those who train elsewhere: nothing of PyTorch and of the training wing is even loaded.
class PlanningAloneTest {

    /// Fits trajectories, plans a schedule and writes it for another trainer.
    static final class FromRunsToASchedule {
        public static void main(String[] args) throws Exception {
            SyntheticWorld world = new SyntheticWorld(3, 2, 0.01, 1);
            Trajectories runs = world.train(world.switching(16, 1), 1);
            TransitionModel model = TransitionModel.fit(runs, Regressor.standard(), 1, Progress.SILENT);
            Problem problem = Problem.minimise("domain0", world.domains());
            Plan plan = Planner.lookAhead(model, problem, 1).plan(2, Progress.SILENT);
            ScheduleExport.of(plan.name(), plan.schedule(), 100, 4, 16).write(ScheduleFormat.JSON, Path.of(args[0]));
            System.out.println("planned");
        }
    }

    @Test
    void aScheduleIsPlannedWithoutLoadingPyTorchOrTheTrainingWing(@TempDir Path folder) throws Exception {
        Path loaded = folder.resolve("loaded");
        String log = "JAVA_TOOL_OPTIONS=-Xlog:class+load:file=" + loaded + "; export JAVA_TOOL_OPTIONS;";
        try (OtherJvm jvm = new OtherJvm(
                log, FromRunsToASchedule.class, folder.resolve("out").toString())) {
            List<String> said = Stream.iterate(jvm.line(), line -> line != null, line -> next(jvm))
                    .toList();
            assertThat(said).last().isEqualTo("planned");
        }
        assertPlanningAlone(loaded);
    }

    @Test
    void theCommandLoadsNeitherPyTorchNorTheTrainingWingNorAwt(@TempDir Path folder) throws Exception {
        SyntheticWorld world = new SyntheticWorld(3, 2, 0.01, 1);
        Path runs = folder.resolve("runs.csv");
        world.train(world.switching(24, 1), 1).table().write().csv(runs.toFile());
        Path loaded = folder.resolve("loaded");
        String log = "JAVA_TOOL_OPTIONS=-Xlog:class+load:file=" + loaded + "; export JAVA_TOOL_OPTIONS;";
        Path out = folder.resolve("out");
        try (OtherJvm jvm = new OtherJvm(
                log, PlanCommand.class, "--runs", runs.toString(), "--objective", "domain0", "--out", out.toString())) {
            List<String> said = Stream.iterate(jvm.line(), line -> line != null, line -> next(jvm))
                    .toList();
            assertThat(said).last().isEqualTo("  schedule.svg");
        }
        assertPlanningAlone(loaded);
        assertThat(Files.readAllLines(loaded)).noneMatch(line -> line.contains(" java.awt.Toolkit"));
    }

    private static void assertPlanningAlone(Path loaded) throws IOException {
        List<String> classes = Files.readAllLines(loaded);
        assertThat(classes).as("the log of loaded classes").anyMatch(line -> line.contains("io.regmixd.planning."));
        assertThat(classes)
                .noneMatch(line -> line.contains(" ai.djl.")
                        || line.matches(".* io\\.regmixd\\.(engine|data|training|evaluation|notebook)\\..*"));
    }

    private static String next(OtherJvm jvm) {
        try {
            return jvm.line();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
