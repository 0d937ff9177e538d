package io.regmixd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PredictionsTest {

    /// By seed: Human 3.0, RegMix 2.5 and RegMix-D 2.2 about the same wobble; Annealing wobbles against them.
    private static Comparison comparison() {
        List<Evaluation.Score> scores = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            double wobble = 0.1 * (seed - 2);
            scores.add(new Evaluation.Score("Human", seed, List.of(3.0 + wobble)));
            scores.add(new Evaluation.Score("RegMix", seed, List.of(2.5 + wobble)));
            scores.add(new Evaluation.Score("RegMix-D", seed, List.of(2.2 + wobble)));
            scores.add(new Evaluation.Score("Annealing", seed, List.of(2.2 - wobble)));
        }
        List<String> methods = List.of("Human", "RegMix", "RegMix-D", "Annealing");
        return new Comparison(new Evaluation(List.of("text"), List.of(1.0), "text", methods, scores), "RegMix");
    }

    @Test
    void differencesStandBesideEachOther() {
        Predictions predictions = new Predictions(comparison(), Map.of("RegMix", 3.5, "RegMix-D", 3.4));

        assertThat(predictions.table().stringColumn("method").asList()).containsExactly("RegMix", "RegMix-D");
        assertThat(predictions.table().doubleColumn("predicted_difference").get(1))
                .isCloseTo(-0.1, within(1e-9));
        assertThat(predictions.table().doubleColumn("observed_difference").get(1))
                .isCloseTo(-0.3, within(1e-9));
        assertThat(predictions.inWords()).contains("RegMix-D", "-0.100", "-0.300");
    }

    @Test
    void wordsNamePairsThatCameOutTheOtherWayRoundAndCountThoseThatSeedsDoNotTellApart() {
        Predictions predictions =
                new Predictions(comparison(), Map.of("Human", 3.4, "RegMix", 3.5, "RegMix-D", 3.2, "Annealing", 3.3));

        // RegMix-D and Annealing end alike; Annealing's wobble is too wide against RegMix, not against Human
        assertThat(predictions.inWords())
                .startsWith("Of the 4 pairs of methods that the seeds tell apart, 3 were predicted in the right order,"
                        + " not Human and RegMix. 2 pairs are too close to tell.");
    }

    @Test
    void aPredictionOfTheBaselineIsNeeded() {
        assertThatThrownBy(() -> new Predictions(comparison(), Map.of("RegMix-D", 3.4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RegMix")
                .hasMessageContaining("RegMix-D");
    }
}
