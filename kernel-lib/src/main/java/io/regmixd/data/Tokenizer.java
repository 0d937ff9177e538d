package io.regmixd.data;

import java.nio.charset.StandardCharsets;

/// Turns text into the tokens that models are trained on. Called from several threads at once.
public interface Tokenizer {

    /// The bytes of UTF-8; 0, which no text of a corpus holds, ends a document.
    Tokenizer BYTES = new Tokenizer() {
        @Override
        public int[] encode(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = Byte.toUnsignedInt(bytes[i]);
            }
            return tokens;
        }

        @Override
        public int endOfDocument() {
            return 0;
        }

        @Override
        public int vocabulary() {
            return 256;
        }
    };

    /// The tokens of a text, each from 0 to [#vocabulary()] - 1, without special tokens at its beginning or end.
    int[] encode(String text);

    /// The token that ends a document, which stands before a text that nothing precedes.
    int endOfDocument();

    /// How many different tokens there are.
    int vocabulary();
}
