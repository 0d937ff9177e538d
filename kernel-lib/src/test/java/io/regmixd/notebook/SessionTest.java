package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.mixture.Mixture;
import io.regmixd.store.RunFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
        AtomicLong nanos = new AtomicLong(7);
        Session session = new Session(RunFolder.open(folder), nanos::get);
        session.phase("sweep").update("Training", 1, "");
        nanos.addAndGet(1_500_000_000);
        session.phase("target");
        nanos.addAndGet(1_000_000_000);
        session.phase("sweep");
        nanos.addAndGet(2_500_000_000L);

        Table times = session.times(3);

        assertThat(times.stringColumn("phase").asList())
                .containsExactly("sweep", "target", "all", "of which training steps");
        assertThat(times.doubleColumn("seconds").asList()).containsExactly(4.0, 1.0, 5.0, 3.0);
        assertThat(times.doubleColumn("share").asList()).containsExactly(0.8, 0.2, 1.0, 0.6);
    }
}
