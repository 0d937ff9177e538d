package io.regmixd.evaluation.harness;

import io.regmixd.data.Tokenizer;
import io.regmixd.engine.Continuation;
import io.regmixd.engine.Likelihood;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/// What models are asked: every choice of every document as tokens, after its shots, in batches of similar
/// length.
final class Requests {

    /// The harness's default seed of shots (`lm_eval/defaults.py`).
    private static final int SEED = 1234;

    /// Tokens of one batch, padding included; the device takes fewer at a time where its memory is small.
    private static final int BATCH_TOKENS = 1 << 15;

    private Requests() {}

    /// The shots before each scored document, one text a document, drawn as the harness does: one generator for
    /// all documents, in their order (`lm_eval/api/samplers.py`).
    ///
    /// @param shown the documents that shots are drawn from; need not be given for 0 shots
    /// @throws IllegalArgumentException if there are fewer than are to be drawn
    static List<String> shots(Task task, List<Document> scored, List<Document> shown, int shots) {
        if (shots == 0) {
            return Collections.nCopies(scored.size(), "");
        }
        PythonRandom random = new PythonRandom(SEED);
        List<String> texts = new ArrayList<>();
        for (Document document : scored) {
            StringBuilder text = new StringBuilder();
            random.sample(shown.size(), task.drawsOneMore() ? shots + 1 : shots).stream()
                    .map(shown::get)
                    .filter(shot -> !task.drawsOneMore() || !shot.equals(document))
                    .limit(shots)
                    .forEach(shot -> text.append(task.question(shot).shot()));
            texts.add(text.toString());
        }
        return texts;
    }

    /// A context and what is scored after it, as tokens: as the harness encodes for causal models
    /// (`lm_eval/api/model.py`, `_encode_pair`). Spaces at the end of the context are scored, the two are
    /// encoded as one text, and what is too long loses its beginning.
    ///
    /// @param length longest input of the model, tokens
    /// @throws IllegalArgumentException if the continuation is empty or does not fit
    static Continuation encode(String context, String continuation, Tokenizer tokenizer, int length) {
        int[] tokens = tokenizer.encode(context + continuation);
        int from = tokenizer.encode(PythonText.stripTrailing(context)).length;
        if (context.isEmpty()) {
            if (tokens.length > 0 && tokens[0] != tokenizer.endOfDocument()) {
                int[] begun = new int[tokens.length + 1];
                begun[0] = tokenizer.endOfDocument();
                System.arraycopy(tokens, 0, begun, 1, tokens.length);
                tokens = begun;
            }
            from = 1;
        }
        int judged = tokens.length - from;
        if (judged < 1 || judged > length) {
            throw new IllegalArgumentException("\"" + continuation + "\" is " + judged + " tokens, expected 1 to "
                    + length + ", what the model was trained on");
        }
        int cut = Math.max(0, tokens.length - (length + 1));
        return new Continuation(IntStream.of(tokens).skip(cut).toArray(), from - cut);
    }

    /// Asks everything, the longest first, so that what does not fit into memory shows at once.
    ///
    /// @param done hears how much is done, 0 to 1
    /// @return `[models][requests]`, in the order of the requests
    /// @throws InterruptedException if the thread is interrupted between two batches
    static List<List<Likelihood>> ask(Models models, List<Continuation> requests, DoubleConsumer done)
            throws InterruptedException {
        List<Integer> order = IntStream.range(0, requests.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> -requests.get(i).length()))
                .toList();
        List<List<Likelihood>> answers = new ArrayList<>();
        int from = 0;
        while (from < order.size()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("tasks stopped");
            }
            int fit = Math.max(1, BATCH_TOKENS / requests.get(order.get(from)).length());
            List<Integer> places = order.subList(from, Math.min(order.size(), from + fit));
            List<List<Likelihood>> batch =
                    models.likelihoods(places.stream().map(requests::get).toList());
            for (int k = 0; k < batch.size(); k++) {
                if (answers.size() == k) {
                    answers.add(new ArrayList<>(Collections.nCopies(requests.size(), null)));
                }
                for (int i = 0; i < places.size(); i++) {
                    answers.get(k).set(places.get(i), batch.get(k).get(i));
                }
            }
            from += places.size();
            done.accept(from / (double) order.size());
        }
        return answers;
    }
}
