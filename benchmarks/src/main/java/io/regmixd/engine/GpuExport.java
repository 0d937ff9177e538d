package io.regmixd.engine;

import io.regmixd.Progress;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// What `tools/gpu/check.py` takes to a machine with a GPU and Python: the program as it would run there, and one
/// small untrained model as raw numbers and in the format of Transformers.
final class GpuExport {

    static final LlamaConfig CHECKED = new LlamaConfig(2, 8, 256, 512, 2048);

    /// Of all sizes that are checked; the program's other numbers do not depend on the size.
    static final List<Integer> HEADS = List.of(8, 16);

    private static final int CONTEXT = 256;

    private GpuExport() {}

    /// @param args the folder to write to, made if need be
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        for (Precision precision : Precision.values()) {
            for (boolean recompute : new boolean[] {false, true}) {
                for (boolean deterministic : new boolean[] {false, true}) {
                    write(folder, new Compute(precision, recompute, deterministic));
                }
            }
        }
        List<ComputeDevice> cpu = ComputeDevice.cpu(1);
        try (Llama llama = Llama.initialise(CHECKED, new long[] {1}, cpu, Compute.FLOAT32)) {
            llama.export(
                    0,
                    CONTEXT,
                    OptionalInt.empty(),
                    folder.resolve("transformers"),
                    Precision.FLOAT32,
                    Progress.SILENT);
            ByteBuffer values = ByteBuffer.allocate(Math.toIntExact(CHECKED.parameters() * Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (TensorFile.Tensor tensor : llama.tensors()) {
                if (tensor.name().startsWith("parameters.")) {
                    values.asFloatBuffer().put(tensor.data());
                    values.position(values.position() + tensor.data().length * Float.BYTES);
                }
            }
            Files.write(folder.resolve("parameters.f32"), values.array());
        }
    }

    private static void write(Path folder, Compute compute) throws IOException {
        for (int heads : HEADS) {
            Map<String, Integer> attributes = new LinkedHashMap<>();
            attributes.put("heads", heads);
            attributes.put("models", 1024);
            attributes.put("precision", compute.precision().torchType());
            attributes.put("recompute", compute.recompute() ? 1 : 0);
            attributes.put("deterministic", compute.deterministic() ? 1 : 0);
            attributes.put("gpu", 1);
            String name = "llama-" + heads + "-" + compute.precision().torchName()
                    + (compute.recompute() ? "-recompute" : "") + (compute.deterministic() ? "-deterministic" : "");
            TorchProgram.writeArchive(attributes, folder.resolve(name + ".pt"));
        }
    }
}
