package io.regmixd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.regmixd.Progress;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is held on a device and beside it, and what happens when there is no room.
class MemoryTest {

    private static final LlamaConfig TINY = new LlamaConfig(1, 1, 2, 3, 5);
    private static final int[] TOKENS = {0, 1, 2, 3, 4, 3, 2, 1};
    private static final int CONTEXT = 7;

    private static Replica replica() {
        ComputeDevice gpu = ComputeDevice.gpu(0, new FakeGpus(1, 1L << 30));
        return new Replica(TINY, 1, gpu, Compute.FLOAT32);
    }

    private static Llama llama(Replica replica) {
        Llama llama = new Llama(TINY, 1, List.of(replica), Pieces.USUAL);
        llama.initialise(new long[] {1});
        return llama;
    }

    /// One number that says it is 2^46: no machine has room for as many.
    private static NDArray huge(NDManager manager) {
        return manager.create(new float[] {1}, new Shape(1, 1, 1)).broadcast(1, 1L << 23, 1L << 23);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
                "[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8"
            })
    void lackOfMemoryIsKnownByPyTorchsWords(String message) {
        assertThat(TorchProgram.tellsOfMemory(new EngineException(message))).isTrue();
    }

    @Test
    void otherFailuresOfTheDeviceAreNoLackOfMemory() {
        assertThat(TorchProgram.tellsOfMemory(new EngineException("CUBLAS_STATUS_EXECUTION_FAILED")))
                .isFalse();
    }

    @Test
    void momentsThatDoNotFitAreALackOfMemory() {
        try (Replica replica = replica()) {
            NDArray huge = huge(replica.manager());
            assertThatThrownBy(() -> replica.zerosLike(huge))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("out of memory: train fewer models together");
        }
    }

    @Test
    void aCopyThatDoesNotFitWhileSavingIsALackOfMemory() {
        try (Replica replica = replica()) {
            NDArray huge = replica.manager()
                    .create(new float[] {1, 2}, new Shape(1, 1, 2))
                    .broadcast(1, 1L << 45, 2); // in a row only if copied
            int before = replica.manager().getManagedArrays().size();
            assertThatThrownBy(() -> Pieces.USUAL.fetch(huge, 0, 4))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("out of memory");
            assertThat(replica.manager().getManagedArrays()).hasSize(before);
        }
    }

    @Test
    void gradientsThatDoNotFitAreReleasedAndTheNextStepIsAsIfNothingHadBeen() {
        Replica replica = replica();
        try (Llama llama = llama(replica);
                Llama undisturbed = llama(replica())) {
            int last = replica.parameters().size() - 1;
            try (NDArray huge = huge(replica.manager())) {
                NDArray whole = replica.parameters().set(last, huge);
                int before = replica.manager().getManagedArrays().size();
                assertThatThrownBy(() -> llama.train(TOKENS, 1, CONTEXT, 1, 1e-2, 0))
                        .isInstanceOf(DeviceMemoryException.class);
                assertThat(replica.manager().getManagedArrays()).hasSize(before);
                replica.parameters().set(last, whole);
            }
            for (int step = 1; step <= 2; step++) {
                assertThat(llama.train(TOKENS, 1, CONTEXT, step, 1e-2, 0))
                        .isEqualTo(undisturbed.train(TOKENS, 1, CONTEXT, step, 1e-2, 0));
            }
        }
    }

    /// DJL keeps the inputs of a call that fails: references, as this test holds one.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAFailedCallKeepsHoldsNoMemoryOnceTheModelsAreClosed(boolean fails) {
        Replica replica = replica();
        Llama llama = llama(replica);
        try (NDManager other = NDManager.newBaseManager("PyTorch");
                IValue kept = IValue.from((PtNDArray) replica.parameters().getFirst())) {
            if (fails) {
                int[] tokens = {0, 1, 2, 3, 4, 3, 2, 5}; // 5 is none of the vocabulary
                assertThatThrownBy(() -> llama.losses(tokens, 1, CONTEXT)).isInstanceOf(EngineException.class);
            }
            llama.close();
            assertThat(kept.toTensor((PtNDManager) other).getShape().size()).isEqualTo(fails ? 0 : 5 * 2);
        }
    }

    @Test
    void modelsThatCannotBeMadeWholeLeaveNothing() {
        LlamaConfig wide = new LlamaConfig(1, 1, 1 << 22, 1, 2); // embedding and a gain can be made
        int before = FakeGpus.tensors();
        assertThatThrownBy(() -> Llama.initialise(wide, new long[] {1}, ComputeDevice.cpu(1), Compute.FLOAT32))
                .isInstanceOf(DeviceMemoryException.class);
        assertThat(FakeGpus.tensors()).isEqualTo(before);
    }

    /// DJL copies what is not on the CPU to it first.
    private static void sayOnGpu(NDArray tensor) throws ReflectiveOperationException {
        Field device = PtNDArray.class.getDeclaredField("device");
        device.setAccessible(true);
        device.set(tensor, Device.gpu(0));
    }

    @Test
    void copiesInHostMemoryAreFreedAsSoonAsTheyAreSaved() throws Exception {
        Replica replica = replica();
        try (Llama llama = llama(replica)) {
            List<float[]> values =
                    replica.parameters().stream().map(NDArray::toFloatArray).toList();
            for (NDArray tensor : replica.manager().getManagedArrays()) {
                sayOnGpu(tensor);
            }
            int before = replica.manager().getManagedArrays().size();
            for (int round = 1; round <= 2; round++) { // they are none the worse for it
                List<float[]> saved = new ArrayList<>();
                llama.tensors().forEach(tensor -> saved.add(tensor.data()));
                assertThat(saved).hasSize(3 * values.size());
                for (int i = 0; i < values.size(); i++) {
                    assertThat(saved.get(i)).containsExactly(values.get(i));
                }
                assertThat(replica.manager().getManagedArrays()).hasSize(before);
            }
        }
    }

    /// As tensors of more than 2 GiB would be.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 9, 59})
    void tensorsInPiecesAreMadeSavedRestoredAndExportedLikeWholeOnes(int numbers, @TempDir Path folder)
            throws Exception {
        long[] seeds = {1, 2};
        int[] tokens = {0, 1, 2, 3, 4, 3, 2, 1, 4, 3, 2, 1, 0, 0, 1, 2};
        Path whole = folder.resolve("whole.arrow");
        Path pieces = folder.resolve("pieces.arrow");
        try (Llama expected = with(seeds.length, 2, Pieces.USUAL);
                Llama shown = with(seeds.length, 2, new Pieces(numbers))) {
            expected.initialise(seeds);
            shown.initialise(seeds);
            for (Llama llama : List.of(expected, shown)) {
                llama.train(tokens(tokens), 2, CONTEXT, 1, 1e-2, 0.1);
            }
            TensorFile.write(whole, Map.of(), expected.tensors());
            TensorFile.write(pieces, Map.of(), shown.tensors());
            assertThat(longest(pieces)).isLessThanOrEqualTo(Math.max(numbers, 6)); // a row has 6 numbers at most
            expected.export(1, CONTEXT, OptionalInt.empty(), folder.resolve("a"), Precision.FLOAT32, Progress.SILENT);
            shown.export(1, CONTEXT, OptionalInt.empty(), folder.resolve("b"), Precision.FLOAT32, Progress.SILENT);
            assertThat(folder.resolve("b/model.safetensors"))
                    .hasSameBinaryContentAs(folder.resolve("a/model.safetensors"));
        }
        for (Path file : List.of(whole, pieces)) {
            try (Llama restored = with(seeds.length, 1, new Pieces(numbers));
                    TensorFile saved = TensorFile.open(file)) {
                restored.restore(saved);
                Path again = folder.resolve("again.arrow");
                TensorFile.write(again, Map.of(), restored.tensors());
                assertThat(again).hasSameBinaryContentAs(pieces);
            }
        }
    }

    @Test
    void piecesOfATensorThatAreMissingAreAnError(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pieces.arrow");
        try (Llama llama = with(1, 1, new Pieces(4))) {
            llama.initialise(new long[] {1});
            List<TensorFile.Tensor> cut = new ArrayList<>();
            llama.tensors().forEach(cut::add);
            cut.remove(1);
            TensorFile.write(file, Map.of(), cut);
        }
        try (Llama restored = with(1, 1, Pieces.USUAL);
                TensorFile saved = TensorFile.open(file)) {
            assertThatThrownBy(() -> restored.restore(saved))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("holds tensor parameters.embedding.2 of shape [1, 2], expected"
                            + " parameters.embedding of (1, 5, 2)");
        }
    }

    private static int longest(Path file) throws IOException {
        int longest = 0;
        try (TensorFile saved = TensorFile.open(file)) {
            for (int i = 0; i < saved.size(); i++) {
                longest = Math.max(longest, saved.next().data().length);
            }
        }
        return longest;
    }

    private static Llama with(int models, int devices, Pieces pieces) {
        List<Replica> replicas = ComputeDevice.cpu(devices).stream()
                .map(device -> new Replica(TINY, models, device, Compute.FLOAT32))
                .toList();
        return new Llama(TINY, models, replicas, pieces);
    }

    /// For each of two models.
    private static int[] tokens(int[] ofOne) {
        return IntStream.range(0, 2 * ofOne.length)
                .map(i -> ofOne[i % ofOne.length])
                .toArray();
    }

    @Test
    void exportLeavesNoMoreThanThereWas(@TempDir Path folder) throws Exception {
        Replica replica = replica();
        try (Llama llama = llama(replica)) {
            int before = replica.manager().getManagedArrays().size();
            llama.export(0, CONTEXT, OptionalInt.empty(), folder, Precision.FLOAT32, Progress.SILENT);
            assertThat(replica.manager().getManagedArrays()).hasSize(before);
        }
    }
}
