package io.regmixd.evaluation.harness;

import java.util.Locale;

/// What is said of a model's answers to a task, under the harness's name.
public enum Metric {
    /// Share of documents whose right choice has the highest log-probability; for LAMBADA, whose every token is
    /// the most probable one.
    ACC,
    /// The same with each choice's log-probability divided by its characters.
    ACC_NORM,
    /// F1 of "yes", the second choice.
    F1,
    /// exp(- mean log-probability), of a document, not of a token; lower is better.
    PERPLEXITY;

    /// `acc`, `acc_norm`, `f1` or `perplexity`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Metric of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
