package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Faked GPUs take a GPU's ways, and are compared with the CPU as real ones would be.
class DeviceCheckTest {

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private boolean trusts(Gpus gpus, String... sizes) throws IOException {
        List<ComputeDevice> devices = IntStream.range(0, gpus.count())
                .mapToObj(number -> ComputeDevice.gpu(number, gpus))
                .toList();
        return trusts(devices, sizes);
    }

    private boolean trusts(List<ComputeDevice> devices, String... sizes) throws IOException {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new DeviceCheck(devices, ComputeDevice.cpu(), folder, out).trusts(List.of(sizes));
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void devicesThatComputeAsTheCpuDoesAreTrustedEachAndTogether() throws IOException {
        assertThat(trusts(new FakeGpus(2, 1L << 30), "demo")).isTrue();
        assertThat(said())
                .containsPattern("demo +GPU 0: right")
                .containsPattern("demo +GPU 1: right")
                .containsPattern("demo +all 2 together: right")
                .contains("can be trusted with what fits: 3 checks");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void partsOfTheCpuAreCheckedToo() throws IOException {
        assertThat(trusts(ComputeDevice.cpu(1), "demo")).isTrue();
    }

    @Test
    void aDeviceThatFailsIsNamedAndTheOthersAreCheckedAllTheSame() throws IOException {
        ComputeDevice well = ComputeDevice.gpu(0, new FakeGpus(1, 1L << 30));
        ComputeDevice ill = ComputeDevice.gpu(1, new FakeGpus(2, 1L << 30).failing());
        assertThat(trusts(List.of(ill, well), "demo")).isFalse();
        assertThat(said())
                .containsPattern("demo +GPU 1: GPU 1 has fallen off the bus")
                .containsPattern("demo +GPU 0: right")
                .contains("Do not train on this machine. Wrong: demo on GPU 1; demo on all 2 together.");
    }

    @Test
    void aSizeThatDoesNotFitIsSaidAndAlonePromisesNothing() throws IOException {
        assertThat(trusts(new FakeGpus(1, 1_000_000), "demo")).isFalse();
        assertThat(said()).contains("GPU 0: does not fit into 0.0 GB").contains("no size fits");
    }

    @Test
    void otherLossesAndNormsAreToldInWords() {
        Llama.Step cpu = new Llama.Step(5.5, 2);
        assertThat(DeviceCheck.compared("step 1", cpu, new Llama.Step(5.5005, 2.001), 1e-4))
                .isEmpty();
        for (Llama.Step wrong :
                List.of(new Llama.Step(5.501, 2), new Llama.Step(5.5, 2.003), new Llama.Step(Double.NaN, 2))) {
            assertThat(DeviceCheck.compared("step 1", cpu, wrong, 1e-4))
                    .containsExactly("step 1 gave " + wrong + ", the CPU " + cpu);
        }
    }
}
