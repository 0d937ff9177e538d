package io.regmixd.evaluation.harness;

import java.util.List;

/// A document of a task in the words that a model sees.
///
/// @param text    what stands before the answer when the document is a shot
/// @param answer  the right answer, as a shot shows it
/// @param choices what is scored; a task without choices has one
/// @param gold    which choice is right
record Question(String text, String answer, List<Choice> choices, int gold) {

    private static final String BEFORE_ANSWER = " ";
    private static final String AFTER_SHOT = "\n\n";

    /// @throws IllegalArgumentException if no choice is right: documents without a label cannot be scored
    Question {
        choices = List.copyOf(choices);
        if (gold < 0 || gold >= choices.size()) {
            throw new IllegalArgumentException("the label says choice " + gold + " of " + choices.size()
                    + " (from 0): is this a split without labels?");
        }
    }

    /// One text to score after another.
    ///
    /// @param context      comes first, after the shots
    /// @param continuation is scored
    /// @param characters   of the answer itself, that its log-probability is divided by for normalised accuracy
    record Choice(String context, String continuation, int characters) {}

    /// The answers compete after the same context.
    static Question choose(String text, List<String> answers, int gold) {
        List<Choice> choices = answers.stream()
                .map(answer -> new Choice(text, BEFORE_ANSWER + answer, PythonText.length(answer)))
                .toList();
        return new Question(text, gold >= 0 && gold < answers.size() ? answers.get(gold) : "", choices, gold);
    }

    /// The contexts compete before the same ending.
    static Question fit(List<String> contexts, String ending, int gold) {
        List<Choice> choices = contexts.stream()
                .map(context -> new Choice(context, BEFORE_ANSWER + ending, PythonText.length(context)))
                .toList();
        return new Question(gold >= 0 && gold < contexts.size() ? contexts.get(gold) : "", ending, choices, gold);
    }

    /// The ending itself is to be found. `ending` starts with a space; unlike in [#choose], no other is put
    /// before it where it is scored, but in shots there is.
    static Question complete(String text, String ending) {
        return new Question(text, ending, List.of(new Choice(text, ending, PythonText.length(ending))), 0);
    }

    /// The document as one of the shots before another one.
    String shot() {
        return answer.isEmpty() ? text : text + BEFORE_ANSWER + answer + AFTER_SHOT;
    }
}
