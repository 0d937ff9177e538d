package io.regmixd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class LedgerFileTest {

    private static final Provenance EIGHT = Provenance.of(Map.of("batch", 8));

    @TempDir
    private Path folder;

    private Path path;

    @BeforeEach
    void inAFolder() {
        path = folder.resolve("sweep.arrow");
    }

    private LedgerFile open(Provenance provenance) throws Exception {
        return LedgerFile.open(path, provenance, "Choose another folder.");
    }

    private static Table runs(int... numbers) {
        return Table.create("runs", IntColumn.create("run", numbers));
    }

    @Test
    void aSessionGoesOnWithWhatTheOneBeforeWroteAndDecided() throws Exception {
        LedgerFile first = open(EIGHT);
        assertThat(first.saved()).isEmpty();
        assertThat(first.decided("threads")).isEmpty();
        first.decide("threads", "2");
        first.write(runs(1));
        first.write(runs(1, 2));

        LedgerFile second = open(EIGHT);
        assertThat(second.saved().orElseThrow().intColumn("run").asList()).containsExactly(1, 2);
        assertThat(second.decided("threads")).hasValue("2");
        second.write(runs(1, 2, 3));
        assertThat(open(EIGHT).decided("threads")).hasValue("2");
    }

    @Test
    void openingWritesNothing() throws Exception {
        open(EIGHT).decide("threads", "2");
        assertThat(Files.exists(path)).isFalse();
    }

    @Test
    void whatWasMadeOfSomethingElseIsRefused() throws Exception {
        open(EIGHT).write(runs(1));
        assertThatIOException()
                .isThrownBy(() -> open(Provenance.of(Map.of("batch", 16))))
                .withMessage(path + " belongs to another plan: batch is 8 there, and now 16\nChoose another folder.");
        ArrowFile.write(path, runs(1), Map.of());
        assertThatIOException().isThrownBy(() -> open(EIGHT)).withMessageContaining("earlier version");
        Files.writeString(path, "");
        assertThatIOException().isThrownBy(() -> open(EIGHT)).withMessageContaining(path.toString());
    }

    @Test
    void aRefusalOfTheContentIsWordedAlike() throws Exception {
        assertThat(open(EIGHT).refusal("run 3 is not planned"))
                .hasMessage(path + " belongs to another plan: run 3 is not planned\nChoose another folder.");
    }
}
