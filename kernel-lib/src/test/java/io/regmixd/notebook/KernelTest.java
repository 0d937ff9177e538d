package io.regmixd.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class KernelTest {

    private static JavaKernel kernel;

    @BeforeAll
    static void makeKernel() {
        kernel = new JavaKernel();
        IJavaAdapter.register(kernel.getRenderer());
    }

    @AfterAll
    static void endKernel() {
        kernel.onShutdown(false);
    }

    private static String form(DisplayData data, String mime) {
        return String.valueOf(data.getData(MIMEType.parse(mime)));
    }

    @Test
    void richValueOfACellIsShownByItsBundle() throws Exception {
        DisplayData data = kernel.eval("""
                (io.regmixd.notebook.Rich) () -> java.util.Map.of("text/html", "<b>40%</b>", "text/plain", "40%")""");

        assertThat(form(data, "text/html")).isEqualTo("<b>40%</b>");
        assertThat(form(data, "text/plain")).isEqualTo("40%");
    }

    @Test
    void tableOfACellIsShownAsHtmlAndText() throws Exception {
        DisplayData data = kernel.eval(
                "tech.tablesaw.api.Table.create(tech.tablesaw.api.StringColumn.create(\"domain\", \"web\", \"code\"))");

        assertThat(form(data, "text/html")).contains("<td style=\"text-align:left\">web</td>");
        assertThat(form(data, "text/plain")).contains("domain", "code");
    }

    @Test
    void numbersStandRightWithFewDigitsAndOneCountOfDecimalsAColumn() {
        IntColumn proxy = IntColumn.create("proxy", 1, 2, 3);
        proxy.setMissing(2);
        String html = html(Table.create(
                proxy,
                DoubleColumn.create("tokens", 1e6, 2.5e7, 0),
                DoubleColumn.create("loss_nats", 2.31415926, 10.5, Double.NaN),
                DoubleColumn.create("learning_rate", 4e-4, 1e-5, 0),
                DoubleColumn.create("weight", 0.33333, 0.5, 0.16667)));

        assertThat(html)
                .contains(
                        "<th style=\"text-align:right\">loss_nats</th>",
                        row("1", "1,000,000", "2.314", "4.00e-04", "0.3333"),
                        row("2", "25,000,000", "10.500", "1.00e-05", "0.5000"),
                        row("", "0", "", "0.00e+00", "0.1667"));
    }

    @Test
    void longTableShowsItsFirstRowsAndHowManyThereAre() {
        int[] steps = IntStream.range(0, 1234).toArray();
        TableView view = new TableView(Table.create(IntColumn.create("step", steps)));

        assertThat(form(view, "text/html").split("<tr>")).hasSize(1 + 1 + TableView.ROWS);
        assertThat(form(view, "text/html")).endsWith("the first 30 of 1,234 rows");
        assertThat(form(view, "text/plain"))
                .contains(" 29 ")
                .doesNotContain(" 30  ")
                .endsWith("first 30 of 1,234 rows");
    }

    @Test
    void emptyAndOddTablesAreShownToo() {
        assertThat(html(Table.create())).contains("<table>");
        assertThat(html(Table.create(DoubleColumn.create("loss")))).contains(">loss</th>");
        assertThat(html(Table.create(DoubleColumn.create("loss", DoubleStream.of(Double.POSITIVE_INFINITY)))))
                .contains("Infinity");
        assertThat(html(Table.create(StringColumn.create("text", "a<b>&c")))).contains("a&lt;b&gt;&amp;c");
    }

    @Test
    void outsideAKernelNothingIsShownAndNothingFails() {
        assertThat(Kernel.active()).isFalse();
        assertThatCode(Kernel::start).doesNotThrowAnyException();
    }

    private static String html(Table table) {
        return form(new TableView(table), "text/html");
    }

    private static String form(Rich value, String mime) {
        return (String) value.mimeBundle().get(mime);
    }

    private static String row(String... cells) {
        return "<tr><td style=\"text-align:right\">" + String.join("</td><td style=\"text-align:right\">", cells)
                + "</td></tr>";
    }
}
