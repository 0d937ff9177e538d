package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.ServiceLoader;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rapaio.jupyter.kernel.core.RapaioKernel;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// The kernels besides IJava, in this process: their real rendering, without Jupyter.
class OtherKernelsTest {

    private static final String TABLE =
            "tech.tablesaw.api.Table.create(tech.tablesaw.api.StringColumn.create(\"domain\", \"web\", \"code\"))";

    private final JJavaWithoutJava jjava = new JJavaWithoutJava();

    @AfterEach
    void end() {
        jjava.onShutdown(false);
    }

    @Test
    void rapaioShowsValuesOfACellAsHtmlAndText() throws Exception {
        RapaioKernel kernel = new RapaioKernel();
        try {
            Map<String, Object> table = kernel.eval(TABLE).data();
            assertThat(table).containsKeys("text/html", "text/plain");
            assertThat((String) table.get("text/html")).contains("<td style=\"text-align:left\">web</td>");

            Map<String, Object> rich = kernel.eval(
                            "(io.regmixd.notebook.Rich) () -> java.util.Map.of(\"text/plain\", \"40%\")")
                    .data();
            assertThat(rich).isEqualTo(Map.of("text/plain", "40%"));
        } finally {
            kernel.onShutdown();
        }
    }

    @Test
    void jjavaFindsTheExtensionAndShowsValuesAsHtmlAndText() {
        assertThat(ServiceLoader.load(Extension.class)).hasAtLeastOneElementOfType(JJavaExtension.class);
        jjava.onStartup();

        Table table = Table.create(StringColumn.create("domain", "web", "code"));
        DisplayData shown = jjava.getRenderer().render(table);

        assertThat((String) shown.getData(MIMEType.TEXT_HTML)).contains("<td style=\"text-align:left\">web</td>");
        assertThat((String) shown.getData(MIMEType.TEXT_PLAIN)).contains("domain", "code");
    }

    @Test
    void jjavaIsFoundAsTheKernelOfThisProcessOnlyWhileItRuns() {
        assertThat(new JJavaAdapter().running()).isFalse();
        jjava.onStartup();
        assertThat(new JJavaAdapter().running()).isTrue();
        assertThat(Kernel.active()).as("no cell is running").isFalse();
    }
}
