package io.regmixd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.evaluation.harness.Downstream;
import io.regmixd.evaluation.harness.HarnessExpectations;
import io.regmixd.evaluation.harness.Task;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.ArrowFile;
import io.regmixd.training.TargetRun;
import io.regmixd.training.TrainingSettings;
import io.regmixd.trajectory.Trajectories;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {

    @Test
    void evaluationMeasuresTheSavedModelsOnValidationText(@TempDir Path folder) throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        // the trajectory looks at all validation text, too, so both must agree
        TrainingSettings settings =
                new TrainingSettings(tiny, 32, 4, 4, 2, LearningRate.constant(1e-3, 2), 0.1, 1 << 20);
        TargetRun target = TargetRun.of(
                corpus,
                settings,
                Map.of("Uniform", MixtureSchedule.constant(Mixture.uniform(corpus.domains()), 2)),
                List.of(1L, 2L));
        Trajectories trajectories = target.train(folder, Progress.SILENT);

        Evaluation evaluation = Evaluation.of(corpus, target, folder, Progress.SILENT);

        assertThat(evaluation.scores()).hasSize(2);
        for (int seed = 0; seed < 2; seed++) {
            for (int d = 0; d < 3; d++) {
                assertThat(evaluation.scores().get(seed).lossesNats().get(d))
                        .isCloseTo(trajectories.runs().get(seed).loss(2, d), within(1e-12));
            }
        }
        assertThat(ArrowFile.read(folder.resolve("evaluation.arrow")).table().columnNames())
                .containsExactly("method", "seed", "domain", "loss_nats", "bits_per_byte");
        List<String> messages = new ArrayList<>();
        assertThat(Evaluation.of(corpus, target, folder, (step, done, message) -> messages.add(message)))
                .as("read again, not measured again")
                .isEqualTo(evaluation);
        assertThat(messages).hasSize(1);
    }

    @Test
    void scoresOfModelsThatAreTrainedAnewAreMeasuredAnew(@TempDir Path folder) throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        Mixture before = Mixture.of(corpus.domains(), 0.5, 0.3, 0.2);
        Mixture close = Mixture.of(corpus.domains(), 0.5002, 0.2999, 0.1999); // equal when rounded to 0.1%
        Path documents = Files.createDirectories(folder.resolve("copa"));
        Files.copy(
                HarnessExpectations.examples().resolve("copa/validation.jsonl"), documents.resolve("validation.jsonl"));
        Downstream tasks = Downstream.of(Path.of("..", "data-manifests", "tasks.json"), folder)
                .only(List.of(Task.COPA))
                .shots(List.of(0));

        List<Evaluation> evaluations = new ArrayList<>();
        for (Mixture planned : List.of(before, close)) {
            TargetRun target = target(corpus, Map.of("RegMix", MixtureSchedule.constant(planned, 2)));
            trainAnew(target, folder);
            List<String> messages = new ArrayList<>();
            evaluations.add(Evaluation.of(corpus, target, folder, (step, done, message) -> messages.add(message)));
            assertThat(messages).as("losses of either model are measured").contains("seed 1, alpha");
            tasks.score(corpus, target, folder, (step, done, message) -> messages.add(message));
            assertThat(messages).as("tasks are put to either model").contains("seed 1, copa with 0 shots");
        }

        for (Mixture planned : List.of(before, Mixture.of(corpus.domains(), 0, 0, 1))) {
            TargetRun target = target(corpus, Map.of())
                    .online("RegMix", (soFar, stages, progress) -> MixtureSchedule.constant(planned, stages));
            trainAnew(target, folder);
            evaluations.add(Evaluation.of(corpus, target, folder, Progress.SILENT));
        }
        assertThat(evaluations.get(2)).as("trained as the first").isEqualTo(evaluations.get(0));
        assertThat(evaluations.get(3)).isNotEqualTo(evaluations.get(2));
    }

    private static TargetRun target(Corpus corpus, Map<String, MixtureSchedule> schedules) {
        LlamaConfig tiny = new LlamaConfig(1, 2, 16, 32, 256);
        TrainingSettings settings = new TrainingSettings(tiny, 32, 4, 4, 2, LearningRate.constant(1e-2, 2), 0.1, 64);
        return TargetRun.of(corpus, settings, schedules, List.of(1L));
    }

    private static void trainAnew(TargetRun target, Path folder) throws Exception {
        try (DirectoryStream<Path> trained = Files.newDirectoryStream(folder, "target*.arrow")) {
            for (Path file : trained) {
                Files.delete(file);
            }
        }
        target.train(folder, Progress.SILENT);
    }

    /// Three seeds; paired differences -0.1, -0.2, -0.3: mean -0.2, standard deviation 0.1, t(2, 97.5%) =
    /// 4.302653.
    @Test
    void differencesArePairedBySeedWithStudentsInterval() {
        Comparison comparison = new Comparison(evaluation(new double[] {1.9, 2.8, 3.7}), "RegMix");
        Comparison.Mean difference = comparison.difference("RegMix-D", "text");

        assertThat(difference.value()).isCloseTo(-0.2, within(1e-12));
        assertThat(difference.halfWidth()).isCloseTo(4.302653 * 0.1 / Math.sqrt(3), within(1e-6));
        assertThat(difference.differsFromZero()).isFalse();
        assertThat(comparison.inWords())
                .startsWith("No method is shown to be better than RegMix on text in this run.\n"
                        + "No method is shown to be best on text; 2 share the first place: RegMix-D 2.800 ± 2.236,"
                        + " RegMix 3.000 ± 2.484 nats per token (means over seeds).")
                .contains("RegMix-D lies 0.200 nats below RegMix (95% interval of the paired difference -0.448 to"
                        + " +0.048): these seeds do not tell the two apart.");
        assertThat(comparison.elsewhereInWords())
                .startsWith("Elsewhere RegMix-D is worse than RegMix on 0 of the 1 other domains, and its mean loss");
    }

    @Test
    void wordsBeginWithTheBestMethodWhereItBeatsTheBaseline() {
        Comparison comparison = new Comparison(evaluation(new double[] {1.79, 2.8, 3.81}), "RegMix");

        assertThat(comparison.inWords())
                .startsWith("RegMix-D has the lowest validation loss on text: 2.800")
                .doesNotContain("No method");
        Comparison other = new Comparison(comparison.evaluation(), "RegMix-D");
        assertThat(other.elsewhereInWords())
                .startsWith(
                        "Elsewhere RegMix is worse than RegMix-D on 0 of the 1 other domains, and its mean loss over"
                                + " all domains is 3.000 against 2.900 nats.");
    }

    @Test
    void wordsSayWhenNothingBeatsTheBaseline() {
        Comparison comparison = new Comparison(evaluation(new double[] {2.2, 3.2, 4.2}), "RegMix");

        assertThat(comparison.inWords())
                .startsWith("No method is shown to be better than RegMix on text in this run.\n"
                        + "RegMix has the lowest validation loss on text: 3.000 ± 2.484 nats per token, 4.328 bits per"
                        + " byte (mean of 3 seeds).")
                .endsWith("RegMix-D lies 0.200 nats above RegMix (95% interval of the paired difference +0.200 to"
                        + " +0.200).");
    }

    @Test
    void tableHasOneRowAMethodAndWordsCountDivergedTargets() {
        Evaluation evaluation = evaluation(new double[] {1.9, 2.8});
        Comparison comparison = new Comparison(evaluation, "RegMix");

        assertThat(comparison.table().column("seeds").asList()).isEqualTo(List.of(3, 2));
        assertThat(comparison
                        .table()
                        .stringColumn("difference_to_RegMix")
                        .asList()
                        .getFirst())
                .isEqualTo("baseline");
        assertThat(comparison.inWords()).endsWith("1 of 6 targets diverged and are left out.");
        assertThat(comparison.domainTable().columnNames()).containsExactly("domain", "RegMix", "RegMix-D");
        assertThatThrownBy(() -> new Comparison(evaluation, "DoReMi")).hasMessageContaining("no method DoReMi");
    }

    @Test
    void oneSeedHasNoInterval() {
        Evaluation one = new Evaluation(
                List.of("text"),
                List.of(1.0),
                "text",
                List.of("RegMix", "RegMix-D"),
                List.of(
                        new Evaluation.Score("RegMix", 1, List.of(2.0)),
                        new Evaluation.Score("RegMix-D", 1, List.of(1.9))));

        assertThat(new Comparison(one, "RegMix").inWords())
                .contains(
                        "No method is shown to be best on text; 2 share the first place: RegMix-D 1.900, RegMix 2.000")
                .contains("RegMix-D lies 0.100 nats below RegMix; one seed cannot tell whether that is chance.");
    }

    private static Evaluation evaluation(double[] regmixD) {
        List<Evaluation.Score> scores = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            scores.add(new Evaluation.Score("RegMix", seed, List.of(seed + 1.0, 3.0)));
        }
        for (int seed = 1; seed <= regmixD.length; seed++) {
            scores.add(new Evaluation.Score("RegMix-D", seed, List.of(regmixD[seed - 1], 3.0)));
        }
        return new Evaluation(
                List.of("text", "code"), List.of(1.0, 1.0), "text", List.of("RegMix", "RegMix-D"), scores);
    }
}
