package io.regmixd.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinalLossesTest {

    @TempDir
    private Path folder;

    private FinalLosses read(String mixtures, String losses) throws IOException {
        return FinalLosses.read(
                Files.writeString(folder.resolve("m.csv"), mixtures),
                Files.writeString(folder.resolve("l.csv"), losses));
    }

    @Test
    void readsRegMixsFilesAndRescalesRoundedWeights() throws IOException {
        FinalLosses runs = read(
                "index,train_the_pile_arxiv,train_the_pile_pile_cc\n1,0.2,0.8\n2,0.499,0.499\n".replace("\\\n", "\n"),
                "index,metric/the_pile_pile_cc_val_loss\n1,5.25\n2,6.5\n");
        assertThat(runs.domains()).containsExactly("arxiv", "pile_cc");
        assertThat(runs.measured()).containsExactly("pile_cc");
        assertThat(runs.losses("pile_cc")).containsExactly(5.25, 6.5);
        assertThat(runs.mixtures().get(1).weights()).containsExactly(new double[] {0.5, 0.5}, within(1e-12));
        assertThat(runs.runs(1).losses("pile_cc")).containsExactly(6.5);
        assertThatThrownBy(() -> runs.losses("arxiv"))
                .hasMessage("no losses of arxiv were measured, only of [pile_cc]");
    }

    @Test
    void refusesFilesThatAreNoPairAndNamesTheLineThatIsWrong() {
        assertThatThrownBy(() -> read("index,a\n1,1\n", "index,a\n2,5\n")).hasMessageContaining("no pair");
        assertThatThrownBy(() -> read("index,a,b\n1,1\n", "index,a\n1,5\n"))
                .hasMessageContaining("m.csv, line 2: 2 cells, the header has 3");
        assertThatThrownBy(() -> read("index,a\n1,1\n", "index,a\n1,five\n")).hasMessageContaining("l.csv, line 2");
        assertThatThrownBy(() -> read("a\n1\n", "a\n1\n")).hasMessageContaining("header index");
        assertThatThrownBy(() -> read("index,a\n1,1\n", "index,b\n1,5\n")).hasMessageContaining("losses of b");
    }

    @Test
    void whatWasNotMeasuredIsNotPredicted() throws InterruptedException {
        List<String> domains = List.of("a", "b");
        Random random = new Random(1);
        List<Mixture> mixtures = new ArrayList<>();
        double[][] losses = new double[30][1];
        for (double[] row : losses) {
            double a = random.nextDouble();
            mixtures.add(Mixture.of(domains, a, 1 - a));
            row[0] = 3 - a;
        }
        MixtureLossModel model = MixtureLossModel.fit(
                FinalLosses.of(List.of("a"), mixtures, losses), Regressor.standard(), 1, Progress.SILENT);
        Mixture half = Mixture.uniform(domains);
        assertThat(model.predict(half)[0]).isCloseTo(2.5, within(0.01));
        assertThat(model.predict(half)[1]).isNaN();
        assertThatThrownBy(() -> model.predict(List.of(half), 1))
                .hasMessage("no losses of b were measured, only of [a]");
        double upper = model.quantile(List.of(half), 0, 0.95)[0];
        assertThat(upper).isGreaterThan(model.predict(half)[0]).isLessThan(2.6);
        assertThat(model.quantile(List.of(half), 0, 0.5)).containsExactly(model.predict(half)[0]);
    }
}
