package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import io.regmixd.Progress;
import io.regmixd.data.source.Source;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Vocabularies other than bytes, beside JTokkit, another implementation of GPT-2's.
class TokenizerTest {

    private static final String END = "<|endoftext|>";
    private static final Encoding JTOKKIT =
            Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);

    @TempDir
    private static Path temporary;

    private static Path gpt2;

    @BeforeAll
    static void makeTokenizerOfRanks() throws IOException {
        try (InputStream ranks = Encodings.class.getResourceAsStream("/com/knuddels/jtokkit/r50k_base.tiktoken")) {
            gpt2 = Files.writeString(
                    temporary.resolve("tokenizer.json"), Ranks.tokenizerJson(ranks.readAllBytes(), END));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hello world",
                "  two spaces, a\ttab\nand\r\n\n lines  ",
                "naïve 日本語 😀 \u0301\u200d",
                "I'll we've 12345 3.14e-10 x+=1;",
                "",
                "\u0000\u0001\u007f\u00ad"
            })
    void ranksGiveTheTokensOfAnotherImplementation(String text) throws IOException {
        assertThat(HubTokenizer.read(gpt2, END).encode(text))
                .containsExactly(JTOKKIT.encodeOrdinary(text).toArray());
    }

    @Test
    void vocabularyAndEndOfDocumentAreGpt2s() throws IOException {
        Tokenizer tokenizer = HubTokenizer.read(gpt2, END);
        assertThat(tokenizer.vocabulary()).isEqualTo(50_257);
        assertThat(tokenizer.endOfDocument()).isEqualTo(50_256);
    }

    @Test
    void tokenThatIsNotThereNamesThoseThatAre() {
        assertThatThrownBy(() -> HubTokenizer.read(gpt2, "</s>"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("</s>")
                .hasMessageContaining(END)
                .hasMessageContaining("end_of_document");
    }

    @Test
    void fileThatIsNoTokenizerIsNamed() throws IOException {
        Path file = Files.writeString(
                temporary.resolve("broken.json"), "{\"added_tokens\": [{\"id\": 0, \"content\": \"<|endoftext|>\"}]}");
        assertThatThrownBy(() -> HubTokenizer.read(file, END))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    private static Corpus corpus(String name, TokenizerSource tokenizer, Map<String, String> texts) throws Exception {
        LocalRepository repository = new LocalRepository(temporary.resolve("repository"));
        Source source = repository.install("org.example:" + name + ":1", texts);
        Manifest manifest = new Manifest(
                name,
                "for tests",
                tokenizer,
                "alpha",
                800,
                List.of(LocalRepository.domain("alpha", source), LocalRepository.domain("beta", source)),
                OptionalLong.empty());
        return Corpus.prepare(manifest, temporary, temporary.resolve("corpora"), repository.source(), Progress.SILENT);
    }

    @Test
    void corpusOfTwoByteTokensHoldsTheTextDocumentByDocument() throws Exception {
        Map<String, String> texts = LocalRepository.texts(11, 30, 30);
        Corpus corpus = corpus("wide", TokenizerSource.ofFile("tokenizer.json", Sha256.of(gpt2), END), texts);
        assertThat(corpus.vocabulary()).isEqualTo(50_257);
        assertThat(Files.size(corpus.folder().resolve("alpha.train.tokens"))).isEqualTo(2 * corpus.trainTokens(0));
        List<String> read = new ArrayList<>();
        for (Tokens tokens : List.of(corpus.train(0), corpus.validation(0))) {
            int[] all = new int[(int) tokens.size()];
            tokens.copy(0, all.length, all, 0);
            int start = 0;
            for (int i = 0; i < all.length; i++) {
                if (all[i] == 50_256) {
                    var document = new IntArrayList();
                    Arrays.stream(all, start, i).forEach(document::add);
                    read.add(JTOKKIT.decode(document));
                    start = i + 1;
                }
            }
            assertThat(start).isEqualTo(all.length);
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(texts.values());
        assertThat(corpus.tokenizer().encode("the loss"))
                .isEqualTo(JTOKKIT.encodeOrdinary("the loss").toArray());
        assertThat(corpus.tokenizerFile())
                .hasValueSatisfying(file -> assertThat(file).hasSameTextualContentAs(gpt2));
    }

    @Test
    void lossOfTheSameTextIsTheSamePerByteWhateverTheVocabulary() throws Exception {
        Map<String, String> texts = LocalRepository.texts(12, 30, 30);
        Corpus bytes = corpus("narrow", TokenizerSource.BYTES, texts);
        Corpus wide = corpus("wider", TokenizerSource.ofFile("tokenizer.json", Sha256.of(gpt2), END), texts);
        for (Corpus corpus : List.of(bytes, wide)) {
            Tokens held = corpus.validation(0);
            int[] all = new int[(int) held.size()];
            held.copy(0, all.length, all, 0);
            long textBytes = 0;
            var document = new IntArrayList();
            for (int token : all) {
                if (corpus == bytes) {
                    textBytes += token == 0 ? 0 : 1;
                } else if (token == 50_256) {
                    textBytes += JTOKKIT.decodeBytes(document).length;
                    document.clear();
                } else {
                    document.add(token);
                }
            }
            // a model that spends 1 nat on each byte of text, however it is cut into tokens
            double lossPerToken = textBytes / (double) all.length;
            assertThat(lossPerToken * corpus.tokensPerByte(0)).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void otherTokenizerIsAnotherCorpus() throws Exception {
        Map<String, String> texts = LocalRepository.texts(13, 30, 30);
        TokenizerSource wrong = TokenizerSource.ofFile("tokenizer.json", "0".repeat(64), END);
        assertThatThrownBy(() -> corpus("pinned", wrong, texts))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageContaining(Sha256.of(gpt2));
        TokenizerSource right = TokenizerSource.ofFile("tokenizer.json", Sha256.of(gpt2), END);
        assertThat(corpus("pinned", right, texts).fingerprint())
                .isNotEqualTo(corpus("pinned", TokenizerSource.BYTES, texts).fingerprint());
    }

    @Test
    void widthFollowsTheVocabulary() {
        assertThat(List.of(256, 257, 65_536, 65_537)).extracting(Tokens::width).containsExactly(1, 2, 2, 4);
    }

    @Test
    void bytesAreUtf8() {
        assertThat(Tokenizer.BYTES.encode("aé")).containsExactly('a', 0xC3, 0xA9);
    }
}
