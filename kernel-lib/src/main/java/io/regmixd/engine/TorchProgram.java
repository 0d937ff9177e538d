package io.regmixd.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// The TorchScript program `llama.py`, loaded into PyTorch on one device. A call runs one of its methods
/// natively from start to end: one crossing from Java a training step.
///
/// The archive is a stored zip with the source text and a pickled object that has no tensors, only whole
/// numbers; Java writes it, DJL loads it.
final class TorchProgram implements AutoCloseable {

    private static final String SOURCE = "llama.py";

    // PyTorch's words on a GPU, cuBLAS's and cuDNN's there, PyTorch's on the CPU
    private static final Pattern OUT_OF_MEMORY = Pattern.compile(
            "out of memory|_STATUS_ALLOC_FAILED|can't allocate memory|not enough memory", Pattern.CASE_INSENSITIVE);

    private final Model model;
    private volatile boolean failed; // DJL then keeps references to the inputs of the call

    private TorchProgram(Model model) {
        this.model = model;
    }

    /// @param attributes of the program's object, see `llama.py`
    static TorchProgram load(Map<String, Integer> attributes, Device device) {
        try {
            Path folder = Files.createTempDirectory("regmixd-program");
            Path archive = folder.resolve("llama.pt");
            try {
                writeArchive(attributes, archive);
                Model model = Model.newInstance("llama", device, "PyTorch");
                model.load(folder, "llama.pt", Map.of("trainParam", "true"));
                return new TorchProgram(model);
            } finally {
                Files.deleteIfExists(archive);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write the model program to the temporary folder: " + e.getMessage(), e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException(
                    "PyTorch does not accept the model program " + SOURCE + ": " + e.getMessage(), e);
        }
    }

    /// Where tensors of this program live; closed with it.
    NDManager manager() {
        return model.getNDManager();
    }

    /// Runs `method` and returns its single result, attached to `scope`.
    ///
    /// @param lists lists of tensors, by the name of their parameter, in the order of the method's parameters
    /// @param tensors the tensors that follow
    /// @param training whether a gradient may be asked for inside
    NDArray call(
            NDManager scope, String method, Map<String, List<NDArray>> lists, List<NDArray> tensors, boolean training) {
        // DJL leaves gradient mode off; it is a setting of the calling thread.
        JniUtils.setGradMode(training);
        NDArray name = scope.create(0f);
        name.setName("module_method:" + method);
        NDList inputs = new NDList(name);
        lists.forEach((list, members) -> {
            for (NDArray member : members) {
                member.setName(list + "[]");
                inputs.add(member);
            }
        });
        inputs.addAll(tensors);
        try {
            return allocating(() -> model.getBlock()
                    .forward(new ParameterStore(scope, false), inputs, training)
                    .singletonOrThrow());
        } catch (RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    /// Does what takes memory on this program's device.
    ///
    /// @throws DeviceMemoryException if there is too little of it
    <T> T allocating(Supplier<T> work) {
        return allocating(manager().getDevice(), work);
    }

    /// Does what takes memory on a device, or in host memory for what comes from it.
    ///
    /// @throws DeviceMemoryException if there is too little of it
    static <T> T allocating(Device device, Supplier<T> work) {
        try {
            return work.get();
        } catch (EngineException e) {
            if (tellsOfMemory(e)) {
                throw new DeviceMemoryException(
                        device + " is out of memory: train fewer models together, or shorten the context", e);
            }
            throw e;
        }
    }

    static boolean tellsOfMemory(EngineException e) {
        return OUT_OF_MEMORY.matcher(String.valueOf(e.getMessage())).find();
    }

    /// Frees all tensors. DJL does not let go of the inputs of a call that failed, so their storage is taken from them
    /// first.
    @Override
    public void close() {
        try {
            if (failed) {
                empty();
            }
        } finally {
            model.close();
        }
    }

    private void empty() {
        try (NDManager scope = manager().newSubManager()) {
            call(scope, "empty", Map.of("p", manager().getManagedArrays()), List.of(), false)
                    .close();
        } catch (EngineException | DeviceMemoryException _) { // the device is lost, and all that was on it
        }
    }

    /// Writes the archive, which `torch.jit.load` opens in Python and C++, too.
    static void writeArchive(Map<String, Integer> attributes, Path archive) throws IOException {
        byte[] source;
        try (InputStream in = TorchProgram.class.getResourceAsStream(SOURCE)) {
            source = in.readAllBytes();
        }
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            store(zip, "llama/data.pkl", pickledObject(attributes));
            store(zip, "llama/code/__torch__.py", source);
            store(zip, "llama/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'}); // an empty tuple
            store(zip, "llama/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /// `__torch__.Llama` with `training = True` and the attributes, in pickle protocol 2.
    private static byte[] pickledObject(Map<String, Integer> attributes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream pickle = new DataOutputStream(bytes);
        pickle.write(new byte[] {(byte) 0x80, 2});
        pickle.writeBytes("c__torch__\nLlama\n");
        pickle.write(new byte[] {'q', 0, ')', (byte) 0x81, '}', '('});
        writeKey(pickle, "training");
        pickle.write(0x88); // True
        for (Map.Entry<String, Integer> attribute : attributes.entrySet()) {
            writeNumber(pickle, attribute.getKey(), attribute.getValue());
        }
        pickle.writeBytes("ub.");
        return bytes.toByteArray();
    }

    private static void writeNumber(DataOutputStream pickle, String key, int value) throws IOException {
        writeKey(pickle, key);
        pickle.write('J');
        pickle.writeInt(Integer.reverseBytes(value));
    }

    private static void writeKey(DataOutputStream pickle, String key) throws IOException {
        pickle.write('X');
        pickle.writeInt(Integer.reverseBytes(key.length()));
        pickle.writeBytes(key);
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
