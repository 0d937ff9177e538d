package io.regmixd.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.SyntheticWorld;
import io.regmixd.mixture.Mixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrajectoriesCsvTest {

    private static final String HEAD = "run,stage,domain,weight,loss_nats\n";
    private static final String UNTRAINED = "a,0,web,0,10.5\na,0,code,0,11\n";

    @TempDir
    private Path folder;

    private Trajectories read(String text) throws IOException {
        return TrajectoriesCsv.read(Files.writeString(folder.resolve("runs.csv"), text), 1000);
    }

    @Test
    void readsRunsInAnyOrderOfRowsAndColumns() throws IOException {
        Trajectories runs = read("""
                loss_nats,note,domain,stage,run,weight
                4.5,"x, y",code,1,a,0.25
                11,,code,0,a,
                4,,web,1,a,0.75
                10.5,,web,0,a,
                3,,web,2,a,0
                4,,code,2,a,1
                """);
        assertThat(runs.domains()).containsExactly("code", "web");
        assertThat(runs.stages()).isEqualTo(2);
        assertThat(runs.tokensAStage()).isEqualTo(1000);
        assertThat(runs.completed()).hasSize(1);
        assertThat(runs.runs().getFirst().schedule().stages())
                .containsExactly(Mixture.of(runs.domains(), 0.25, 0.75), Mixture.of(runs.domains(), 1, 0));
        assertThat(runs.runs().getFirst().losses(0)).containsExactly(11, 10.5);
        assertThat(runs.runs().getFirst().losses(2)).containsExactly(4, 3);
    }

    @Test
    void readsWhatATableOfTrajectoriesWrites() throws IOException {
        SyntheticWorld world = new SyntheticWorld(3, 2, 0.01, 1);
        Trajectories runs = world.train(world.switching(4, 2), 3);
        Path file = folder.resolve("table.csv");
        runs.table().write().csv(file.toFile());
        Trajectories read = TrajectoriesCsv.read(file, runs.tokensAStage());
        for (int i = 0; i < 4; i++) {
            assertThat(read.runs().get(i).run()).isEqualTo(runs.runs().get(i).run());
            for (int stage = 0; stage <= 2; stage++) {
                assertThat(read.runs().get(i).losses(stage))
                        .containsExactly(runs.runs().get(i).losses(stage));
            }
        }
    }

    @Test
    void aRunThatBreaksOffCountsAsDiverged() throws IOException {
        Trajectories runs = read(HEAD + UNTRAINED
                + "a,1,web,0.5,4\na,1,code,0.5,4\na,2,web,0.5,NaN\na,2,code,0.5,4\n"
                + "b,0,web,0,10\nb,0,code,0,10\nb,1,web,1,5\nb,1,code,0,5\n");
        assertThat(runs.completed()).isEmpty();
        assertThat(runs.runs()).allSatisfy(run -> {
            assertThat(run.divergedAt()).hasValue(2);
            assertThat(run.rows()).isEqualTo(2);
        });
    }

    @Test
    void saysWhatIsWrong() {
        wrong("run,stage,domain,weight\na,0,web,1\n", "has no column loss_nats");
        wrong(HEAD + "a,one,web,1,3\n", "is not a CSV file of numbers");
        wrong(HEAD + "a,-1,web,1,3\n", "there is no run, domain or stage (0, 1, 2, ...) in row 1");
        wrong(HEAD + UNTRAINED, "there is no row of stage 1");
        wrong(HEAD + UNTRAINED + "a,0,web,0,10\n", "run a has web of stage 0 a second time in row 3");
        wrong(HEAD + UNTRAINED + "a,1,web,1,3\n", "run a has rows of [web] in stage 1, expected [web, code]");
        wrong(HEAD + UNTRAINED + "a,1,web,0.5,3\na,1,code,0.2,3\n", "run a, stage 1: weights of 2 domains sum to 0.7");
        wrong(HEAD + "a,1,web,0.5,3\na,1,code,0.5,3\n", "run a has rows of [] in stage 0");
        assertThatThrownBy(() -> TrajectoriesCsv.read(folder.resolve("no.csv"), 1))
                .isInstanceOf(NoSuchFileException.class);
    }

    private void wrong(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(folder.resolve("runs.csv").toString())
                .hasMessageContaining(message);
    }
}
