package io.regmixd.evaluation.harness;

import io.regmixd.engine.Likelihood;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/// A metric of one model's answers to a task, and how sure it is.
///
/// @param value         of the metric
/// @param standardError of a mean as in the harness: standard deviation (n - 1) over the root of n. Of
///     perplexity and F1, which the harness bootstraps, by the delta method
public record Judgement(double value, double standardError) {

    /// @param completes whether one continuation is completed instead of several compared
    /// @param answers   of each question, one a choice
    /// @throws IllegalArgumentException if there are fewer than two questions
    static Judgement of(Metric metric, boolean completes, List<Question> questions, List<List<Likelihood>> answers) {
        if (questions.size() < 2) {
            throw new IllegalArgumentException("a standard error needs two documents, there is " + questions.size());
        }
        return switch (metric) {
            case ACC ->
                mean(each(
                        questions,
                        answers,
                        (question, of) -> (completes ? of.getFirst().greedy() : right(question, of)) ? 1 : 0));
            case ACC_NORM -> mean(each(questions, answers, (question, of) -> rightByLength(question, of) ? 1 : 0));
            case PERPLEXITY -> {
                Judgement mean =
                        mean(each(questions, answers, (_, of) -> of.getFirst().logProbability()));
                double perplexity = Math.exp(-mean.value());
                yield new Judgement(perplexity, perplexity * mean.standardError());
            }
            case F1 ->
                f1(
                        questions.stream().mapToInt(Question::gold).toArray(),
                        IntStream.range(0, questions.size())
                                .map(i -> best(questions.get(i), answers.get(i), false))
                                .toArray());
        };
    }

    private static double[] each(
            List<Question> questions,
            List<List<Likelihood>> answers,
            ToDoubleBiFunction<Question, List<Likelihood>> value) {
        return IntStream.range(0, questions.size())
                .mapToDouble(i -> value.applyAsDouble(questions.get(i), answers.get(i)))
                .toArray();
    }

    private static boolean right(Question question, List<Likelihood> answers) {
        return best(question, answers, false) == question.gold();
    }

    private static boolean rightByLength(Question question, List<Likelihood> answers) {
        return best(question, answers, true) == question.gold();
    }

    /// The choice of the highest log-probability, of equal ones the first.
    private static int best(Question question, List<Likelihood> answers, boolean byLength) {
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < answers.size(); c++) {
            double score = answers.get(c).logProbability()
                    / (byLength ? question.choices().get(c).characters() : 1);
            if (score > highest) {
                best = c;
                highest = score;
            }
        }
        return best;
    }

    private static Judgement mean(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        return new Judgement(mean, new StandardDeviation().evaluate(values) / Math.sqrt(values.length));
    }

    /// F1 of choice 1 is twice the mean of a (gold and predicted) over that of b (gold plus predicted), so a
    /// document moves it by (2 a - F1 b) / mean b. 0 where choice 1 is neither gold nor predicted, as
    /// scikit-learn's.
    private static Judgement f1(int[] gold, int[] predicted) {
        int n = gold.length;
        int both = 0;
        int either = 0;
        for (int i = 0; i < n; i++) {
            both += gold[i] * predicted[i];
            either += gold[i] + predicted[i];
        }
        if (either == 0) {
            return new Judgement(0, 0);
        }
        double f1 = 2.0 * both / either;
        double[] moved = new double[n];
        for (int i = 0; i < n; i++) {
            moved[i] = (2.0 * gold[i] * predicted[i] - f1 * (gold[i] + predicted[i])) * n / either;
        }
        return new Judgement(f1, mean(moved).standardError());
    }
}
