package io.regmixd.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class JvmSettingsTest {

    @Test
    void testsRunAsTheKernelAndExecutorsDo() {
        assertThat(JvmSettings.options()).contains("--add-opens=java.base/java.nio=ALL-UNNAMED");
        assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments()).containsAll(JvmSettings.options());
        assertThat(JvmSettings.environment()).containsKey("GOMP_SPINCOUNT");
        assertThat(System.getenv()).containsAllEntriesOf(JvmSettings.environment());
    }
}
