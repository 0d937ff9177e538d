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
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
        Llama llama = new Llama(TINY, 1, List.of(replica));
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
        LlamaConfig wide = new LlamaConfig(1, 1, 2, 1 << 30, 5); // embedding and attention can be made
        int before = FakeGpus.tensors();
        assertThatThrownBy(() -> Llama.initialise(wide, new long[] {1}, ComputeDevice.cpu(1), Compute.FLOAT32))
                .isInstanceOf(ArithmeticException.class);
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
