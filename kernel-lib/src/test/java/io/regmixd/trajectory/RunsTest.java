package io.regmixd.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunsTest {

    @TempDir
    private Path folder;

    private Runs read(String... texts) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String text : texts) {
            files.add(Files.writeString(folder.resolve("runs" + files.size() + ".csv"), text));
        }
        return Runs.read(files);
    }

    /// Eight runs with more and more of the first domain, and cells of the test's own after the weights.
    private static String eight(String header, String cells) {
        StringBuilder csv = new StringBuilder(header);
        for (int i = 0; i < 8; i++) {
            csv.append(String.format(
                    "%n%d,%.3f,%.3f,%s", i, i / 8.0, 1 - i / 8.0, cells.replace("N", "" + (3 - i / 10.0))));
        }
        return csv.append('\n').toString();
    }

    @Test
    void wideTableHasWeightsLossesAndMetricsUnderTheirOwnNames() throws IOException {
        Runs runs = read("""
                run,weight_web,weight_code,loss_web,eval/code_bpb,hellaswag,note
                a,0.25,0.75,3.5,0.9,0.4,first
                b,1,,3.1,1.2,,"second, with a comma"
                """);
        assertThat(runs.domains()).containsExactly("web", "code", "hellaswag");
        assertThat(runs.trained()).containsExactly("web", "code");
        assertThat(runs.measured()).containsExactly("web", "code", "hellaswag");
        assertThat(runs.schedules().get(1).mean()).isEqualTo(Mixture.of(runs.domains(), 1, 0, 0));
        assertThat(runs.trajectories()).isEmpty();
        assertThat(runs.metric("hella")).isEqualTo("hellaswag");
        assertThatThrownBy(() -> runs.metric("piqa"))
                .hasMessage("no loss or metric piqa in these runs; measured were web, code, hellaswag");
    }

    @Test
    void rangesOfWeightsAreSaidAndNaturalSharesThatNoRunReaches() throws IOException {
        Runs runs = read("""
                run,weight_web,weight_code,weight_books,loss_web,score
                a,0.1,0.6,0.3,3.5,0.5
                b,0.6,0.15,0.25,3.1,0.6
                """);
        assertThat(runs.rangesInWords(Mixture.of(runs.domains(), 0.5, 0.24, 0.26, 0)))
                .contains(
                        "web (10.0% to 60.0% of the tokens) varies most",
                        "books (25.0% to 30.0%", "within what the runs had");
        assertThat(runs.rangesInWords(Mixture.of(runs.domains(), 0.5, 0.1, 0.4, 0)))
                .endsWith("outside what the runs had for: code, books.");
    }

    @Test
    void tablesThatWeightsAndBiasesExportsAreUnderstood() throws IOException {
        Runs runs = read("""
                "Name","State","optimizer","weight_decay","config.data.mixture.web","mixture.code","_step","eval/web/loss"
                "calm-sun-1","finished","adamw","0.1","0.25","0.75","500","3.5"
                "wise-sea-2","finished","adamw","0.1","0.5","0.5","500","3.1"
                """);
        assertThat(runs.trained()).containsExactly("web", "code");
        assertThat(runs.measured()).startsWith("web").contains("weight_decay");
        assertThat(runs.schedules().getLast().mean().weight("code")).isEqualTo(0.5);
    }

    @Test
    void stagesEndAtTheNearestLoggedStepsAndMixWhatWasSeenBetween() throws IOException {
        StringBuilder text = new StringBuilder("run,step,domain,weight,loss_nats\n");
        for (int run = 0; run < 2; run++) {
            for (int step : new int[] {0, 100, 240, 400, 480}) {
                double web = run == 0 ? 0.25 : step <= 100 ? 1 : 0;
                text.append("%d,%d,web,%s,%s\n%d,%d,code,%s,%s\n"
                        .formatted(run, step, web, 5 - step / 1e3, run, step, 1 - web, 6 - step / 1e3));
            }
        }
        Path file = Files.writeString(folder.resolve("steps.csv"), text);
        Runs runs = Runs.read(List.of(file), 2);
        assertThat(runs.stages()).isEqualTo(2);
        assertThat(runs.said()).containsExactly("losses were logged at 4 steps; the 2 stages end at 240, 480");
        Trajectory switched = runs.trajectories().orElseThrow().runs().get(1);
        assertThat(switched.schedule().stages().get(0).weight("web")).isCloseTo(100 / 240.0, within(1e-12));
        assertThat(switched.schedule().stages().get(1).weight("web")).isZero();
        assertThat(switched.losses(1)).containsExactly(4.76, 5.76);
        assertThat(switched.losses(2)).containsExactly(4.52, 5.52);
        assertThat(Runs.read(List.of(file), 3).said().getFirst()).endsWith("100, 240, 480");
        assertThatThrownBy(() -> Runs.read(List.of(file), 9))
                .hasMessageContaining("steps.csv: losses were logged at 4");
        assertThatThrownBy(() -> Runs.read(List.of(file))).hasMessageContaining("--stages");
        Files.writeString(file, text.toString().replace("1,240,code,1.0,", "1,240,code,0.9,"));
        assertThatThrownBy(() -> Runs.read(List.of(file), 2))
                .hasMessageContaining("row 16, column weight: the weights of run 1 at step 240 sum to 0.9");
    }

    @Test
    void twoFilesArePairedByTheirRunsInAnyOrder() throws IOException {
        Runs runs = read(
                "index,train_the_pile_arxiv,train_the_pile_pile_cc\n1,0.2,0.8\n2,0.499,0.499\n3,1,0\n",
                "index,metric/the_pile_pile_cc_val_loss\n2,6.5\n1,5.25\n");
        assertThat(runs.size()).isEqualTo(2);
        assertThat(runs.measured()).containsExactly("pile_cc");
        assertThat(runs.schedules().getFirst().mean().weight("pile_cc")).isCloseTo(0.8, within(1e-12));
        assertThat(runs.said())
                .containsExactly(
                        "never measured: arxiv; they are weighted, and nothing is said of their losses",
                        "1 runs are in one of the two files alone, and are left out");
    }

    @Test
    void bareNamesAreWeightsWhereTheySumToOneAsOlmixWritesThem() throws IOException {
        Runs runs = read(
                "run,name,index,web,math\nr1,a,0,0.3,0.7\nr2,b,1,0.5,0.5\n",
                "run,name,index,gsm8k_bpb,web\nr1,a,0,0.8,0.9\nr2,b,1,0.7,1.0\n");
        assertThat(runs.trained()).containsExactly("web", "math");
        assertThat(runs.measured()).containsExactly("gsm8k_bpb", "web");
    }

    @Test
    void phasesAreStagesOfWhichTheMeanCountsForFinalLosses() throws IOException {
        Runs runs = read("""
                run,phase_0_web,phase_0_code,phase_1_web,phase_1_code,loss_code
                a,1,0,0.5,0.5,3.5
                b,0,1,0,1,3.0
                """);
        assertThat(runs.stages()).isEqualTo(2);
        assertThat(runs.schedules().getFirst().stages())
                .containsExactly(Mixture.of(runs.domains(), 1, 0), Mixture.of(runs.domains(), 0.5, 0.5));
        assertThat(runs.toString()).contains("2 phases, final losses only");
    }

    @Test
    void percentagesSemicolonsAndAByteOrderMarkAreRead() throws IOException {
        Runs runs = read("\ufeffrun;weight_web;weight_code;loss_web\na;20;80;3.5\nb;50;50;3.2\n");
        assertThat(runs.schedules().getFirst().mean()).isEqualTo(Mixture.of(runs.domains(), 0.2, 0.8));
        assertThat(runs.said()).contains("the weights are percentages");
    }

    @Test
    void longTableMayLackUntrainedLossesAndDomainsThatWereNeverMeasured() throws IOException {
        Runs runs = read("""
                run,stage,domain,weight,loss_nats
                a,1,web,0.5,4
                a,1,code,0.5,
                a,2,web,1,3
                a,2,code,0,
                """);
        assertThat(runs.measured()).containsExactly("web");
        Trajectories trajectories = runs.trajectories().orElseThrow();
        assertThat(trajectories.completed()).hasSize(1);
        assertThat(trajectories.runs().getFirst().losses(0)).containsExactly(6, 1);
        assertThat(trajectories.runs().getFirst().loss(2, 0)).isEqualTo(3);
        assertThat(runs.said())
                .containsExactly(
                        "no losses of untrained models (stage 0): numbers above all others stand in, they decide no plan",
                        "never measured: code; they are weighted, and nothing is said of their losses");
    }

    @Test
    void repeatedRunsCountOnceAndTellTheNoise() throws IOException {
        Runs runs = read(eight("run,weight_web,weight_code,loss_web", "N") + "again,0,1,3.2\n");
        FinalLosses losses = runs.finalLosses(List.of("web"));
        assertThat(losses.size()).isEqualTo(8);
        assertThat(losses.losses("web")[0]).isCloseTo(3.1, within(1e-12));
        assertThat(runs.noise("web").orElseThrow()).isCloseTo(0.2 / Math.sqrt(2), within(1e-12));
    }

    @Test
    void aScoreIsTurnedIntoWhatItLeavesToTheBest() throws IOException {
        Runs runs = read(eight("run,weight_web,weight_code,piqa", "62.5"));
        assertThat(runs.turned(List.of("piqa")).finalLosses(List.of("piqa")).losses("piqa"))
                .containsOnly(37.5);
    }

    @Test
    void aFolderHoldsAPairAndTrainGoesBeforeTest() throws IOException {
        for (String part : List.of("train", "test")) {
            Files.writeString(folder.resolve(part + "_mixture.csv"), "index,a,b\n1,0.5,0.5\n2,0,1\n");
            Files.writeString(folder.resolve(part + "_loss.csv"), "index,a_val_loss\n1,3\n2," + part.length() + "\n");
        }
        assertThat(Runs.read(List.of(folder)).toString()).startsWith("2 runs on 2 domains");
        Files.writeString(folder.resolve("train_more.csv"), "run,weight_a,weight_b,loss_a\n1,0.5,0.5,3\n");
        assertThatThrownBy(() -> Runs.read(List.of(folder)))
                .hasMessageContaining("several tables of runs, train_more.csv; train_mixture.csv with train_loss.csv")
                .hasMessageContaining("name the file");
    }

    /// `|` stands for a line's end.
    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '^',
            value = {
                "run,stage,domain,weight|a,1,web,1@ has no column loss_nats, expected run, stage, domain, weight, loss_nats",
                "run,stage,domain,weight,loss_nats|a,1,web,much,3@, row 1, column weight: \"much\" is no number: write it with a decimal point",
                "run,stage,domain,weight,loss_nats|a,1,web,1,3|a,1.5,web,1,3@, row 2, column stage: \"1.5\", expected 0 (untrained), 1, 2",
                "run,stage,domain,weight,loss_nats|a,1,web,0.5,3|a,1,code,0.3,3@, row 2, column weight: the weights of run a in stage 1 sum to 0.8000, expected 1: give a row for every domain",
                "run,stage,domain,weight,loss_nats|a,1,web,1,3|a,1,web,1,3@, row 2, column domain: run a has web of stage 1 in row 1, too: give one row",
                "run,stage,domain,weight,loss_nats|,1,web,1,3@, row 1, column run: is empty: name the run",
                "run,weight_web,weight_code,loss_web|a,0.5,0.6,3@, row 1, column weight_code: the weights of this row sum to 1.100, expected 1: give each domain's share",
                "run,weight_web,weight_code,loss_web|a,1.5,-0.5,3@, row 1, column weight_code: a weight of -0.5, expected 0 to 1",
                "run,weight_web,weight_code,loss_web|a,1,0,3|a,0,1,3@, row 2, column run: run a stands in row 1, too: give each run a name of its own",
                "run,weight_web,weight_code,loss_web|a,1,0,3,5@ is not a table: Row number 1 contains 5 columns. 4 expected. Give each row",
                "run,weight_web,weight_code|a,1,0@ has no losses in its columns [run, weight_web, weight_code]",
                "run,loss_web|a,1@ has no weights in its columns [run, loss_web]",
                "run,weight_web,weight_code,loss_web@ has no row below its header: expected a row per run",
                "run,weight_web,weight_code,loss_web|a,1,0,three@, row 1, column loss_web: \"three\" is no number"
            })
    void aBrokenTableIsToldByFileRowColumnAndRemedy(String text, String message) {
        assertThatThrownBy(() -> read(text.replace("|", "\n") + "\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("runs0.csv")
                .hasMessageContaining(message);
    }

    @Test
    void lossesThatAreNoneAreToldWhenTheyAreWanted() throws IOException {
        Runs runs = read(eight("run,weight_web,weight_code,loss_web", "-1"));
        assertThatThrownBy(() -> runs.finalLosses(List.of("web")))
                .hasMessageContaining("run 0 has web = -1.0")
                .hasMessageContaining("--maximise");
        assertThatThrownBy(() -> read("run,weight_a,weight_b,loss_a\nx,1,0,3\n").finalLosses(List.of("a")))
                .hasMessageContaining("1 runs on different mixtures have a, too few to plan from: at least 8");
    }
}
