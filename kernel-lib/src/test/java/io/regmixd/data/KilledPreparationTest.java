package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import io.regmixd.store.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A preparation that is killed by `kill -9`, again and again, wherever it is.
@Tag("slow")
class KilledPreparationTest {

    private static final int FILES = 5;
    private static final int KILLS = 10;
    private static final int LONGEST_MILLIS = 1500;

    @TempDir
    private Path folder;

    private Path manifest() throws IOException {
        for (int part = 0; part < FILES; part++) {
            try (OutputStream out =
                    new ZstdOutputStream(Files.newOutputStream(folder.resolve("part-" + part + ".jsonl.zst")))) {
                for (String text : LocalRepository.texts(part, 8000, 60).values()) {
                    for (String of : List.of("web", "code")) {
                        out.write((Json.line(Map.of("text", of + " " + text, "of", of)) + "\n")
                                .getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        }
        String domain = """
                {"name": "%1$s", "description": "", "licence": "MIT", "document": "record",
                 "source": {"files": ["part-*.jsonl.zst"], "where": {"of": "%1$s"}}}""";
        return Files.writeString(
                folder.resolve("manifest.json"), """
                {"name": "mine", "description": "", "tokenizer": "bytes", "objective": "web", "validation_tokens": 8000,
                 "domains": [%s, %s]}
                """.formatted(domain.formatted("web"), domain.formatted("code")));
    }

    @Test
    void whateverIsLeftLeadsToTheSameBytes() throws Exception {
        Path manifest = manifest();
        Corpus whole = Corpus.prepare(manifest, folder.resolve("whole"), Progress.SILENT);
        SplittableRandom random = new SplittableRandom(1);
        Path corpora = folder.resolve("killed");
        for (int kill = 0; kill < KILLS; kill++) {
            // Every other process fails by itself first, so that the killed ones go on from a journal.
            String fails = kill % 2 == 0 ? "part-" + Math.min(FILES - 1, 1 + kill / 2) : "nothing";
            try (OtherJvm jvm = new OtherJvm("", PreparingJvm.class, manifest.toString(), corpora.toString(), fails)) {
                assertThat(jvm.line()).isNotNull();
                if (kill % 2 == 0) {
                    jvm.end();
                } else {
                    Thread.sleep(random.nextInt(LONGEST_MILLIS)); // wherever it is then
                    jvm.kill();
                }
            }
        }
        Corpus resumed = Corpus.prepare(manifest, corpora, Progress.SILENT);
        assertThat(resumed.folder().getFileName()).isEqualTo(whole.folder().getFileName());
        List<Path> expected = names(whole.folder());
        assertThat(names(resumed.folder())).containsExactlyInAnyOrderElementsOf(expected);
        for (Path name : expected) {
            assertThat(resumed.folder().resolve(name))
                    .hasSameBinaryContentAs(whole.folder().resolve(name));
        }
    }

    private static List<Path> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::getFileName).toList();
        }
    }
}
