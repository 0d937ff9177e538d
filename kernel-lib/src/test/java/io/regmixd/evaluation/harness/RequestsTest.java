package io.regmixd.evaluation.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.data.Tokenizer;
import io.regmixd.engine.Continuation;
import io.regmixd.engine.Likelihood;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RequestsTest {

    private static final Pattern PIECE = Pattern.compile(" ?[A-Za-z]+|(?s:.)");

    /// Joins a space to the word behind it, so that where a context ends matters; the same as in
    /// `tools/harness/expectations.py`.
    private static final Tokenizer PIECES = new Tokenizer() {
        @Override
        public int[] encode(String text) {
            return PIECE.matcher(text)
                    .results()
                    .mapToInt(piece -> {
                        int sum = 0;
                        for (byte b : piece.group().getBytes(StandardCharsets.UTF_8)) {
                            sum += Byte.toUnsignedInt(b);
                        }
                        return sum % 997 + 1;
                    })
                    .toArray();
        }

        @Override
        public int endOfDocument() {
            return 0;
        }

        @Override
        public int vocabulary() {
            return 998;
        }
    };

    @Test
    void contextsAndContinuationsAreEncodedAsTheHarnessDoes() {
        JsonNode encodings = HarnessExpectations.ALL.get("encodings");
        assertThat(encodings.size()).isEqualTo(14);
        for (JsonNode encoding : encodings) {
            int[] tokens = encoding.get("tokens")
                    .valueStream()
                    .mapToInt(JsonNode::asInt)
                    .toArray();
            assertThat(Requests.encode(
                            encoding.get("context").asString(),
                            encoding.get("continuation").asString(),
                            PIECES,
                            encoding.get("length").asInt()))
                    .isEqualTo(new Continuation(
                            tokens, tokens.length - encoding.get("judged").asInt()));
        }
    }

    @Test
    void textThatBeginsADocumentIsNotBegunTwice() {
        assertThat(Requests.encode("", "\0a", Tokenizer.BYTES, 8)).isEqualTo(new Continuation(new int[] {0, 'a'}, 1));
    }

    @Test
    void continuationsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> Requests.encode("context", " too long", Tokenizer.BYTES, 8))
                .hasMessageContaining("\" too long\" is 9 tokens, expected 1 to 8");
        assertThatThrownBy(() -> Requests.encode("context", "", Tokenizer.BYTES, 8))
                .hasMessageContaining("is 0 tokens");
    }

    /// The models here answer with a sequence's length and first judged place, so that every answer shows whose
    /// it is.
    @Test
    void answersComeInTheOrderOfTheRequestsWhateverTheBatches() throws Exception {
        Random random = new Random(1);
        List<Continuation> requests = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int length = 2 + random.nextInt(2000);
            requests.add(new Continuation(new int[length], 1 + random.nextInt(length - 1)));
        }
        List<Integer> sizes = new ArrayList<>();
        Models models = batch -> {
            sizes.add(batch.size());
            assertThat(batch.size() == 1 || batch.size() * batch.getFirst().length() <= 1 << 15)
                    .isTrue();
            return List.of(
                    batch.stream().map(of -> new Likelihood(-of.length(), true)).toList(),
                    batch.stream().map(of -> new Likelihood(-of.from(), false)).toList());
        };
        List<Double> done = new ArrayList<>();

        List<List<Likelihood>> answers = Requests.ask(models, requests, done::add);

        for (int i = 0; i < requests.size(); i++) {
            assertThat(answers.get(0).get(i))
                    .isEqualTo(new Likelihood(-requests.get(i).length(), true));
            assertThat(answers.get(1).get(i))
                    .isEqualTo(new Likelihood(-requests.get(i).from(), false));
        }
        assertThat(sizes.getLast()).as("short ones go together").isGreaterThan(sizes.getFirst());
        assertThat(done).isSorted().last().isEqualTo(1.0);
    }

    @Test
    void interruptStopsBetweenBatches() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Requests.ask(batch -> List.of(), List.of(new Continuation(new int[2], 1)), done -> {}))
                .isInstanceOf(InterruptedException.class);
    }
}
