package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regmixd.mixture.Mixture;
import io.regmixd.store.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    private static Map<String, ?> parameters(int proxies) {
        return Map.of("PROXIES", proxies, "RATE", 1e-3, "SIZE", "demo");
    }

    @Test
    void emptyRunIsNamedByTheNotebookAndAHashOfItsParameters(@TempDir Path folder) throws Exception {
        Path runs = folder.toRealPath().resolve("runs");
        Session session = Session.open(runs, "mine", "", parameters(48));

        assertThat(session.folder().getParent()).isEqualTo(runs);
        assertThat(session.folder().getFileName().toString()).matches("mine-[0-9a-f]{8}");
        assertThat(session.file("parameters.json")).hasContent("""
                {
                  "notebook" : "mine",
                  "parameters" : {
                    "PROXIES" : 48,
                    "RATE" : 0.001,
                    "SIZE" : "demo"
                  }
                }""");
        assertThat(Session.open(runs, "mine", "", new TreeMap<>(parameters(48))))
                .isSameAs(session);
        assertThat(Session.open(runs, "mine", "", parameters(64)).folder()).isNotEqualTo(session.folder());
        assertThat(Session.open(runs, "other", "", parameters(48)).folder()).isNotEqualTo(session.folder());
    }

    @Test
    void relativeRunLiesBesideTheFolderOfRuns(@TempDir Path folder) throws Exception {
        Path runs = folder.toRealPath().resolve("runs");
        assertThat(Session.open(runs, "mine", "runs/first", parameters(48)).folder())
                .isEqualTo(runs.resolve("first"));
        Path elsewhere = folder.toRealPath().resolve("elsewhere");
        assertThat(Session.open(runs, "mine", elsewhere.toString(), parameters(48))
                        .folder())
                .isEqualTo(elsewhere);
    }

    @Test
    void folderOfOtherParametersIsRefusedWithWhatDiffersAndBothWaysOut(@TempDir Path folder) throws Exception {
        Path runs = folder.resolve("runs");
        String run = folder.resolve("first").toString();
        try (RunFolder earlier = RunFolder.open(Path.of(run))) {
            Files.writeString(earlier.file("parameters.json"), """
                    {"notebook": "mine", "parameters": {"SIZE": "demo", "RATE": 0.001, "PROXIES": 48}}""");
        }
        for (int again = 0; again < 2; again++) {
            assertThatIOException()
                    .isThrownBy(() -> Session.open(runs, "mine", run, parameters(64)))
                    .withMessageContainingAll(
                            run,
                            "belongs to another run: parameters.PROXIES is 48 there, and now 64",
                            "Leave RUN empty, or name another folder",
                            "or set what was there");
        }
        Session session = Session.open(runs, "mine", run, parameters(48));
        assertThatIOException().isThrownBy(() -> Session.open(runs, "mine", run, parameters(64)));
        assertThat(Session.open(runs, "mine", run, parameters(48))).isSameAs(session);
    }

    @Test
    void nameThatNoFolderCanHaveIsRefused(@TempDir Path folder) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Session.open(folder, "mine/x", "", Map.of()))
                .withMessageContaining("mine/x");
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
    void sentencesAreBrokenBetweenWords() {
        String long100 = "x".repeat(100);
        String sentences =
                "Four words of it. ".repeat(11).strip() + "\nAnother line.\n\n" + long100 + " y\n" + long100 + "z";

        String[] lines = Session.lines(sentences).split("\n", -1);

        assertThat(lines).filteredOn(line -> !line.startsWith("x")).allMatch(line -> line.length() <= 100);
        assertThat(lines).containsSequence("Another line.", "", long100, "y", long100 + "z");
        assertThat(String.join(" ", lines)).isEqualTo(sentences.replace('\n', ' '));
        assertThat(lines[0]).hasSizeGreaterThan(90);
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
