package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.mixture.Mixture;
import io.regmixd.trajectory.FinalLosses;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightRankTest {

    private static final List<String> DOMAINS = List.of("web", "code", "books", "score");

    private static FinalLosses runs(double... losses) {
        List<Mixture> mixtures = List.of(
                Mixture.of(DOMAINS, 0.1, 0.6, 0.3, 0),
                Mixture.of(DOMAINS, 0.2, 0.45, 0.35, 0),
                Mixture.of(DOMAINS, 0.3, 0.5, 0.2, 0),
                Mixture.of(DOMAINS, 0.5, 0.25, 0.25, 0));
        double[][] rows = new double[4][];
        for (int i = 0; i < 4; i++) {
            rows[i] = new double[] {losses[i]};
        }
        return FinalLosses.of(List.of("web"), mixtures, rows);
    }

    /// By hand: ranks of web 1234, of code 4231, of books 3412; of the losses 4321. The score has no weight.
    @Test
    void domainsAreOrderedByHowWellTheirWeightRanksTheRuns() {
        assertThat(WeightRank.of(runs(4, 3, 2, 1), "web"))
                .containsExactly(new WeightRank("web", -1), new WeightRank("code", 0.8), new WeightRank("books", 0.6));
        assertThat(WeightRank.inWords(runs(4, 3, 2, 1), "web"))
                .contains("that of web ranks the 4 runs best", "the lower web (Spearman -1.00)", "code (+0.80)");
        assertThat(WeightRank.inWords(runs(1, 2, 3, 4), "web")).contains("the higher web (Spearman +1.00)");
    }

    @Test
    void runsOnOneMixtureAreRankedByNoWeight() {
        Mixture mixture = Mixture.uniform(DOMAINS);
        FinalLosses same = FinalLosses.of(List.of("web"), List.of(mixture, mixture), new double[][] {{2}, {3}});
        assertThat(WeightRank.of(same, "web")).isEmpty();
        assertThat(WeightRank.inWords(same, "web")).contains("no weight ranks them");
    }
}
