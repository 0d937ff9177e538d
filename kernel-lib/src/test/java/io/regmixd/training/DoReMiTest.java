package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoReMiTest {

    @TempDir
    private static Path temporary;

    /// Worked out by the paper's formulas in another program.
    @Test
    void weightsFollowTheClippedExcessLoss() {
        List<String> domains = List.of("a", "b");
        double[][] losses = {{5, 5}, {1.5, 2.1}, {1.2, 1.9}};
        Trajectory proxy = new Trajectory(
                "proxy", MixtureSchedule.constant(Mixture.uniform(domains), 2), losses, OptionalInt.empty());
        List<Mixture> mixtures = DoReMi.mixtures(proxy, new double[] {1, 2});
        assertThat(mixtures).hasSize(2);
        assertThat(mixtures.get(0).weight("a")).isCloseTo(0.5985889724523394, within(1e-9));
        assertThat(mixtures.get(1).weight("a")).isCloseTo(0.6454167684231469, within(1e-9));
    }

    @Test
    void aSecondCallTrainsNothingAndTellsTheSame(@TempDir Path folder) throws Exception {
        Corpus corpus = SmallCorpus.in(temporary.resolve("corpus"));
        TrainingSettings settings = new TrainingSettings(
                new LlamaConfig(1, 2, 16, 32, 256), 32, 4, 26, 1, LearningRate.constant(1e-3, 2), 0.1, 64);
        List<String> told = new ArrayList<>();
        Mixture first = DoReMi.mixture(
                corpus, settings, corpus.natural(), 1, folder, (step, done, message) -> told.add(message));
        assertThat(told).anyMatch(message -> message.contains("step 26 of 26"));
        assertThat(first.weights()).as("13 updates, away from uniform").doesNotContain(1.0 / 3);

        told.clear();
        Mixture again = DoReMi.mixture(
                corpus, settings, corpus.natural(), 1, folder, (step, done, message) -> told.add(message));
        assertThat(again).isEqualTo(first);
        assertThat(told).noneMatch(message -> message.contains("step"));
    }

    @Test
    void aModelThatDivergesIsToldWithItsStep(@TempDir Path folder) throws Exception {
        Corpus corpus = SmallCorpus.in(temporary.resolve("other"));
        TrainingSettings settings = new TrainingSettings(
                new LlamaConfig(1, 2, 16, 32, 256), 32, 4, 4, 1, LearningRate.constant(Double.NaN, 1), 0.1, 64);
        assertThatThrownBy(() -> DoReMi.mixture(corpus, settings, corpus.natural(), 1, folder, Progress.SILENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("reference", "step");
    }
}
