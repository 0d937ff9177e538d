package io.regmixd.regression;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The native library that Smile's linear algebra calls, held to one thread: the domains are fitted side by
/// side, and OpenBLAS's threads, spinning beside ours, make that ten times slower (48 proxies, 10 domains, 2
/// cores: 7.5 s against 0.4 s). It also makes sums independent of the number of cores.
public final class OpenBlas {

    private static final Optional<MethodHandle> SET_NUM_THREADS = find();

    private OpenBlas() {}

    /// Does nothing where the library is not found under its name on Linux.
    public static void useOneThread() {
        SET_NUM_THREADS.ifPresent(setNumThreads -> {
            try {
                setNumThreads.invokeExact(1);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /// What to throw where Smile could not open it.
    ///
    /// @param what that needs it, beginning the sentence
    public static IllegalStateException missing(String what, LinkageError cause) {
        return new IllegalStateException(
                what + " needs the native library OpenBLAS, which Smile opens as libopenblas.so: start"
                        + " the notebook with ./run-notebook, which provides it, or put the folder that holds"
                        + " libopenblas.so on LD_LIBRARY_PATH before Java starts (Regressor.boosting() needs no"
                        + " native library).",
                cause);
    }

    @SuppressWarnings("restricted") // native access, which Smile needs as well
    private static Optional<MethodHandle> find() {
        try {
            return SymbolLookup.libraryLookup("libopenblas.so", Arena.global())
                    .find("openblas_set_num_threads")
                    .map(address -> Linker.nativeLinker()
                            .downcallHandle(address, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)));
        } catch (IllegalArgumentException e) { // Smile will say so, where it matters
            return Optional.empty();
        }
    }
}
