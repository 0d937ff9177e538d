package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensAheadTest {

    @ParameterizedTest
    @ValueSource(ints = {257, 65_536, 65_537, Integer.MAX_VALUE})
    void tokensOfAnyWidthAreMadeOnceAndGivenOnce(int vocabulary) {
        List<String> made = new ArrayList<>();
        Tokenizer tokenizer = new Tokenizer() {
            @Override
            public int[] encode(String text) {
                made.add(text);
                return new int[] {0, vocabulary - 1, text.length()};
            }

            @Override
            public int endOfDocument() {
                return 0;
            }

            @Override
            public int vocabulary() {
                return vocabulary;
            }
        };
        TokensAhead ahead = new TokensAhead(tokenizer);
        int[] tokens = {0, vocabulary - 1, 3};

        assertThat(ahead.make(document("one"))).isEqualTo(tokens);
        assertThat(ahead.take(document("one"))).isEqualTo(tokens);
        assertThat(made).containsExactly("one");
        assertThat(ahead.take(document("one"))).as("no longer kept").isEqualTo(tokens);
        assertThat(ahead.take(document("two"))).as("never seen").isEqualTo(tokens);
        assertThat(made).containsExactly("one", "one", "two");
    }

    private static Tokenization.Document document(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new Tokenization.Document(0, TextHash.of(utf8), text, utf8.length);
    }
}
