package io.regmixd.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.OtherJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LightGbmTest {

    @TempDir
    private Path temporary;

    /// The wrapper by itself leaves `lib_lightgbm.so` there, and the next process writes over it.
    @Test
    void nativeLibrariesAreNotSharedWithOtherProcesses() throws Exception {
        try (OtherJvm other = new OtherJvm("", LightGbmLoader.class, temporary.toString())) {
            String last = "";
            for (String line = other.line(); line != null; line = other.line()) {
                last = line;
            }
            assertThat(last).isEqualTo("predicted 0.0, left []");
        }
    }
}
