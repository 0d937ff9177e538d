package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.trajectory.FinalLosses;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SensitivityTest {

    private static final List<String> DOMAINS = List.of("web", "code", "books", "score");
    private static final double[] SLOPES = {0.5, -2, 1, 0}; // nats per unit of weight
    private static final Mixture NATURAL = Mixture.of(DOMAINS, 0.5, 0.2, 0.3, 0);

    /// A regression that knows the loss: 4 nats and a slope per domain.
    private static final Regressor KNOWN = (x, y, seed) -> asked ->
            Arrays.stream(asked.bare()).mapToDouble(w -> Math.log(loss(w))).toArray();

    private static double loss(double... weights) {
        return 4
                + IntStream.range(0, weights.length)
                        .mapToDouble(d -> SLOPES[d] * weights[d])
                        .sum();
    }

    private static MixtureLossModel trainedOn(Mixture... mixtures) throws InterruptedException {
        double[][] losses = Arrays.stream(mixtures).map(m -> new double[] {4}).toArray(double[][]::new);
        return MixtureLossModel.fit(
                FinalLosses.of(List.of("code"), List.of(mixtures), losses), KNOWN, 1, Progress.SILENT);
    }

    /// Near everything that is asked of it, and nothing of the last domain, which is a metric.
    private static MixtureLossModel everywhere() throws InterruptedException {
        return trainedOn(
                Mixture.of(DOMAINS, 1, 0, 0, 0), Mixture.of(DOMAINS, 0, 1, 0, 0), Mixture.of(DOMAINS, 0, 0, 1, 0));
    }

    /// A loss that is linear in the weights changes by a tenth of the domain's slope less the others' mean slope.
    @Test
    void changeIsThatOfTheClosedForm() throws InterruptedException {
        Sensitivity sensitivity = Sensitivity.of(everywhere(), NATURAL, "code");
        assertThat(sensitivity.loss()).isCloseTo(loss(NATURAL.weights()), within(1e-12));
        assertThat(sensitivity.changes())
                .extracting(Sensitivity.Change::domain)
                .containsExactly("code", "web", "books");
        for (Sensitivity.Change change : sensitivity.changes()) {
            int d = DOMAINS.indexOf(change.domain());
            double others = IntStream.range(0, 4)
                            .filter(i -> i != d)
                            .mapToDouble(i -> SLOPES[i] * NATURAL.weight(i))
                            .sum()
                    / (1 - NATURAL.weight(d));
            assertThat(change.loss()).as(change.domain()).isCloseTo(0.1 * (SLOPES[d] - others), within(1e-12));
        }
    }

    @Test
    void domainRisesToEverythingAtMost() throws InterruptedException {
        Sensitivity nearly = Sensitivity.of(everywhere(), Mixture.of(DOMAINS, 0, 0.96, 0.04, 0), "code");
        assertThat(change(nearly, "code").loss()).isCloseTo(loss(0, 1, 0, 0) - loss(0, 0.96, 0.04, 0), within(1e-12));
        Sensitivity all = Sensitivity.of(everywhere(), Mixture.of(DOMAINS, 0, 1, 0, 0), "code");
        assertThat(change(all, "code").loss()).isZero();
        assertThat(change(all, "web").loss()).isCloseTo(loss(0.1, 0.9, 0, 0) - loss(0, 1, 0, 0), within(1e-12));
    }

    @Test
    void mixtureThatNoRunWasNearIsBeyond() throws InterruptedException {
        Sensitivity sensitivity = Sensitivity.of(
                trainedOn(NATURAL, Mixture.of(DOMAINS, 0.4, 0.35, 0.25, 0), Mixture.of(DOMAINS, 0.45, 0.22, 0.33, 0)),
                NATURAL,
                "code");
        assertThat(change(sensitivity, "code").beyond()).isFalse();
        assertThat(change(sensitivity, "web").beyond()).isTrue();
        assertThat(sensitivity.inWords("nats per token"))
                .contains("from 4.150", "change the predicted loss of code by -0.26", "near ten points more of web");
    }

    private static Sensitivity.Change change(Sensitivity sensitivity, String domain) {
        return sensitivity.changes().stream()
                .filter(change -> change.domain().equals(domain))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void objectiveThatWasNotMeasuredIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sensitivity.of(everywhere(), NATURAL, "web"))
                .withMessageContaining("no losses of web were measured, only of [code]");
    }
}
