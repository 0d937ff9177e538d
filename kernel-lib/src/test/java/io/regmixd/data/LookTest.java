package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.data.source.DocumentReader;
import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import io.regmixd.store.Json;
import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookTest {

    private static final int DOCUMENT = 1 << 16;
    private static final int DOCUMENTS = 600; // 39 MB

    @TempDir
    private Path folder;

    @Test
    void domainOfWhichEnoughWasSeenIsTokenisedNoFurther() throws Exception {
        Path file = folder.resolve("a.jsonl");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < DOCUMENTS; i++) { // of eight documents one is rare
                String text = ("text " + i + " ").repeat(DOCUMENT).substring(0, DOCUMENT);
                out.write(Json.line(Map.of("text", text, "of", i % 8 == 0 ? "rare" : "common")) + "\n");
            }
        }
        Manifest manifest = LocalRepository.manifest(800, domain("common"), domain("rare"));
        AtomicLong tokenised = new AtomicLong();
        Tokenizer counting = new Tokenizer() {
            @Override
            public int[] encode(String text) {
                tokenised.addAndGet(text.length());
                return BYTES.encode(text);
            }

            @Override
            public int endOfDocument() {
                return BYTES.endOfDocument();
            }

            @Override
            public int vocabulary() {
                return 1 + BYTES.vocabulary(); // tokens of bytes would not be kept
            }
        };
        TokensAhead ahead = new TokensAhead(counting);
        List<SourceFile> files = SourceFile.of(manifest, folder);
        Map<Integer, HoldOut> fixed = new Look(manifest, files, ahead).at(0, file, List.of(0, 1));
        double rare = DOCUMENTS / 8.0 * DOCUMENT;
        assertThat(tokenised.get()).isBetween((long) rare + (1 << 24), (long) rare + (1 << 24) + DOCUMENT);
        assertThat(fixed.get(0).tokens()).isCloseTo(7 * rare, within(0.02 * 7 * rare));
        assertThat(fixed.get(1).tokens()).isEqualTo(rare + DOCUMENTS / 8); // seen whole: exact

        assertThat(DocumentReader.of(manifest, files.getFirst()).read(file, new DocumentReader.Sink() {
                    @Override
                    public boolean document(int domain, String text, double done) {
                        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                        assertThat(ahead.take(new Tokenization.Document(domain, TextHash.of(utf8), text, utf8.length)))
                                .isEqualTo(Tokenizer.BYTES.encode(text));
                        return true;
                    }

                    @Override
                    public void rejected(int domain) {
                        throw new AssertionError("all of it is UTF-8");
                    }
                }))
                .isTrue();
        assertThat(tokenised.get()).as("each document once").isEqualTo((long) DOCUMENTS * DOCUMENT);
    }

    private static Manifest.Domain domain(String name) {
        return Manifest.Domain.of(
                name,
                "",
                "",
                new Source.Files(List.of("a.jsonl"), null, null, Map.of("of", name)),
                Manifest.Unit.RECORD);
    }
}
