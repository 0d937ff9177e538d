package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class SessionTest {

    @Test
    void runningTheFirstCellAgainGivesTheSameSession(@TempDir Path folder) throws Exception {
        assertThat(Session.open(folder)).isSameAs(Session.open(folder.resolve("../" + folder.getFileName())));
    }

    @Test
    void shownPlotsAreLeftInTheRunFolder(@TempDir Path folder) throws Exception {
        Session session = Session.open(folder);
        Plot plot = Plots.mixture("natural", Mixture.uniform(List.of("a", "b")));

        assertThat(session.show("mixture", plot)).isSameAs(plot);
        assertThat(ImageIO.read(folder.resolve("plots/mixture.png").toFile()).getWidth())
                .isEqualTo(2 * plot.image().getWidth());
        assertThat(folder.resolve("plots").toFile().list()).containsExactly("mixture.png");
    }

    @Test
    void timesAddUpPhasesAndSetTrainingBesideThem(@TempDir Path folder) throws Exception {
        Session session = Session.open(folder);
        session.phase("sweep").update("Training", 1, "");
        Thread.sleep(150);
        session.phase("target");
        session.phase("sweep");
        Thread.sleep(150);

        Table times = session.times(0.1);

        assertThat(times.stringColumn("phase").asList())
                .containsExactly("sweep", "target", "all", "of which training steps");
        double sweep = times.doubleColumn("seconds").get(0);
        double all = times.doubleColumn("seconds").get(2);
        assertThat(sweep).isBetween(0.3, 5.0);
        assertThat(all).isCloseTo(sweep + times.doubleColumn("seconds").get(1), within(0.11));
        assertThat(times.doubleColumn("share").get(3)).isCloseTo(0.1 / all, within(0.06));
    }
}
