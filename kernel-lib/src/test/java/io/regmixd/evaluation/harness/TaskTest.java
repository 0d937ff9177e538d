package io.regmixd.evaluation.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.engine.Likelihood;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Prompts, shots and metrics beside those that lm-evaluation-harness itself makes of the same examples.
class TaskTest {

    @ParameterizedTest
    @EnumSource
    void stringsThatAreScoredAreTheHarnesss(Task task) throws Exception {
        List<Document> scored =
                HarnessExpectations.documents(task, task.scored()).read();
        List<Document> shown = HarnessExpectations.documents(task, task.shown()).read();
        JsonNode prompts = HarnessExpectations.ALL.at("/tasks/" + task.label() + "/prompts");
        assertThat(prompts.propertyNames()).containsExactly("0", "2", "5");
        for (String shots : prompts.propertyNames()) {
            List<String> before = Requests.shots(task, scored, shown, Integer.parseInt(shots));
            List<List<List<String>>> made = new ArrayList<>();
            for (int i = 0; i < scored.size(); i++) {
                String shotsOf = before.get(i);
                made.add(task.question(scored.get(i)).choices().stream()
                        .map(choice -> List.of(shotsOf + choice.context(), choice.continuation()))
                        .toList());
            }
            assertThat(made).as(shots + " shots").isEqualTo(texts(prompts.get(shots)));
        }
    }

    private static List<List<List<String>>> texts(JsonNode documents) {
        return documents
                .valueStream()
                .map(document -> document.valueStream()
                        .map(request ->
                                request.valueStream().map(JsonNode::asString).toList())
                        .toList())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void metricsAndStandardErrorsAreTheHarnesss(Task task) throws Exception {
        List<Question> questions = HarnessExpectations.documents(task, task.scored()).read().stream()
                .map(task::question)
                .toList();
        JsonNode trials = HarnessExpectations.ALL.at("/tasks/" + task.label() + "/trials");
        assertThat(trials.size()).isEqualTo(6);
        for (JsonNode trial : trials) {
            List<List<Likelihood>> answers = trial.get("likelihoods")
                    .valueStream()
                    .map(document -> document.valueStream()
                            .map(of -> new Likelihood(
                                    of.get(0).asDouble(), of.get(1).asBoolean()))
                            .toList())
                    .toList();
            assertThat(trial.get("metrics").propertyNames())
                    .containsExactlyInAnyOrderElementsOf(
                            task.metrics().stream().map(Metric::label).toList());
            for (Metric metric : task.metrics()) {
                Judgement judged = Judgement.of(metric, task.completes(), questions, answers);
                double expected = trial.get("metrics").get(metric.label()).asDouble();
                assertThat(judged.value()).as(metric.label()).isCloseTo(expected, within(1e-9 * Math.max(1, expected)));
                if (metric == Metric.ACC || metric == Metric.ACC_NORM) {
                    assertThat(judged.standardError())
                            .isCloseTo(
                                    trial.get("standard_errors")
                                            .get(metric.label())
                                            .asDouble(),
                                    within(1e-12));
                }
            }
        }
    }

    /// The harness bootstraps these two, we do not: with 400 documents both ways agree within the bootstrap's
    /// own noise and its order 1/n.
    @Test
    void standardErrorsOfPerplexityAndF1AreNearTheHarnesssBootstrap() {
        JsonNode perplexity = HarnessExpectations.ALL.at("/bootstrapped/perplexity");
        List<List<Likelihood>> likelihoods = perplexity
                .get("log_probabilities")
                .valueStream()
                .map(of -> List.of(new Likelihood(of.asDouble(), false)))
                .toList();
        List<Question> words =
                likelihoods.stream().map(of -> Question.complete("a", " b")).toList();
        judge(perplexity, Judgement.of(Metric.PERPLEXITY, true, words, likelihoods));

        JsonNode f1 = HarnessExpectations.ALL.at("/bootstrapped/f1");
        List<Question> questions = new ArrayList<>();
        List<List<Likelihood>> answers = new ArrayList<>();
        for (JsonNode pair : f1.get("gold_and_predicted")) {
            questions.add(
                    Question.choose("same?", List.of("no", "yes"), pair.get(0).asInt()));
            int predicted = pair.get(1).asInt();
            answers.add(List.of(new Likelihood(-predicted, false), new Likelihood(predicted - 1, false)));
        }
        judge(f1, Judgement.of(Metric.F1, false, questions, answers));
    }

    private static void judge(JsonNode expected, Judgement judged) {
        assertThat(judged.value()).isCloseTo(expected.get("value").asDouble(), within(1e-9));
        double error = expected.get("standard_error").asDouble();
        assertThat(judged.standardError()).isCloseTo(error, within(0.05 * error));
    }

    @Test
    void papersAverageThirteenTasksThatDifferInOne() {
        assertThat(Task.REGMIX_D).hasSize(13).doesNotHaveDuplicates().contains(Task.ARC_CHALLENGE);
        assertThat(Task.REGMIX).hasSize(13).doesNotHaveDuplicates().contains(Task.SOCIAL_IQA);
        assertThat(Task.REGMIX.stream().filter(Task.REGMIX_D::contains)).hasSize(12);
    }

    @Test
    void documentsThatDoNotFitTheirTaskAreRefusedByField() {
        Document unlabelled = new Document(Map.of("goal", "a", "sol1", "b", "sol2", "c", "label", -1));
        assertThatThrownBy(() -> Task.PIQA.question(unlabelled)).hasMessageContaining("without labels");
        assertThatThrownBy(() -> Task.PIQA.question(new Document(Map.of("goal", 3))))
                .hasMessageContaining("field goal is 3, expected a text");
        assertThatThrownBy(() -> Task.PIQA.question(new Document(Map.of("goal", "a"))))
                .hasMessageContaining("field sol1 is missing; there are [goal]");
        assertThatThrownBy(() -> Task.WINOGRANDE.question(new Document(Map.of("sentence", "no gap"))))
                .hasMessageContaining("has no _");
        assertThatThrownBy(
                        () -> Task.RACE.question(new Document(Map.of("article", "a", "problems", "[{'question': 'b"))))
                .hasMessageContaining("expected '");
        assertThatThrownBy(() -> Task.of("boolq"))
                .hasMessageContaining("no task boolq")
                .hasMessageContaining("arc_easy");
    }
}
