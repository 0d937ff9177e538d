package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rapaio.jupyter.kernel.core.RapaioKernel;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// The kernels besides IJava, in this process: their real rendering, without Jupyter.
class OtherKernelsTest {

    private static final String TABLE =
            "tech.tablesaw.api.Table.create(tech.tablesaw.api.StringColumn.create(\"domain\", \"web\", \"code\"))";

    private final JJava jjava = new JJava();

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

    /// What the distribution adds is the evaluation of Java.
    private static final class JJava extends BaseKernel {
        JJava() {
            super(
                    "Java",
                    "25",
                    new LanguageInfo.Builder("Java").build(),
                    List.of(),
                    null,
                    new JupyterIO(StandardCharsets.UTF_8),
                    new CommManager(),
                    new Renderer(),
                    null,
                    new MagicsRegistry(),
                    true,
                    new StringStyler.Builder().build());
        }

        @Override
        public Object evalRaw(String source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DisplayData inspect(String code, int at, boolean extra) {
            return null;
        }

        @Override
        public ReplacementOptions complete(String code, int at) {
            return null;
        }

        @Override
        public String isComplete(String code) {
            return IS_COMPLETE_YES;
        }
    }
}
