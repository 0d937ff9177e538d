package io.regmixd.evaluation.harness;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The words of each task, as the task definitions of lm-evaluation-harness 0.4.12 make them of the data sets'
/// documents (`lm_eval/tasks`), peculiarities included.
final class Prompts {

    // Python's dot stops at \n only
    private static final Pattern BRACKETS = Pattern.compile("(?d)\\[.*?\\]");

    private Prompts() {}

    static Question hellaswag(Document d) {
        String context = d.text("ctx_a") + " " + PythonText.capitalize(d.text("ctx_b"));
        return Question.choose(
                cleaned(d.text("activity_label") + ": " + context),
                d.texts("endings").stream().map(Prompts::cleaned).toList(),
                d.number("label"));
    }

    private static String cleaned(String text) {
        String titles = PythonText.strip(text).replace(" [title]", ". ");
        return BRACKETS.matcher(titles).replaceAll("").replace("  ", " ");
    }

    static Question piqa(Document d) {
        return Question.choose(
                "Question: " + d.text("goal") + "\nAnswer:",
                List.of(d.text("sol1"), d.text("sol2")),
                d.number("label"));
    }

    static Question openBookQa(Document d) {
        return ofChoices(d, d.text("question_stem"), PythonText.stripLeading(d.text("answerKey")));
    }

    static Question arc(Document d) {
        return ofChoices(d, "Question: " + d.text("question") + "\nAnswer:", d.text("answerKey"));
    }

    private static Question ofChoices(Document d, String text, String key) {
        Document choices = d.inner("choices");
        return Question.choose(
                text, choices.texts("text"), choices.texts("label").indexOf(key));
    }

    static Question lambada(Document d) {
        String text = d.text("text");
        int last = text.lastIndexOf(' ');
        return Question.complete(last < 0 ? "" : text.substring(0, last), " " + text.substring(last + 1));
    }

    static Question sciq(Document d) {
        String support = PythonText.stripLeading(d.text("support"));
        return Question.choose(
                support + "\nQuestion: " + d.text("question") + "\nAnswer:",
                List.of(d.text("distractor1"), d.text("distractor2"), d.text("distractor3"), d.text("correct_answer")),
                3);
    }

    /// The choices bring a space of their own, so two stand before them.
    static Question copa(Document d) {
        String connector = switch (d.text("question")) {
            case "cause" -> "because";
            case "effect" -> "therefore";
            default ->
                throw new IllegalArgumentException(
                        "field question is " + d.text("question") + ", expected cause or effect");
        };
        String premise = PythonText.strip(d.text("premise"));
        String withoutPeriod = premise.substring(0, premise.offsetByCodePoints(premise.length(), -1));
        return Question.choose(
                withoutPeriod + " " + connector,
                List.of(continuing(d.text("choice1")), continuing(d.text("choice2"))),
                d.number("label"));
    }

    private static String continuing(String sentence) {
        int second = sentence.offsetByCodePoints(0, 1);
        return " " + sentence.substring(0, second).toLowerCase(Locale.ROOT) + sentence.substring(second);
    }

    /// One question of an article is asked; those before it are shown answered.
    static Question race(Document d) {
        List<Document> problems = d.inners("problems");
        StringBuilder text = new StringBuilder("Article: " + d.text("article") + "\n\n");
        for (Document problem : problems.subList(0, problems.size() - 1)) {
            String question = problem.text("question");
            String answer = problem.texts("options").get(letter(problem));
            text.append(
                    question.endsWith("  _  .")
                            ? question.substring(0, question.length() - 5) + answer + "\n"
                            : "Question: " + question + "\nAnswer: " + answer + "\n");
        }
        Document last = problems.getLast();
        return Question.choose(
                text + last.text("question"), last.texts("options").subList(0, 4), letter(last));
    }

    private static int letter(Document problem) {
        return List.of("A", "B", "C", "D").indexOf(problem.text("answer"));
    }

    static Question logiqa(Document d) {
        List<String> options = d.texts("options");
        StringBuilder text = new StringBuilder(
                "Passage: " + d.text("context") + "\nQuestion: " + d.text("question") + "\nChoices:\n");
        for (int i = 0; i < Math.min(4, options.size()); i++) {
            text.append("ABCD".charAt(i)).append(". ").append(options.get(i)).append('\n');
        }
        int gold = List.of("a", "b", "c", "d").indexOf(PythonText.strip(d.text("label")));
        return Question.choose(text + "Answer:", options, gold);
    }

    static Question qqp(Document d) {
        return Question.choose(
                "Question 1: " + d.text("question1") + "\nQuestion 2: " + d.text("question2")
                        + "\nQuestion: Do both questions ask the same thing?\nAnswer:",
                List.of("no", "yes"),
                d.number("label"));
    }

    /// Either option is put into the sentence; what follows the gap is scored.
    static Question winogrande(Document d) {
        String sentence = d.text("sentence");
        int gap = sentence.indexOf('_');
        if (gap < 0) {
            throw new IllegalArgumentException("field sentence has no _ to fill: " + sentence);
        }
        List<String> contexts =
                List.of(sentence.substring(0, gap) + d.text("option1"), sentence.substring(0, gap) + d.text("option2"));
        return Question.fit(contexts, PythonText.strip(sentence.substring(gap + 1)), d.number("answer") - 1);
    }

    /// Label 1 says that the answer is correct and choice 1 says "no": the harness has it this way round. It
    /// also reads the answer as part of a Python literal, escapes included.
    static Question multirc(Document d) {
        String literal = "['''%s\\nIs the answer correct? yes''', '''%<s\\nIs the answer correct? no''']"
                .formatted(d.text("answer"));
        if (!(PythonLiteral.parse(literal) instanceof List<?> choices)) {
            throw new IllegalArgumentException("field answer ends its own quotes: " + d.text("answer"));
        }
        return Question.choose(
                d.text("paragraph") + "\nQuestion: " + d.text("question") + "\nAnswer:",
                choices.stream().map(String.class::cast).toList(),
                d.number("label"));
    }

    static Question socialIqa(Document d) {
        return Question.choose(
                "Q: " + d.text("context") + " " + d.text("question") + "\nA:",
                List.of(d.text("answerA"), d.text("answerB"), d.text("answerC")),
                d.number("label") - 1);
    }
}
