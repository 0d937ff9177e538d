package io.regmixd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.regmixd.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EstimateTest {

    private static final TrainingSettings TARGET = TrainingSettings.regmixTarget("1B");
    private static final TrainingSettings PROXIES = TrainingSettings.regmixProxies("1M");

    @TempDir
    private Path folder;

    /// Six operations per parameter and token, without the embedding, which is looked up, and with attention's two
    /// products over half of the context.
    @Test
    void operationsAreSixPerParameterAndTokenAndAttentionsShare() {
        Estimate target = Estimate.target(TARGET, 1, 1, 17, Machine.stated("8xH100", 2));
        double tokens = 25_000.0 * 512 * 2_048 + 7 * 17 * 1_638_400 / 3.0; // the forward part of validation
        double matrices = 1.3371e9 - 50_432 * 2_048;
        double attention = 6.0 * 22 * 2_048 * 2_048;
        assertThat(target.operations()).isCloseTo(tokens * (6 * matrices + attention), withinPercentage(0.1));
        assertThat(target.tokens()).isEqualTo(26_214_400_000L);
    }

    @Test
    void timeIsOperationsOverTheRateThatIsReached() {
        Machine machine = new Machine("2 x X", 2, 80L << 30, 1e15, OptionalDouble.of(0.5), 3);
        Estimate target = Estimate.target(TARGET, 2, 3, 17, machine);
        assertThat(target.seconds()).isCloseTo(target.operations() / 1e15, within(1e-6));
        assertThat(target.deviceHours()).isCloseTo(2 * target.seconds() / 3600, within(1e-9));
        assertThat(target.cost()).isCloseTo(3 * target.deviceHours(), within(1e-9));
        assertThat(target.measured()).isTrue();
        assertThat(target.checkpointBytes())
                .isEqualTo((2 * 3 + 1) * 2 * 12 * TARGET.model().parameters());
        assertThat(target.operations())
                .isCloseTo(6 * Estimate.target(TARGET, 1, 1, 17, machine).operations(), withinPercentage(1e-9));
    }

    /// RegMix: 1B in about two days on eight A100, 1M in about 20 minutes on one. RegMix-D: 21.8 hours on eight
    /// H800, and half an hour on one.
    @Test
    void assumedSharesGiveThePublishedTimesWithinAFactorOfThree() {
        assertHours(Estimate.target(TARGET, 1, 1, 17, Machine.stated("8xA100", 1)), 48);
        assertHours(Estimate.target(TARGET, 1, 1, 17, Machine.stated("8xH800", 1)), 21.8);
        assertHours(Estimate.sweep(PROXIES, 1, 17, Machine.stated("1xA100", 1)), 1 / 3.0);
        assertHours(Estimate.sweep(PROXIES, 1, 17, Machine.stated("1xH800", 1)), 0.5);
    }

    private static void assertHours(Estimate estimate, double published) {
        assertThat(estimate.measured()).isFalse();
        assertThat(estimate.seconds() / 3600).isBetween(published / 3, published * 3);
    }

    @Test
    void fewProxiesLeaveDevicesIdle() {
        Machine machine = Machine.stated("8xH100", 2);
        double one = Estimate.sweep(PROXIES, 1, 17, machine).seconds();
        assertThat(Estimate.sweep(PROXIES, 8, 17, machine).seconds()).isCloseTo(one, within(1e-6));
        assertThat(Estimate.sweep(PROXIES, 512, 17, machine).seconds()).isCloseTo(64 * one, within(1e-3));
    }

    @Test
    void saysWhatIsInTheWay() throws Exception {
        assertThat(Estimate.sweep(PROXIES, 2, 17, Machine.stated("8xH100", 2)).obstacles(folder.resolve("new")))
                .isEmpty();
        Machine laptop = new Machine("CPU, 2 threads", 1, 8L << 30, 1e11, OptionalDouble.empty(), 0);
        assertThat(Estimate.target(TARGET, 4, 1_000_000, 17, laptop).obstacles(folder))
                .hasSize(3)
                .satisfiesExactly(
                        memory -> assertThat(memory).contains("GB of memory per device", "has 9 GB"),
                        time -> assertThat(time).contains("days on CPU, 2 threads"),
                        disk -> assertThat(disk).contains("of saved models", folder.toString()));
        List<Estimate> there = List.of(Estimate.target(TARGET, 1, 1, 17, Machine.stated("8xH100", 2)));
        Estimate.requirePossible(there, folder, List.of());
        List<Estimate> here = List.of(Estimate.target(TARGET, 1, 1, 17, laptop));
        assertThatThrownBy(() -> Estimate.requirePossible(here, folder, there))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "nothing was begun", "1 target: ", "days on CPU, 2 threads", "on 8 x H100 in 18.4 h for 294.");
    }

    @Test
    void devicesThatAreHereAreTimed() throws Exception {
        TrainingSettings demo = TrainingSettings.demoProxies(10, 2);
        Machine here = Machine.here(demo, 0, Progress.SILENT);
        assertThat(here.productRate()).isGreaterThan(1e8);
        assertThat(here.utilisation().orElseThrow()).isBetween(0.001, 2.0);
        assertThat(here.memory()).isGreaterThan(1L << 26);
    }

    @Test
    void devicesThatNobodyKnowsAreRefused() {
        assertThatThrownBy(() -> Machine.stated("8 H100", 2)).hasMessageContaining("as in 8xH100");
        assertThatThrownBy(() -> Machine.stated("8xZ9", 2)).hasMessageContaining("A100, H100, H200, H800, L40S");
        assertThatThrownBy(() -> Machine.stated("0xH100", 2)).hasMessageContaining("devices 0");
        assertThatThrownBy(() -> Machine.stated("1xH100", -1)).hasMessageContaining("price -1");
    }

    @Test
    void readsAsASentence() {
        assertThat(Estimate.target(TARGET, 1, 1, 17, Machine.stated("8xH100", 2.5)))
                .asString()
                .startsWith("1 target on 8 x H100: 26.21 billion tokens, 2.1e+20 operations, 18.")
                .contains("40% of the product rate assumed");
    }
}
