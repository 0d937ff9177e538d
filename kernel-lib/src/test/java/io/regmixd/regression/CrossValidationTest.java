package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class CrossValidationTest {

    private static final SyntheticWorld WORLD = new SyntheticWorld(3, 2, 0.002, 1);
    private static final Trajectories PROXIES = WORLD.train(WORLD.constant(WORLD.mixtures(25, 2)), 3);

    @Test
    void setsEveryRegressorBesideTheTrivialPredictor() throws InterruptedException {
        List<Double> fractions = new ArrayList<>();
        CrossValidation validation = CrossValidation.of(
                PROXIES,
                "domain1",
                List.of(Regressor.gaussianProcess(), Regressor.boosting()),
                5,
                4,
                (step, fraction, message) -> fractions.add(fraction));
        assertThat(validation.inWords(CrossValidation.ROLLOUT, Regressor.gaussianProcess()))
                .contains(
                        "rollout",
                        String.format(
                                Locale.ROOT,
                                "at %.3f",
                                validation.spearman(Regressor.gaussianProcess(), CrossValidation.ROLLOUT)));
        Table table = validation.table();
        assertThat(table.columnNames())
                .containsExactly(
                        "regressor",
                        "what",
                        "domain",
                        "runs",
                        "spearman",
                        "spearman_low",
                        "spearman_high",
                        "mean_absolute_error_nats");
        assertThat(table.rowCount()).isEqualTo(3 * (2 * 2 + 1));
        assertThat(table.intColumn("runs").unique().asObjectArray()).containsExactly(25);
        assertThat(table.where(table.stringColumn("regressor").isEqualTo("gaussian process"))
                        .doubleColumn("spearman")
                        .min())
                .isGreaterThan(0.9);
        assertThat(table.where(table.stringColumn("regressor").isEqualTo(CrossValidation.MINUS_WEIGHT))
                        .doubleColumn("mean_absolute_error_nats")
                        .countMissing())
                .isEqualTo(3);
        assertThat(validation.pairs().rowCount()).isEqualTo(2 * 2 * 25);
        assertThat(fractions).isSorted().containsOnlyOnce(1.0).endsWith(1.0);
    }

    @Test
    void trivialPredictorRanksByMinusTheWeight() throws InterruptedException {
        // losses that fall with the domain's own weight and nothing else
        List<Trajectory> runs = PROXIES.runs().stream()
                .map(run -> {
                    double[] last = run.schedule().mean().weights();
                    Arrays.setAll(last, d -> 3 - last[d]);
                    return new Trajectory(
                            run.run(),
                            run.schedule(),
                            new double[][] {run.losses(0), run.losses(1), last},
                            run.divergedAt());
                })
                .toList();
        CrossValidation validation =
                CrossValidation.of(PROXIES.withRuns(runs), "domain0", List.of(constant(2)), 5, 4, Progress.SILENT);
        for (String what : List.of(CrossValidation.FINAL_LOSS, CrossValidation.ROLLOUT)) {
            assertThat(validation.inWords(what, constant(2)))
                    .contains(what, "at 0.000", "the weight of domain0 alone at 1.000", "no better");
        }
        Table table = validation.table();
        assertThat(table.where(table.stringColumn("regressor").isEqualTo(CrossValidation.MINUS_WEIGHT))
                        .doubleColumn("spearman")
                        .asDoubleArray())
                .containsExactly(1, 1, 1);
    }

    @Test
    void errorIsTheMeanDistanceInNats() throws InterruptedException {
        CrossValidation validation =
                CrossValidation.of(PROXIES, "domain2", List.of(constant(2)), 5, 4, Progress.SILENT);
        double byHand = PROXIES.runs().stream()
                .mapToDouble(run -> Math.abs(run.loss(2, 2) - 2))
                .average()
                .orElseThrow();
        Table table = validation.table();
        Table ofObjective = table.where(table.stringColumn("domain")
                .isEqualTo("domain2")
                .and(table.stringColumn("regressor").isEqualTo("custom")));
        assertThat(ofObjective.rowCount()).isEqualTo(2);
        for (Row row : ofObjective) {
            assertThat(row.getDouble("mean_absolute_error_nats")).isCloseTo(byHand, within(1e-12));
            assertThat(row.isMissing("spearman")).isTrue();
        }
    }

    @Test
    void predictsEachRunFromOtherRunsOnly() throws InterruptedException {
        Regressor memory = (x, y, seed) -> {
            Map<Double, Double> seen = new HashMap<>();
            for (int i = 0; i < x.size(); i++) {
                seen.put(x.scaled()[i][0], y[i]);
            }
            return queries -> Arrays.stream(queries.scaled())
                    .mapToDouble(row -> seen.containsKey(row[0]) ? Math.log(1000) : Math.log(1))
                    .toArray();
        };
        CrossValidation validation = CrossValidation.of(PROXIES, "domain0", List.of(memory), 5, 4, Progress.SILENT);
        for (Row row : validation.pairs()) {
            assertThat(row.getDouble("predicted_nats")).isEqualTo(1);
            Trajectory run = PROXIES.runs().stream()
                    .filter(r -> r.run().equals(row.getString("run")))
                    .findFirst()
                    .orElseThrow();
            assertThat(row.getDouble("seen_nats")).isEqualTo(run.loss(2, 0));
        }
        assertThat(validation.pairs().stringColumn("run").unique().size()).isEqualTo(25);
    }

    @Test
    void refusesWhatCannotBeValidated() {
        List<Regressor> one = List.of(constant(2));
        assertThatThrownBy(() -> CrossValidation.of(PROXIES, "english", one, 5, 4, Progress.SILENT))
                .hasMessage("no domain english in [domain0, domain1, domain2]");
        assertThatThrownBy(() -> CrossValidation.of(PROXIES, "domain0", one, 1, 4, Progress.SILENT))
                .hasMessageContaining("1 folds of 25 completed runs");
        assertThatThrownBy(() -> CrossValidation.of(PROXIES, "domain0", one, 26, 4, Progress.SILENT))
                .hasMessageContaining("26 folds of 25 completed runs");
        assertThatThrownBy(() -> CrossValidation.of(
                        PROXIES.withRuns(PROXIES.runs().subList(0, 9)), "domain0", one, 2, 4, Progress.SILENT))
                .hasMessageContaining("at least 8 runs outside each");
        assertThatThrownBy(() -> CrossValidation.of(
                        PROXIES, "domain0", List.of(constant(1), constant(2)), 5, 4, Progress.SILENT))
                .hasMessageContaining("each of another name: [custom, custom]");
    }

    @Test
    void canBeInterrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() ->
                        CrossValidation.of(PROXIES, "domain0", List.of(Regressor.boosting()), 5, 4, Progress.SILENT))
                .isInstanceOf(InterruptedException.class);
    }

    private static Regressor constant(double loss) {
        return (x, y, seed) -> queries -> Arrays.stream(queries.scaled())
                .mapToDouble(row -> Math.log(loss))
                .toArray();
    }
}
