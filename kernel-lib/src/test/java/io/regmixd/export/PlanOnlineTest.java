package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.SyntheticWorld;
import io.regmixd.store.ArrowFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanOnlineTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(3, 2, 0.002, 1);

    @TempDir
    private Path folder;

    /// The same design, with other noise in the losses.
    private Path sweep(long noise) throws IOException {
        Path file = folder.resolve("sweep-" + noise + ".arrow");
        ArrowFile.write(
                file, WORLD.train(WORLD.constant(WORLD.mixtures(10, 3)), noise).table(), Map.of());
        return file;
    }

    private OnlineDialogue dialogue(Path sweep, String steps) throws Exception {
        return PlanOnline.dialogue(
                "--runs", sweep.toString(), "--objective", "domain0", "--steps", steps, "--log", folder + "/log.json");
    }

    @Test
    void logOfAnotherSweepOfTheSameDesignIsRefused() throws Exception {
        String answer = dialogue(sweep(4), "100").answer("{\"step\": 0}");
        assertThat(dialogue(sweep(4), "100").answer("{\"step\": 0}"))
                .isEqualTo(answer.replaceFirst("}$", ",\"replayed\":true}"));
        assertThatThrownBy(() -> dialogue(sweep(5), "100"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("log.json")
                .hasMessageContaining("belongs to another plan: sweep is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"look-ahead", "greedy", "published"})
    void everyPlannerAnswersTheWholeTraining(String method) throws Exception {
        OnlineDialogue dialogue = PlanOnline.dialogue(
                "--runs", sweep(4).toString(), "--objective", "domain0", "--steps", "100", "--method", method);
        assertThat(dialogue.answer("{\"step\": 0}")).contains("\"stage\":1").doesNotContain("error");
        assertThat(dialogue.answer("{\"step\": 50, \"losses\": {\"domain0\": 3, \"domain1\": 3, \"domain2\": 3}}"))
                .contains("\"stage\":2", "\"until_step\":100")
                .doesNotContain("error");
    }

    @Test
    void runsThatCannotBeFollowedAreRefused() throws Exception {
        Path wide = Files.writeString(
                folder.resolve("wide.csv"), "run,weight_domain0,weight_domain1,loss_domain0\na,1,0,3\n");
        assertThatThrownBy(
                        () -> PlanOnline.dialogue("--runs", wide.toString(), "--objective", "domain0", "--steps", "9"))
                .hasMessageContaining("final losses only");
        Path some = Files.writeString(
                folder.resolve("some.csv"), "run,stage,domain,weight,loss_nats\na,1,domain0,0.5,3\na,1,domain1,0.5,\n");
        assertThatThrownBy(
                        () -> PlanOnline.dialogue("--runs", some.toString(), "--objective", "domain0", "--steps", "9"))
                .hasMessageContaining("have losses of domain0 alone");
        Path sweep = sweep(4);
        assertThatThrownBy(() -> PlanOnline.dialogue(
                        "--runs", sweep.toString(), "--objective", "domain0", "--steps", "9", "--method", "doremi"))
                .hasMessageContaining("--method doremi: expected look-ahead, greedy or published");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2500.7", "1e12", "3000000000", "many"})
    void stepsAreAWholeNumber(String steps) throws Exception {
        Path sweep = sweep(4);
        assertThatThrownBy(() -> dialogue(sweep, steps))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--steps " + steps);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.5", "1e3", "9223372036854775808", "any"})
    void theSeedIsAWholeNumber(String seed) throws Exception {
        Path sweep = sweep(4);
        assertThatThrownBy(() -> PlanOnline.dialogue(
                        "--runs", sweep.toString(), "--objective", "domain0", "--steps", "100", "--seed", seed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--seed " + seed);
    }
}
