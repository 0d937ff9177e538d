package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.Progress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuExportTest {

    @Test
    void exportsTheProgramInEveryWayAndOneModelTwice(@TempDir Path folder) throws Exception {
        GpuExport.main(new String[] {folder.resolve("kit").toString()});

        try (Stream<Path> files = Files.list(folder.resolve("kit"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".pt")))
                    .as("two numbers of heads, two precisions, recomputed or not, deterministic or not")
                    .hasSize(16);
        }
        ByteBuffer raw = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("kit/parameters.f32")))
                .order(ByteOrder.LITTLE_ENDIAN);
        try (Llama loaded = Llama.load(
                folder.resolve("kit/transformers"), ComputeDevice.cpu(1), Compute.FLOAT32, Progress.SILENT)) {
            assertThat(raw.remaining()).isEqualTo((int) loaded.config().parameters() * Float.BYTES);
            float[] embedding = loaded.parameter("embedding").toFloatArray();
            float[] exported = new float[embedding.length];
            raw.asFloatBuffer().get(exported);
            assertThat(exported).containsExactly(embedding);
        }
    }
}
