package io.regmixd.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StagesTest {

    @Test
    void stagesAreEqualWhereTheStepsDivideEvenly() {
        assertThat(ends(Stages.of(5, 500))).containsExactly(100, 200, 300, 400, 500);
        assertThat(ends(Stages.of(3, 9))).containsExactly(3, 6, 9);
    }

    @Test
    void fiveSwitchPointsOfThePaperFallOnTheSameSharesOfProxyAndTarget() {
        assertThat(ends(Stages.of(6, 1_000))).containsExactly(170, 330, 500, 670, 830, 1_000);
        assertThat(ends(Stages.of(6, 25_000))).containsExactly(4_250, 8_250, 12_500, 16_750, 20_750, 25_000);
    }

    @Test
    void fewStepsEndWithinOneStep() {
        assertThat(ends(Stages.of(3, 7))).containsExactly(2, 4, 7);
        assertThat(ends(Stages.of(2, 997))).containsExactly(498, 997); // 997 has no divisor
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 5", "7, 1000", "6, 25000", "9, 1000", "12, 25000", "11, 2_000_000_000"})
    void endsLieWithinATwentiethOfAStageOfEqualOnesAndTheLastTakesAllSteps(int count, String number) {
        int steps = Integer.parseInt(number.replace("_", ""));
        Stages stages = Stages.of(count, steps);
        assertThat(stages.start(0)).isZero();
        assertThat(stages.end(count - 1)).isEqualTo(steps);
        for (int stage = 0; stage < count; stage++) {
            double equal = (stage + 1.0) * steps / count;
            assertThat(Math.abs(stages.end(stage) - equal)).isLessThan(1 + steps / 20.0 / count);
            assertThat(stages.end(stage) % stages.interval()).isZero();
            assertThat(stages.start(stage)).isLessThan(stages.end(stage));
        }
    }

    @Test
    void everyStepKnowsItsStageAndHowManyHaveBegunAndEnded() {
        Stages stages = Stages.of(3, 7); // steps 0 1, 2 3, 4 5 6
        assertThat(IntStream.range(0, 7).map(stages::at)).containsExactly(0, 0, 1, 1, 2, 2, 2);
        assertThat(IntStream.rangeClosed(0, 7).map(stages::begun)).containsExactly(0, 1, 1, 2, 2, 3, 3, 3);
        assertThat(IntStream.rangeClosed(0, 7).map(stages::ended)).containsExactly(0, 0, 1, 1, 2, 2, 2, 3);
        assertThatThrownBy(() -> stages.at(7)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void fewerStepsThanStagesAreRefused() {
        assertThatThrownBy(() -> Stages.of(3, 2)).hasMessageContaining("steps 2 in 3 stages");
        assertThatThrownBy(() -> new Stages(3, 7, 2)).hasMessageContaining("interval 2");
    }

    private static List<Integer> ends(Stages stages) {
        return IntStream.range(0, stages.count()).map(stages::end).boxed().toList();
    }
}
