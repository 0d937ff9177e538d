package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `data-manifests/pile.json` says what RegMix trained on.
class PileManifestTest {

    private static final Path FILE = Path.of("../data-manifests/pile.json");

    /// 25 billion tokens of Pile-CC and 5 billion of each other domain, in two bytes each.
    @Test
    void preparedTokensTakeAtMostTwoHundredGigabytes() throws Exception {
        Manifest manifest = Manifest.read(FILE);
        long most = manifest.domains().stream()
                .mapToLong(domain -> domain.maxTokens().orElseThrow() + 1_638_400)
                .sum();
        assertThat(manifest.mostBytes(50_277)).hasValue(2 * most);
        assertThat(manifest.mostBytes(50_277).orElseThrow()).isBetween(100_000_000_000L, 250_000_000_000L);
        assertThat(Manifest.read(FILE.resolveSibling("demo.json")).mostBytes(256))
                .isEmpty();
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
