package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.store.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedStepsTest {

    private static final LlamaConfig TINY = new LlamaConfig(1, 1, 2, 3, 32);

    @TempDir
    Path folder;

    @Test
    void otherProgramsFindTheParametersAndTokensThatGaveTheLosses() throws Exception {
        RecordedSteps steps = RecordedSteps.take(TINY, ComputeDevice.cpu(1).getFirst(), folder);

        int models = steps.losses().getFirst().size();
        int sequence = steps.context() + 1;
        ByteBuffer tokens = read("tokens.i32");
        assertThat(read("parameters.f32").remaining()).isEqualTo(models * (int) TINY.parameters() * Float.BYTES);
        assertThat(tokens.remaining())
                .isEqualTo(steps.losses().size() * models * steps.sequences() * sequence * Integer.BYTES);
        try (Llama untrained = Llama.initialise(TINY, new long[] {1, 2, 3, 4}, ComputeDevice.cpu(1), Compute.FLOAT32)) {
            float[] embeddings = untrained.parameter("embedding").toFloatArray();
            float[] written = new float[embeddings.length];
            read("parameters.f32").asFloatBuffer().get(written);
            assertThat(written).containsExactly(embeddings);
            for (int k = 0; k < models; k++) {
                ReferenceLlama reference = new ReferenceLlama(untrained, k);
                double expected = 0;
                for (int s = 0; s < steps.sequences(); s++) {
                    int[] of = new int[sequence];
                    tokens.asIntBuffer().get((k * steps.sequences() + s) * sequence, of);
                    expected += reference.loss(of) / steps.sequences();
                }
                assertThat(steps.losses().getFirst().get(k)).isCloseTo(expected, within(1e-5));
            }
        }
        assertThat(Json.read(RecordedSteps.class, Files.readString(folder.resolve("steps.json")), folder))
                .isEqualTo(steps);
    }

    private ByteBuffer read(String name) throws Exception {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
    }
}
