package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.OnlinePlanner;
import io.regmixd.planning.Plan;
import io.regmixd.store.Json;
import io.regmixd.store.Provenance;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class OnlineDialogueTest {

    private static final List<String> DOMAINS = List.of("web", "co\"de");
    private static final String FIRST = "{\"step\": 0}";
    private static final String SECOND = "{\"step\": 325, \"losses\": {\"web\": 3, \"co\\\"de\": 1}}";
    private static final String THIRD = "{\"step\": 675, \"losses\": {\"co\\\"de\": 1, \"web\": 2}}";

    @TempDir
    private Path folder;

    private final List<Trajectory> asked = new ArrayList<>();
    private RuntimeException failure;

    /// The losses in proportion.
    private final OnlinePlanner planner = new OnlinePlanner() {
        @Override
        public String name() {
            return "in proportion";
        }

        @Override
        public Plan plan(int stages, Progress progress) {
            return Plan.withoutPrediction(name(), MixtureSchedule.constant(Mixture.uniform(DOMAINS), stages));
        }

        @Override
        public Plan replan(Trajectory soFar, int stages, Progress progress) {
            asked.add(soFar);
            if (failure != null) {
                throw failure;
            }
            List<Mixture> schedule = new ArrayList<>(soFar.schedule().stages());
            double[] losses = soFar.losses(schedule.size());
            schedule.addAll(Collections.nCopies(stages - schedule.size(), Mixture.proportional(DOMAINS, losses)));
            return Plan.withLosses(
                    name(), new MixtureSchedule(schedule), new double[][] {{9, 8}}, new double[0][], List.of("far"));
        }
    };

    private OnlineDialogue dialogue(String problem) throws IOException {
        return new OnlineDialogue(
                planner, DOMAINS, new double[] {10, 11}, 3, 1000, Optional.of(folder.resolve("log.json")), of(problem));
    }

    private static Provenance of(String problem) {
        return Provenance.of(Map.of("problem", problem, "seed", 1));
    }

    private static Map<String, Object> mixture(String answer) {
        ObjectNode mixture = (ObjectNode) Json.parse(answer).get("mixture");
        return Map.of(
                "web",
                mixture.get("web").doubleValue(),
                "co\"de",
                mixture.get("co\"de").doubleValue());
    }

    private static String replayed(String answer) {
        return answer.replaceFirst("}$", ",\"replayed\":true}");
    }

    @Test
    void eachStageIsAnsweredFromTheLossesShown() throws Exception {
        OnlineDialogue dialogue = dialogue("s");
        String first = dialogue.answer(FIRST);
        String second = dialogue.answer(SECOND);
        String third = dialogue.answer(THIRD);

        assertThat(first).startsWith("{\"step\":0,\"stage\":1,\"until_step\":325,\"mixture\":{\"web\":0.5,");
        assertThat(Json.parse(first).has("predicted")).isFalse();
        assertThat(second).startsWith("{\"step\":325,\"stage\":2,\"until_step\":675,");
        assertThat(second).endsWith("\"predicted\":{\"web\":9.0,\"co\\\"de\":8.0},\"warnings\":[\"far\"]}");
        assertThat(mixture(second)).isEqualTo(Map.of("web", 0.75, "co\"de", 0.25));
        assertThat(third).startsWith("{\"step\":675,\"stage\":3,\"until_step\":1000,");
        Trajectory last = asked.getLast();
        assertThat(last.losses(0)).containsExactly(10, 11);
        assertThat(last.losses(1)).containsExactly(3, 1);
        assertThat(last.losses(2)).containsExactly(2, 1);
        assertThat(last.schedule().stages()).containsExactly(Mixture.uniform(DOMAINS), Mixture.of(DOMAINS, 0.75, 0.25));
    }

    @Test
    void aDecisionStandsAlsoInANewProcess() throws Exception {
        OnlineDialogue before = dialogue("s");
        before.answer(FIRST);
        String second = before.answer(SECOND);
        String again = SECOND.replace("\"web\": 3", "\"web\": 2.9");

        assertThat(before.answer(again)).isEqualTo(replayed(second));
        OnlineDialogue after = dialogue("s");
        assertThat(after.answer(again)).isEqualTo(replayed(second));
        assertThat(dialogue("s").answer(again)).isEqualTo(replayed(second));
        assertThat(asked).hasSize(1);
        assertThat(after.answer(THIRD)).isEqualTo(before.answer(THIRD));
        assertThat(asked.get(1).losses(1)).containsExactly(3, 1);
        assertThat(asked.get(1).schedule()).isEqualTo(asked.get(2).schedule());

        assertThatThrownBy(() -> dialogue("other"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("log.json belongs to another plan: problem is s there, and now other")
                .hasMessageContaining("delete this one");
        Files.writeString(folder.resolve("log.json"), "{\"provenance\": " + of("s").json() + ", \"exchanges\": [{}]}");
        assertThatThrownBy(() -> dialogue("s"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("log.json is damaged: exchange 1 has no answer");
        Files.writeString(folder.resolve("log.json"), "{\"settings\": \"s\", \"exchanges\": []}");
        assertThatThrownBy(() -> dialogue("s"))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("log.json", "earlier version", "delete this one");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    hello                                       | not JSON: Unrecognized token 'hello'
                    [1]                                         | not a JSON object
                    {"step": 0} {"step": 0}                     | not JSON: Trailing token
                    {}                                          | step: missing, expected a number
                    {"step": "0"}                               | step: is "0", expected a number
                    {"step": 10}                                | step: 10 starts no stage; of 1000 steps these do: [0, 325, 675]
                    {"step": 1000}                              | step: 1000 starts no stage
                    {"step": 675, "losses": {}}                 | step: 675 comes too early; ask at step 325 first
                    {"step": 325}                               | losses: missing, expected an object
                    {"step": 325, "losses": {"web": 1}}         | losses.co"de: missing, expected a number
                    {"step": 325, "losses": {"wab": 1}}         | losses.wab: the proxies had no such domain
                    {"step": 325, "losses": {"web": NaN}}       | not JSON: Non-standard token 'NaN'
                    {"step": 325, "losses": {"web": 1e999}}     | losses.web: is
                    {"step": 325, "losses": {"web": -1}}        | losses.web: is -1.0, expected nats per token, above 0
                    {"step": 325, "loss": 1}                    | loss: there is no such field; known are [step, losses]
                    {"step": 325, "step": 325}                  | not JSON: Duplicate
                    """)
    void whatCannotBeAnsweredNamesTheFieldAndIsNoEnd(String question, String error) throws Exception {
        OnlineDialogue dialogue = dialogue("s");
        String first = dialogue.answer(FIRST);

        assertThat(Json.parse(dialogue.answer(question)).get("error").asString())
                .startsWith(error);
        assertThat(dialogue.answer(FIRST)).isEqualTo(replayed(first));
        assertThat(mixture(dialogue.answer(SECOND))).containsEntry("web", 0.75);
    }

    @Test
    void aPlannerThatFailsMayBeAskedAgain() throws Exception {
        OnlineDialogue dialogue = dialogue("s");
        dialogue.answer(FIRST);
        failure = new ArithmeticException("too hot");
        assertThat(dialogue.answer(THIRD.replace("675", "325"))).isEqualTo("{\"error\":\"too hot\"}");
        failure = null;
        assertThat(mixture(dialogue.answer(SECOND))).containsEntry("web", 0.75);
    }

    @Test
    void fewerStepsThanStagesAreRefused() {
        assertThatThrownBy(() -> new OnlineDialogue(planner, DOMAINS, new double[2], 3, 2, Optional.empty(), of("s")))
                .hasMessageContaining("steps 2: expected at least 3");
    }
}
