package io.regmixd.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// A tokenizer that Hugging Face's `tokenizer.json` describes.
final class HubTokenizer implements Tokenizer {

    private static final Map<String, String> AS_IT_IS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final int vocabulary;
    private final int endOfDocument;

    private HubTokenizer(HuggingFaceTokenizer tokenizer, int vocabulary, int endOfDocument) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.endOfDocument = endOfDocument;
    }

    /// @param endOfDocument the text of the token that ends a document
    /// @throws IOException if the file is no tokenizer, or has no such token; the message says what it has
    static HubTokenizer read(Path file, String endOfDocument) throws IOException {
        JsonNode json = Json.read(file);
        JsonNode added = json.path("added_tokens");
        int end = StreamSupport.stream(added.spliterator(), false)
                .filter(token -> token.path("content").asString("").equals(endOfDocument))
                .mapToInt(token -> token.path("id").asInt())
                .findFirst()
                .orElse(json.path("model").path("vocab").path(endOfDocument).asInt(-1));
        if (end < 0) {
            throw new IOException(
                    file + " has no token \"" + endOfDocument + "\": name another as end_of_document of the "
                            + "manifest's tokenizer; special tokens there are "
                            + StreamSupport.stream(added.spliterator(), false)
                                    .map(token -> token.path("content").asString(""))
                                    .toList());
        }
        try {
            return new HubTokenizer(HuggingFaceTokenizer.newInstance(file, AS_IT_IS), vocabulary(json), end);
        } catch (RuntimeException e) {
            throw new IOException(file + " is no tokenizer that can be read: " + e.getMessage(), e);
        }
    }

    // Ids have gaps in some vocabularies: what counts is the highest.
    private static int vocabulary(JsonNode json) {
        int highest = StreamSupport.stream(json.path("added_tokens").spliterator(), false)
                .mapToInt(token -> token.path("id").asInt())
                .max()
                .orElse(-1);
        JsonNode vocabulary = json.path("model").path("vocab");
        int last = vocabulary.isArray()
                ? vocabulary.size() - 1
                : StreamSupport.stream(vocabulary.spliterator(), false)
                        .mapToInt(JsonNode::asInt)
                        .max()
                        .orElse(-1);
        return Math.max(highest, last) + 1;
    }

    // Not through DJL's encode, which also makes a string and a place of every token.
    @Override
    public int[] encode(String text) {
        TokenizersLibrary library = TokenizersLibrary.LIB;
        long encoding = library.encode(tokenizer.getHandle(), text, false);
        try {
            return Arrays.stream(library.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        } finally {
            library.deleteEncoding(encoding);
        }
    }

    @Override
    public int endOfDocument() {
        return endOfDocument;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }
}
