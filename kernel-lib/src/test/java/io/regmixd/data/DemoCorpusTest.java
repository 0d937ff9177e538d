package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.regmixd.Progress;
import io.regmixd.training.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo manifest with its real jars, from the user's Maven: the one test that needs the network, unless the
/// jars are in the local repository.
class DemoCorpusTest {

    private static final Path MANIFEST = Path.of("..", "data-manifests", "demo.json");

    @TempDir
    private Path corpora;

    @Test
    void demoCorpusIsWhatTheReadmeSays() throws Exception {
        Corpus corpus = Corpus.prepare(MANIFEST, corpora, Progress.SILENT);
        assertThat(corpus.domains()).hasSizeGreaterThanOrEqualTo(8);
        double tokens = 0;
        for (int d = 0; d < corpus.domains().size(); d++) {
            tokens += corpus.trainTokens(d);
            assertThat(corpus.natural().weight(d)).as(corpus.domains().get(d)).isLessThan(0.3);
            assertThat(corpus.validationTokens(d)).as(corpus.domains().get(d)).isBetween(32_768L, 65_536L);
        }
        assertThat(tokens).isGreaterThan(20e6);
        for (Index.Domain domain : Index.read(corpus.folder()).domains()) {
            assertThat(domain.validation().documents()).as(domain.name()).isGreaterThanOrEqualTo(10);
        }
        assertThat(corpus.objective()).isEqualTo("documentation");
        assertThat(corpus.natural().weight("documentation")).isBetween(0.015, 0.04);
        long ofTarget = TrainingSettings.demoTarget(500, 5).tokens();
        assertThat(corpus.trainTokens(corpus.objectiveIndex()) / (double) ofTarget)
                .as("scarce: about a sixth of what a target of the demo trains on")
                .isBetween(0.15, 0.18);
        String text = Files.readString(corpus.folder().resolve("documentation.validation.tokens"));
        assertThat(text).contains("Camel").contains(" the ");
    }
}
