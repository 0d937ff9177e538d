package io.regmixd.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureRowTest {

    private static final List<String> DOMAINS = List.of("web", "code");

    private final List<Mixture> mixtures =
            List.of(Mixture.of(DOMAINS, 0.75, 0.25), Mixture.of(DOMAINS, 1, 0), Mixture.of(DOMAINS, 0.5, 0.5));

    @Test
    void mixturesAreToldOneRowPerNumberAndDomain() {
        assertThat(MixtureRow.of(mixtures.subList(0, 2)))
                .containsExactly(
                        new MixtureRow(1, "web", 0.75),
                        new MixtureRow(1, "code", 0.25),
                        new MixtureRow(2, "web", 1),
                        new MixtureRow(2, "code", 0));
        assertThat(MixtureRow.of(3, mixtures.get(1)).getFirst()).isEqualTo(new MixtureRow(3, "web", 1));
    }

    @Test
    void rowsInAnyOrderTellTheMixturesToTheBit() {
        List<String> domains = List.of("a", "b", "c");
        List<Mixture> drawn = new Random(1)
                .doubles(100)
                .mapToObj(x -> Mixture.proportional(domains, x, 1 / 3.0, 2 - x))
                .toList();
        List<MixtureRow> rows = new ArrayList<>(MixtureRow.of(drawn));
        assertThat(MixtureRow.mixtures(rows, "stage")).isEqualTo(drawn);

        Collections.shuffle(rows.subList(3, rows.size()), new Random(2));
        assertThat(MixtureRow.mixtures(rows, "stage")).isEqualTo(drawn);
    }

    @Test
    void rowsThatTellNoMixturesAreRefused() {
        refused("there is no row, expected one per stage and domain");
        refused("after 1 comes stage 3, expected each from 1 on", row(1, "a", 1), row(3, "a", 1));
        refused("after 0 comes stage 0", row(0, "a", 1));
        refused("stage 1 has domain a a second time", row(1, "a", 0.5), row(1, "a", 0.5));
        refused("stage 2 has weights of [a], expected [a, b]", row(1, "a", 1), row(1, "b", 0), row(2, "a", 1));
        refused("stage 1 has weights of [a], expected [a, b]", row(1, "a", 1), row(2, "b", 1));
        refused("stage 1: weights of 1 domains sum to 0.700", row(1, "a", 0.7));
    }

    private static MixtureRow row(int number, String domain, double weight) {
        return new MixtureRow(number, domain, weight);
    }

    private static void refused(String message, MixtureRow... rows) {
        assertThatThrownBy(() -> MixtureRow.mixtures(List.of(rows), "stage"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
