package io.regmixd.evaluation.harness;

import java.nio.charset.StandardCharsets;

/// Turns text into the tokens that models were trained on. Called from several threads at once.
@FunctionalInterface
public interface Tokenizer {

    /// The bytes of UTF-8: the tokenizer of corpora whose manifest says `bytes`.
    Tokenizer BYTES = text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return tokens;
    };

    /// The tokens of a text, without special tokens at its beginning or end.
    int[] encode(String text);

    /// The token that ends a document, which stands before a text that nothing precedes. 0 in corpora of bytes
    /// and in GPT-NeoX's vocabulary.
    default int endOfDocument() {
        return 0;
    }
}
