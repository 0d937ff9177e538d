package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `data-manifests/pile.json` says what RegMix trained on.
class PileManifestTest {

    private static final Path FILE = Path.of("../data-manifests/pile.json");

    /// 25 billion tokens of Pile-CC and 5 billion of each other domain, in two bytes each.
    @Test
    void estimateIsOfAllTokensThatTheDomainsAllow() throws Exception {
        Manifest manifest = Manifest.read(FILE);
        long most = manifest.domains().stream()
                .mapToLong(domain -> domain.maxTokens().orElseThrow() + 1_638_400)
                .sum();
        PreparationEstimate estimate =
                PreparationEstimate.of(manifest, 50_277, 1e6).orElseThrow();
        assertThat(estimate.tokens()).isEqualTo(most);
        assertThat(estimate.diskBytes()).isEqualTo(2 * most);
        assertThat(estimate.hours()).isCloseTo(105_000 / 3600.0, within(0.05));
        assertThat(estimate).asString().contains("pile", "210 GB", "29.2 h", "105.0 billion", "1,000,000 per second");
        assertThat(PreparationEstimate.of(Manifest.read(FILE.resolveSibling("demo.json")), 256, 1e6))
                .as("domains that are read to their end")
                .isEmpty();
    }

    @Test
    void downloadIsAsTheManifestStatesIt(@TempDir Path folder) throws Exception {
        Path stated = folder.resolve("stated.json");
        Files.writeString(stated, Files.readString(FILE).replaceFirst("\\{", "{\"download_bytes\": 345000000000,"));
        assertThat(PreparationEstimate.of(Manifest.read(stated), 50_277, 1e6).orElseThrow())
                .asString()
                .contains("345 GB are fetched");
        Manifest.read(stated).write(stated);
        assertThat(Manifest.read(stated).downloadBytes()).hasValue(345_000_000_000L);
        Files.writeString(stated, Files.readString(FILE).replaceFirst("\\{", "{\"download_bytes\": 0,"));
        assertThatThrownBy(() -> Manifest.read(stated))
                .hasMessageContainingAll("stated.json", "download_bytes", "not positive");
    }

    @Test
    void domainsAreRegMixsInThePilesOwnNames() throws IOException {
        Manifest pile = Manifest.read(FILE);
        assertThat(pile.objective()).isEqualTo("pile_cc");
        // RegMix's names are the Pile's in lower case, with everything but letters and digits as `_`.
        assertThat(pile.domains()).hasSize(17).allSatisfy(domain -> {
            Source.Files source = (Source.Files) domain.source();
            String name = source.where().get("meta.pile_set_name");
            assertThat(name.toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9]+", "_")
                            .replaceAll("_$", ""))
                    .isEqualTo(domain.name());
        });
        assertThat(pile.domains()).extracting(Manifest.Domain::name).doesNotHaveDuplicates();
    }

    @Test
    void sharesAreRegMixsPrior() throws IOException {
        List<Manifest.Domain> domains = Manifest.read(FILE).domains();
        double sum = domains.stream()
                .mapToDouble(d -> d.naturalShare().getAsDouble())
                .sum();
        assertThat(sum).isCloseTo(1, within(1e-8));
        assertThat(domains)
                .filteredOn(d -> d.name().equals("pile_cc"))
                .singleElement()
                .satisfies(d -> assertThat(d.naturalShare().getAsDouble()).isCloseTo(0.2369, within(5e-5)));
    }

    @Test
    void eachFileIsReadOnceForAllDomains() throws IOException {
        List<SourceFile> files = SourceFile.of(Manifest.read(FILE), Path.of("nowhere"));
        assertThat(files).hasSize(30);
        assertThat(files)
                .allSatisfy(file -> assertThat(file.domains())
                        .containsExactlyElementsOf(
                                IntStream.range(0, 17).boxed().toList()));
        assertThat(files.getFirst().location())
                .isEqualTo(
                        new SourceFile.OnWeb(
                                URI.create(
                                        "https://huggingface.co/datasets/monology/pile-uncopyrighted/resolve/3be90335b66f24456a5d6659d9c8d208c0357119/train/00.jsonl.zst")));
        assertThat(files.getLast().name()).endsWith("/train/29.jsonl.zst");
    }
}
