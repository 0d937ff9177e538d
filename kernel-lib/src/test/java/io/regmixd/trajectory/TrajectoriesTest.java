package io.regmixd.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class TrajectoriesTest {

    private static final List<String> DOMAINS = List.of("web", "code");
    private static final Path FILE = Path.of("sweep.arrow");

    private final Mixture first = Mixture.of(DOMAINS, 0.75, 0.25);
    private final MixtureSchedule switching = new MixtureSchedule(List.of(first, Mixture.of(DOMAINS, 0, 1)));
    private final Trajectories runs = new Trajectories(
            DOMAINS,
            2,
            100,
            List.of(
                    new Trajectory("a", switching, new double[][] {{9, 8}, {7, 6}, {5, 4}}, OptionalInt.empty()),
                    new Trajectory("b", switching, new double[][] {{9, 8}, {7, 6}}, OptionalInt.of(9)),
                    new Trajectory("c", switching, new double[][] {{9, 8}}, OptionalInt.of(3))));

    @Test
    void aTableTellsWhatItWasMadeOf() throws IOException {
        Trajectories read = Trajectories.of(FILE, runs.table());

        assertThat(read.table().print(20)).isEqualTo(runs.table().print(20));
        assertThat(read.tokensAStage()).isEqualTo(100);
        assertThat(read.stages()).isEqualTo(2);
        assertThat(read.runs().get(0).schedule()).isEqualTo(switching);
        assertThat(read.runs()).extracting(Trajectory::rows).containsExactly(3, 2, 1);
        assertThat(read.runs())
                .extracting(Trajectory::divergedAt)
                .containsExactly(OptionalInt.empty(), OptionalInt.of(9), OptionalInt.of(3));
    }

    @Test
    void ofADivergedRunTheLastKnownMixtureStandsInForTheLaterOnes() throws IOException {
        Trajectories read = Trajectories.of(FILE, runs.table());

        assertThat(read.runs().get(1).schedule()).isEqualTo(MixtureSchedule.constant(first, 2));
        assertThat(read.runs().get(2).schedule()).isEqualTo(MixtureSchedule.constant(first, 2));
    }

    @Test
    void aTableThatLacksARowIsRefused() {
        Table table = runs.table().dropRows(3);

        assertThatThrownBy(() -> Trajectories.of(FILE, table))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sweep.arrow holds no trajectories: run a has rows of [web] in stage 1");
    }

    @Test
    void wordsSetTheLossesBesideTheDomainsWeight() {
        Trajectories ranked = runs.withRuns(
                List.of(run("worst", 0.1, 6), run("best", 0.5, 2), run("middle", 0.2, 5), run("second", 0.4, 3)));
        assertThat(ranked.inWords("web"))
                .isEqualTo(
                        "The loss on web ends between 2.000 and 6.000 nats per token; the better half of the 4 runs had"
                                + " 45.0% of web in their mixtures, the worse half 15.0%.");
        assertThatThrownBy(() -> ranked.inWords("papers")).hasMessageContaining("say nothing of papers");
        assertThatThrownBy(() -> runs.inWords("web")).hasMessageContaining("1 completed runs");
    }

    private static Trajectory run(String name, double web, double loss) {
        MixtureSchedule constant = MixtureSchedule.constant(Mixture.of(DOMAINS, web, 1 - web), 2);
        return new Trajectory(name, constant, new double[][] {{9, 8}, {7, 6}, {loss, 4}}, OptionalInt.empty());
    }
}
