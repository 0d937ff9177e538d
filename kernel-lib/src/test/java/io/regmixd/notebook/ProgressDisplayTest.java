package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressDisplayTest {

    private record Shown(String text, String html, String id, boolean first) {}

    private final List<Shown> shown = new ArrayList<>();
    private long now = 5;
    private final ProgressDisplay display = new ProgressDisplay(
            (bundle, id, first) -> shown.add(
                    new Shown((String) bundle.get("text/plain"), (String) bundle.get("text/html"), id, first)),
            Duration.ofMillis(250),
            () -> now);

    private void after(double seconds, String step, double fraction, String message) {
        now += Math.round(seconds * 1e9);
        display.update(step, fraction, message);
    }

    @Test
    void oneBarMovesInPlaceAndEndsWithTheTimeItTook() {
        after(0, "Training proxies", 0, "0 of 48");
        after(100, "Training proxies", 0.25, "12 of 48, 61,000 tokens/s");
        after(300, "Training proxies", 1, "48 of 48");

        assertThat(shown.stream().map(Shown::text))
                .containsExactly(
                        "Training proxies  0%  0 of 48",
                        "Training proxies  25%  12 of 48, 61,000 tokens/s, about 5 min left",
                        "Training proxies  done in 6 min 40 s  48 of 48");
        assertThat(shown.stream().map(Shown::first)).containsExactly(true, false, false);
        assertThat(shown.stream().map(Shown::id)).containsOnly(shown.getFirst().id());
        assertThat(shown.get(1).html()).contains("width:25.0%");
    }

    @Test
    void timeLeftFollowsThePaceSinceAResumeNotTheShareDoneBeforeIt() {
        after(0, "Training the target", 0.4, "");
        after(60, "Training the target", 0.5, "");

        // a tenth in one minute, five tenths to go
        assertThat(shown.getLast().text()).isEqualTo("Training the target  50%  about 5 min left");
    }

    @ParameterizedTest
    @CsvSource({
        "0.2, ''",
        "3, about 3 s left",
        "75, about 1 min 15 s left",
        "200, about 3 min left",
        "12000, about 3 h 20 min left"
    })
    void timeLeftIsRounded(double secondsLeft, String words) {
        after(0, "Step", 0, "");
        after(100, "Step", 100 / (100 + secondsLeft), "");

        assertThat(shown.getLast().text()).endsWith(("%  " + words).strip());
    }

    @Test
    void atMostFourUpdatesASecondButAlwaysTheLast() {
        for (int i = 0; i <= 1000; i++) {
            after(0.001, "Counting", i / 1000.0, "");
        }

        assertThat(shown).hasSizeBetween(4, 6);
        assertThat(shown.getLast().text()).startsWith("Counting  done in 1.0 s");
    }

    @Test
    void anotherStepOrTheSameStepAgainGetsABarOfItsOwn() {
        after(1, "Fetching", 1, "");
        after(1, "Tokenising", 0.5, "");
        after(1, "Tokenising", 0.1, "started over");
        after(1, "Tokenising", 1, "");
        after(1, "Tokenising", 0, "");

        assertThat(shown.stream().map(Shown::first)).containsExactly(true, true, true, false, true);
        assertThat(shown.stream().map(Shown::id).distinct()).hasSize(4);
    }

    @Test
    void fractionsOutOfRangeNeverStopTheStep() {
        after(0, "Step", Double.NaN, "");
        after(1, "Step", -3, "");
        after(1, "Step", 7, "");

        assertThat(shown.getFirst().text()).isEqualTo("Step  0%");
        assertThat(shown.getLast().text()).isEqualTo("Step  done in 2.0 s");
    }

    @Test
    void messagesAreTextNotMarkup() {
        after(0, "a < b", 0.5, "<script>");

        assertThat(shown.getFirst().html())
                .contains("a &lt; b", "&lt;script&gt;")
                .doesNotContain("<script>");
    }

    @ParameterizedTest
    @CsvSource({
        "0.44, 0.4 s",
        "41, 41 s",
        "60, 1 min",
        "125, 2 min 5 s",
        "3600, 1 h",
        "12000, 3 h 20 min",
        "86400, 1 d",
        "187200, 2 d 4 h",
    })
    void timesReadInTwoUnits(double seconds, String words) {
        assertThat(ProgressDisplay.inWords(Duration.ofMillis(Math.round(seconds * 1000))))
                .isEqualTo(words);
    }
}
