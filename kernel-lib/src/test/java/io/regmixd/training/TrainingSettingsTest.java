package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.engine.Compute;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {

    @Test
    void proxiesAreRegMixs() {
        TrainingSettings proxies = TrainingSettings.regmixProxies("1M");
        assertThat(proxies.model().parameters()).isEqualTo(27_133_184);
        assertThat(proxies.tokens()).isEqualTo(1_000 * 1_048_576L);
        assertThat(rate(proxies, 50)).isCloseTo(2e-4, within(1e-12));
        assertThat(rate(proxies, 100)).isEqualTo(4e-4);
        assertThat(rate(proxies, 1_000)).isEqualTo(4e-4);
        assertThat(proxies.validationTokens()).isEqualTo(50 * 16 * 2_048);
        assertThat(TrainingSettings.regmixProxies("60M").model().nonEmbeddingParameters())
                .isCloseTo(59_000_000L, within(100_000L));
    }

    @Test
    void targetIsThePapers() {
        TrainingSettings target = TrainingSettings.regmixTarget("1B");
        assertThat((double) target.model().parameters()).isCloseTo(1.337e9, within(1e6));
        assertThat(target.tokens()).isEqualTo(25_000 * 1_048_576L);
        assertThat(rate(target, 500)).isCloseTo(2e-4, within(1e-12));
        assertThat(rate(target, 1_000)).isEqualTo(4e-4);
        assertThat(rate(target, 13_000)).isCloseTo((4e-4 + 1e-5) / 2, within(1e-12));
        assertThat(rate(target, 25_000)).isCloseTo(1e-5, within(1e-12));
        assertThat(target.weightDecay()).isEqualTo(0.1);
        assertThat(target.compute()).isEqualTo(Compute.BFLOAT16);
    }

    @Test
    void proxiesAndTargetSwitchAtTheSameSharesOfTheTraining() {
        TrainingSettings proxies = TrainingSettings.regmixProxies("1M");
        TrainingSettings target = TrainingSettings.regmixTarget("1B");
        assertThat(target.stages()).isEqualTo(6);
        for (int stage : IntStream.range(0, 6).toArray()) {
            assertThat(target.spans().end(stage)).isEqualTo(25 * proxies.spans().end(stage));
        }
        assertThat(target.withStages(10).spans().end(0)).isEqualTo(2_500);
    }

    @Test
    void sizesThatRegMixNeverTrainedAreRefused() {
        assertThatThrownBy(() -> TrainingSettings.regmixTarget("7B")).hasMessageContaining("[1M, 60M, 1B]");
        assertThatThrownBy(() -> TrainingSettings.regmixProxies("demo")).hasMessageContaining("no size demo");
    }

    private static double rate(TrainingSettings settings, int step) {
        return settings.learningRate().at(step, settings.steps());
    }
}
