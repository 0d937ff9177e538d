package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `REGMIXD_DEVICE` on machines with faked GPUs.
class DeviceChoiceTest {

    private static int noneVisible() {
        return 0;
    }

    private static Gpus gpus(int count) {
        return new FakeGpus(count, 1L << 40);
    }

    @ParameterizedTest
    @CsvSource({
        "auto, 3, '0 1 2'",
        "'', 3, '0 1 2'",
        "gpu, 3, '0 1 2'",
        "'gpu:2,0', 3, '2 0'",
        "gpu:1, 3, 1",
        "cpu, 3, ''",
        "auto, 0, ''"
    })
    void devicesAreThoseThatWereAskedFor(String choice, int attached, String numbers) {
        Gpus chosen = DeviceChoice.parse(choice).among(gpus(attached), DeviceChoiceTest::noneVisible);
        assertThat(String.join(
                        " ",
                        IntStream.range(0, chosen.count())
                                .mapToObj(i -> chosen.name(i).replace("GPU ", ""))
                                .toList()))
                .isEqualTo(numbers);
    }

    @Test
    void gpuThatTheDriverShowsAndPyTorchCannotUseIsAnError() {
        assertThatThrownBy(() -> DeviceChoice.parse("auto").among(gpus(0), () -> 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nvidia-smi")
                .hasMessageContaining("REGMIXD_DEVICE=cpu");
        assertThat(DeviceChoice.parse("cpu").among(gpus(0), () -> 2).count()).isZero();
    }

    @Test
    void driverIsNotAskedWherePyTorchSeesGpus() {
        IntSupplier asked = () -> {
            throw new AssertionError("asked");
        };
        assertThat(DeviceChoice.parse("auto").among(gpus(1), asked).count()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "gpu:0", "gpu:5"})
    void gpuThatIsAskedForAndNotThereIsAnError(String choice) {
        int attached = choice.equals("gpu:5") ? 2 : 0;
        assertThatThrownBy(() -> DeviceChoice.parse(choice).among(gpus(attached), DeviceChoiceTest::noneVisible))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("REGMIXD_DEVICE=" + choice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "gpu:", "gpu:a", "gpu:0,", "gpu:-1", "GPU"})
    void otherWordsAreRefused(String choice) {
        assertThatThrownBy(() -> DeviceChoice.parse(choice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REGMIXD_DEVICE=" + choice);
    }

    @Test
    void gpusThatAreHiddenAreNotVisible() {
        assertThat(DeviceChoice.visible(Map.of("CUDA_VISIBLE_DEVICES", ""))).isZero();
        assertThat(DeviceChoice.visible(Map.of("CUDA_VISIBLE_DEVICES", "-1"))).isZero();
    }
}
