package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.OtherJvm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// In a process that may not have more than some memory.
class DeviceMemoryTest {

    private static final LlamaConfig WIDE = new LlamaConfig(1, 1, 2, 1 << 18, 2);
    private static final int CONTEXT = 7;

    @Tag("slow")
    @Test
    void sequencesThatDoNotFitTogetherAreHandledAFewAtATimeAndTooLongOnesAreAClearError() throws Exception {
        try (OtherJvm jvm =
                new OtherJvm("export JAVA_TOOL_OPTIONS=-Xmx256m; ulimit -v 5000000;", DeviceMemoryTest.class)) {
            StringBuilder said = new StringBuilder();
            for (String line = jvm.line(); line != null; line = jvm.line()) {
                said.append(line).append('\n');
            }
            assertThat(said.toString())
                    .contains("equal to those of sequences alone: true")
                    .contains("out of memory: train fewer models together, or shorten the context");
        }
    }

    /// 256 sequences of 7 tokens with 2^19 values each would take 4 GB at once, one 15 MB.
    public static void main(String[] args) {
        int sequences = 256;
        try (Llama llama = onAGpuSay();
                Llama small = Llama.initialise(WIDE, new long[] {1}, ComputeDevice.cpu(1), Compute.FLOAT32)) {
            float[] losses = llama.losses(tokens(sequences, CONTEXT), sequences, CONTEXT)[0];
            float alone = small.losses(tokens(1, CONTEXT), 1, CONTEXT)[0][0];
            System.out.println("equal to those of sequences alone: " + (Math.abs(losses[100] - alone) < 1e-5));
            int context = 10_000; // 21 GB
            llama.losses(tokens(1, context), 1, context);
        } catch (DeviceMemoryException e) {
            System.out.println(e.getMessage());
        }
    }

    /// As on a GPU all sequences are tried at once first.
    private static Llama onAGpuSay() {
        ComputeDevice device = ComputeDevice.cpu();
        Map<String, Integer> attributes = new LinkedHashMap<>(Replica.attributes(WIDE, 1, device, Compute.FLOAT32));
        attributes.put("gpu", 1);
        Llama llama =
                new Llama(WIDE, 1, List.of(new Replica(WIDE, 1, device, Compute.FLOAT32, attributes)), Pieces.USUAL);
        llama.initialise(new long[] {1});
        return llama;
    }

    private static int[] tokens(int sequences, int context) {
        return new int[sequences * (context + 1)];
    }
}
