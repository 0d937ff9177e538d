package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixtureFileTest {

    private static final Path MANIFESTS = Path.of("../data-manifests");

    @TempDir
    private static Path folder;

    /// The sums and the weights of Pile-CC that the paper's authors print.
    @Test
    void publishedMixturesAreOverThePilesDomains() throws Exception {
        Manifest pile = Manifest.read(MANIFESTS.resolve("pile.json"));
        List<String> domains =
                pile.domains().stream().map(Manifest.Domain::name).toList();
        Map<String, Mixture> published = MixtureFile.read(MANIFESTS.resolve("pile-mixtures.json"), domains);
        assertThat(published.keySet()).containsExactly("Human", "DoReMi", "RegMix");
        assertThat(published.values())
                .allSatisfy(mixture -> assertThat(mixture.domains()).isEqualTo(domains));
        assertThat(published.get("Human").weight("pile_cc")).isCloseTo(0.1121 / 0.7868, within(1e-12));
        assertThat(published.get("DoReMi").weight("pile_cc")).isCloseTo(0.6057 / 0.8148, within(1e-12));
        assertThat(published.get("RegMix").weight("pile_cc")).isCloseTo(0.87013, within(1e-5));
        assertThat(published.get("RegMix").weight("europarl")).isCloseTo(2.9166e-6, within(1e-10));
    }

    @Test
    void weightsAreTakenInProportionInTheOrderOfTheCorpus() throws Exception {
        Map<String, Mixture> read = MixtureFile.read(
                file(
                        "{\"description\": \"\", \"mixtures\": {\"b\": {\"x\": 3, \"y\": 1}, \"a\": {\"x\": 0, \"y\": 2}}}"),
                List.of("y", "x"));
        assertThat(read.keySet()).containsExactly("b", "a");
        assertThat(read.get("b")).isEqualTo(Mixture.of(List.of("y", "x"), 0.25, 0.75));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"description": ""}                                          | fields are
                    {"description": "", "mixtures": {}}                          | mixtures: expected an object
                    {"description": "", "mixtures": {"a": {"x": 1}}}             | mixtures.a: domains are [x], expected [x, y]
                    {"description": "", "mixtures": {"a": {"x": 1, "z": 1}}}     | mixtures.a: domains are [x, z]
                    {"description": "", "mixtures": {"a": {"x": 1, "y": "1"}}}   | mixtures.a: y: is "1", expected a number
                    {"description": "", "mixtures": {"a": {"x": 1, "y": -1e-9}}} | mixtures.a: weight of y is
                    {"description": "", "mixtures": {"a": 1}}                    | mixtures.a: domains are []
                    """)
    void whatIsNoMixtureIsRefusedByName(String text, String message) {
        assertThatThrownBy(() -> MixtureFile.read(file(text), List.of("x", "y")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("mixtures.json");
    }

    private static Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("mixtures.json"), text);
    }
}
