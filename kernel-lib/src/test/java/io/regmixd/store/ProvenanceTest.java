package io.regmixd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProvenanceTest {

    private static final Path FILE = Path.of("runs", "sweep.arrow");

    private record Size(int layers, double dropOut) {}

    private record Settings(Size model, int batch) {}

    private static Provenance of(int batch, double dropOut, double... weights) {
        return Provenance.of(
                Map.of("settings", new Settings(new Size(2, dropOut), batch), "weights", weights, "seed", 7L));
    }

    @Test
    void equalContentIsEqualTextWhateverTheOrder() {
        Provenance forth = Provenance.of(Map.of("a", 1)).with("b", List.of(0.1)).with("c", "x");
        Provenance back =
                Provenance.of(Map.of("c", "x")).with("b", new double[] {0.1}).with("a", 1);
        assertThat(forth).isEqualTo(back);
        assertThat(forth.hash()).isEqualTo(back.hash()).hasSize(64);
        assertThat(forth.json()).isEqualTo("{\"a\":1,\"b\":[0.1],\"c\":\"x\"}");
    }

    @Test
    void weightsThatDifferInTheirLastBitAreOtherContent() {
        assertThat(of(8, 0, 0.1 + 0.2)).isNotEqualTo(of(8, 0, 0.3));
    }

    @Test
    void refusalNamesTheFileTheFieldsAndTheRemedy() throws Exception {
        Provenance now = of(16, 0.25, 0.5, 0.5);
        now.require(FILE, of(16, 0.25, 0.5, 0.5).metadata(), "Choose another folder.");
        assertThatIOException()
                .isThrownBy(() -> now.require(FILE, of(8, 0.5, 0.5, 0.25).metadata(), "Choose another folder."))
                .withMessageContainingAll(
                        FILE.toString(),
                        "settings.batch is 8 there, and now 16",
                        "settings.model.drop_out is 0.5 there, and now 0.25",
                        "weights[2] is 0.25 there, and now 0.5",
                        "Choose another folder.")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("seed", "layers"));
    }

    @Test
    void fileOfAnEarlierVersionIsRefusedInWords() {
        assertThatIOException()
                .isThrownBy(() -> of(8, 0).require(FILE, Map.of("settings", "Settings[batch=8]"), "Delete it."))
                .withMessageContainingAll(FILE.toString(), "earlier version", "Delete it.");
    }
}
