package io.regmixd.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/// What is written is read by the trainers' own rules: their YAML, their splitting, their checks.
class ScheduleExportTest {

    /// Names that break files where they are not quoted.
    private static final List<String> HOSTILE = List.of(
            "web",
            "pile cc",
            "a: b",
            "qu\"ote",
            "it's",
            "new\nline",
            "cr\rlf\r\nx",
            "tab\t",
            "NA",
            "null",
            "yes",
            "# no",
            "- x",
            "1e3",
            "back\\slash",
            "comma,",
            " lead ",
            "{x}",
            "[y]",
            "\u2028",
            "naïve",
            "\ud83c\udf89",
            "*",
            "\u0085");

    @TempDir
    private Path folder;

    /// The last domain has no weight in any stage, the first hardly any.
    private static MixtureSchedule random(List<String> domains, int stages, long seed) {
        Random random = new Random(seed);
        List<Mixture> mixtures = new ArrayList<>();
        for (int s = 0; s < stages; s++) {
            double[] amounts =
                    random.doubles(domains.size()).map(u -> Math.pow(u, 4)).toArray();
            amounts[0] = 1e-6 * random.nextDouble();
            amounts[domains.size() - 1] = 0;
            mixtures.add(Mixture.proportional(domains, amounts));
        }
        return new MixtureSchedule(mixtures);
    }

    private static ScheduleExport hostile(int stages, long seed) {
        return ScheduleExport.of("look-ahead\n\"1\"", random(HOSTILE, stages, seed), 1000, 8, 128);
    }

    private static ScheduleExport plain() {
        return ScheduleExport.of("plan", random(List.of("web", "code", "math", "none"), 5, 1), 25_000, 512, 2048);
    }

    private static Map<String, Object> yaml(Path file) throws IOException {
        return new Yaml().load(Files.readString(file));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T at(Object value, Object... path) {
        Object here = value;
        for (Object key : path) {
            here = key instanceof Integer i ? ((List<Object>) here).get(i) : ((Map<Object, Object>) here).get(key);
        }
        return (T) here;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void jsonAndCsvAreReadBackToTheBit(long seed) throws Exception {
        ScheduleExport export = hostile(1 + (int) seed, seed);
        Path json = export.write(ScheduleFormat.JSON, folder).getFirst();
        Path csv = export.write(ScheduleFormat.CSV, folder).getFirst();

        assertThat(ScheduleExport.read(json)).isEqualTo(export.schedule());
        assertThat(ScheduleExport.read(csv)).isEqualTo(export.schedule());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void yamlHasTheSameNamesAndWeights(long seed) throws Exception {
        ScheduleExport export = hostile(3, seed);
        Map<String, Object> read =
                yaml(export.write(ScheduleFormat.YAML, folder).getFirst());

        assertThat(read.get("name")).isEqualTo(export.name());
        for (int s = 0; s < 3; s++) {
            Map<String, Double> mixture = at(read, "stages", s, "mixture");
            assertThat(List.copyOf(mixture.keySet())).isEqualTo(HOSTILE);
            assertThat(mixture.values().stream().mapToDouble(w -> w).toArray())
                    .isEqualTo(export.schedule().stages().get(s).weights());
        }
        assertThat((int) at(read, "stages", 1, "first_step")).isEqualTo(325);
        assertThat((int) at(read, "stages", 1, "end_token")).isEqualTo(675 * 8 * 128);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void decimalsSumToExactlyOneAndAreTheWeights(long seed) {
        for (Mixture mixture : random(HOSTILE, 20, seed).stages()) {
            Map<String, String> decimals = Decimals.of(mixture);
            assertThat(decimals.values().stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add))
                    .isEqualByComparingTo(BigDecimal.ONE);
            decimals.forEach((domain, decimal) -> {
                assertThat(Double.parseDouble(decimal)).isCloseTo(mixture.weight(domain), within(1e-12));
                assertThat(decimal).matches("[01]\\.\\d{1,12}");
            });
            assertThat(Decimals.positive(mixture)).doesNotContainKey("\u0085");
        }
        assertThat(Decimals.of(Mixture.of(List.of("a", "b"), 1, 0))).isEqualTo(Map.of("a", "1.0", "b", "0.0"));
    }

    /// `train` and `valid` are there; keys and weights as the trainer reads them; weights are normalised there.
    @Test
    void regMixReadsPrefixesWithWeights() throws Exception {
        List<Path> files = plain().sources("the_pile_{domain}").write(ScheduleFormat.REGMIX, folder);

        assertThat(files).hasSize(5);
        Map<String, Object> second = yaml(files.get(1));
        Map<String, Double> train = at(second, "train");
        assertThat(train.keySet()).containsExactly("train_the_pile_web", "train_the_pile_code", "train_the_pile_math");
        assertThat(train.get("train_the_pile_code"))
                .isCloseTo(plain().schedule().stages().get(1).weight("code"), within(1e-12));
        Map<String, Double> valid = at(second, "valid");
        assertThat(valid).hasSize(4).containsEntry("valid_the_pile_none", 1.0);
        assertThat(second).containsEntry("max_step", 25_000).containsEntry("save_step_interval", 5000);
        assertThat(Files.readString(files.get(1)))
                .startsWith("# RegMix-D schedule \"plan\", stage 2 of 5: steps 5000 to 9999, tokens 5242880000 to")
                .contains("b004d3a", "iter-010000-ckpt.pth", "--resume true");
        assertThatThrownBy(() -> plain().sources("{domain}*").write(ScheduleFormat.REGMIX, folder))
                .hasMessageContaining("sources: web* of domain web has a wildcard");
    }

    /// `SourceMixtureConfig.validate` and `SourceMixtureList.validate`.
    @Test
    void olmoCoreAcceptsTheSources() throws Exception {
        for (Path file : plain().sources("s3://b/{domain}/*.npy").write(ScheduleFormat.OLMO_CORE, folder)) {
            List<Map<String, Object>> sources = at(yaml(file), "sources");
            assertThat(sources).hasSize(3);
            double sum = 0;
            for (Map<String, Object> source : sources) {
                assertThat(source.keySet()).containsExactly("source_name", "target_ratio", "paths");
                double ratio = (double) source.get("target_ratio");
                assertThat(ratio).isPositive().isLessThanOrEqualTo(1);
                assertThat(ScheduleExportTest.<Object>at(source, "paths"))
                        .isEqualTo(List.of("s3://b/" + source.get("source_name") + "/*.npy"));
                sum += ratio;
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
        }
        assertThat(Files.readString(folder.resolve("olmo-core-stage-2.yaml")))
                .contains("requested_tokens=26214400000", "hard_stop=Duration.tokens(10485760000)");
    }

    /// `Stream.__init__`, `validate_weights`: all streams have a proportion, none is negative.
    @Test
    void mosaicmlHasAProportionForEachStream() throws Exception {
        Map<String, Object> last = yaml(plain().sources("s3://b/{domain}")
                .write(ScheduleFormat.MOSAICML, folder)
                .getLast());

        assertThat(last).containsEntry("max_duration", "25000ba").containsEntry("global_train_batch_size", 512);
        Map<String, Map<String, Object>> streams = at(last, "train_loader", "dataset", "streams");
        assertThat(streams.keySet()).containsExactly("web", "code", "math");
        streams.values().forEach(stream -> assertThat(stream).containsOnlyKeys("remote", "local", "proportion"));
        assertThat(streams.values().stream()
                        .mapToDouble(s -> (double) s.get("proportion"))
                        .sum())
                .isCloseTo(1, within(1e-12));
        assertThat((int) at(last, "train_loader", "dataset", "epoch_size")).isEqualTo(25_000 * 512);
        assertThat(plain().write(ScheduleFormat.MOSAICML, folder)).hasSize(5);
        assertThat(Files.readString(folder.resolve("mosaicml-stage-1.yaml"))).contains("local: \"web\"");
    }

    /// `f.read().split()`, then `get_blend_from_list`; `BlendedDataset` asserts weights above 0.
    @Test
    void megatronSplitsPairsOfPositiveWeightsAndPrefixes() throws Exception {
        List<Path> files = plain().sources("/data/{domain}_text_document").write(ScheduleFormat.MEGATRON, folder);

        assertThat(files).hasSize(6);
        for (int s = 0; s < 5; s++) {
            String[] blend = Files.readString(files.get(s)).strip().split("\\s+");
            assertThat(blend).hasSize(6);
            BigDecimal sum = BigDecimal.ZERO;
            for (int i = 0; i < blend.length; i += 2) {
                assertThat(new BigDecimal(blend[i])).isPositive();
                assertThat(blend[i + 1]).startsWith("/data/");
                sum = sum.add(new BigDecimal(blend[i]));
            }
            assertThat(sum).isEqualByComparingTo(BigDecimal.ONE);
        }
        assertThatThrownBy(() -> plain().sources("/my data/{domain}").write(ScheduleFormat.MEGATRON, folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"/my data/web\" of domain \"web\" has white space");
    }

    @Test
    void eachDownloadedStreamHasAFolderOfItsOwn() throws Exception {
        List<Object> folders = new ArrayList<>();
        for (Path file : plain().sources("s3://b/{domain}").write(ScheduleFormat.MOSAICML, folder)) {
            Map<String, Map<String, Object>> streams = at(yaml(file), "train_loader", "dataset", "streams");
            streams.values().forEach(stream -> folders.add(stream.get("local")));
        }
        assertThat(folders).doesNotHaveDuplicates().hasSize(15);
    }

    /// Six stages of 25,000 steps end at 4166, 8333, ...: only a checkpoint at every step would hit all of them.
    @Test
    void stagesEndAtMultiplesOfAnIntervalWhereTheyCouldShareNone() {
        ScheduleExport export = ScheduleExport.of("x", random(List.of("a", "b"), 6, 1), 25_000, 8, 8);
        assertThat(export.stride()).isEqualTo(250);
        assertThat(export.spans().stream().map(ScheduleExport.Span::end))
                .containsExactly(4250, 8250, 12_500, 16_750, 20_750, 25_000);
        ScheduleExport few = ScheduleExport.of("x", random(List.of("a", "b"), 3, 1), 7, 8, 8);
        assertThat(few.spans().stream().map(ScheduleExport.Span::end)).containsExactly(2, 4, 7);
    }

    @Test
    void heldOutTextIsMixedAlikeInAllStages() throws Exception {
        List<Path> files =
                plain().sources("/my data/{domain}").heldOut("/held/{domain}").write(ScheduleFormat.MEGATRON, folder);
        List<String> validations = new ArrayList<>();
        for (Path file : files.subList(0, 5)) {
            assertThat(Files.readString(file)).contains("/my data/code");
            validations.add(Json.read(file).get("valid").toString());
        }
        assertThat(validations.stream().distinct()).hasSize(1);
        assertThat(Files.readString(files.getLast()))
                .contains("--per-split-data-args-path", "--save-interval \"${SAVE_INTERVAL:-5000}\"");
    }

    @Test
    void hostileNamesBreakNoYaml() throws Exception {
        ScheduleExport export = hostile(2, 7).sources("/data/{domain}");
        List<String> weighted = HOSTILE.subList(0, HOSTILE.size() - 1);

        Map<String, Object> streams = at(
                yaml(export.write(ScheduleFormat.MOSAICML, folder).getFirst()), "train_loader", "dataset", "streams");
        assertThat(List.copyOf(streams.keySet())).isEqualTo(weighted);
        List<Map<String, Object>> blend =
                at(yaml(export.write(ScheduleFormat.ENERGON, folder).getFirst()), "splits", "train", "blend");
        assertThat(blend.stream().map(each -> each.get("path")))
                .isEqualTo(weighted.stream().map(name -> "/data/" + name).toList());
        List<Map<String, Object>> sources =
                at(yaml(export.write(ScheduleFormat.OLMO_CORE, folder).getFirst()), "sources");
        assertThat(sources.stream().map(source -> source.get("source_name"))).isEqualTo(weighted);
    }

    @Test
    void wrongFilesAreNamedWithFieldOrRow() throws Exception {
        Path json = folder.resolve("bad.json");
        Files.writeString(json, "{\"stages\": [{\"mixture\": {\"a\": 0.5, \"b\": \"x\"}}]}");
        assertThatThrownBy(() -> ScheduleExport.read(json))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.json, stages[0].mixture.b: is \"x\", expected a number");
        Files.writeString(json, "{\"stages\": [{\"mixture\": {\"a\": 0.5, \"b\": 0.4}}]}");
        assertThatThrownBy(() -> ScheduleExport.read(json))
                .hasMessageContaining("bad.json, stage 1: weights of 2 domains sum to 0.900");
        Files.writeString(json, "{}");
        assertThatThrownBy(() -> ScheduleExport.read(json)).hasMessageContaining("stages: expected a list");
        Path csv = folder.resolve("bad.csv");
        Files.writeString(csv, "stage,domain,weight\n1,a,1\n3,a,1\n");
        assertThatThrownBy(() -> ScheduleExport.read(csv)).hasMessageContaining("bad.csv: after 1 comes stage 3");
        Files.writeString(csv, "stage,domain,weight\n1,a,1\n2,a,\n");
        assertThatThrownBy(() -> ScheduleExport.read(csv))
                .hasMessageContaining("lacks stage, domain or weight in row 2");
        Files.writeString(csv, "stage,domain\n1,a\n");
        assertThatThrownBy(() -> ScheduleExport.read(csv)).hasMessageContaining("has no column weight");
        assertThatThrownBy(() -> ScheduleExport.read(folder.resolve("x.yaml"))).hasMessageContaining(".json nor .csv");
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        MixtureSchedule schedule = random(List.of("a", "b"), 3, 1);
        assertThatThrownBy(() -> ScheduleExport.of("x", schedule, 2, 1, 1)).hasMessageContaining("at least 3 steps");
        assertThatThrownBy(() -> ScheduleExport.of("x", schedule, 3, 1, 1).sources("/data"))
                .hasMessageContaining("write {domain}");
        assertThatThrownBy(() -> new ScheduleExport("x", schedule, 3, 1, 1, Map.of("a", "p"), Map.of(), Map.of()))
                .hasMessageContaining("sources: none for domain b");
        assertThatThrownBy(() -> ScheduleExport.of("\ud83c", schedule, 3, 1, 1))
                .hasMessageContaining("half a character");
    }
}
