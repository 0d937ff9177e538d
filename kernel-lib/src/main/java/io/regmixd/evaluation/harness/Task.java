package io.regmixd.evaluation.harness;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/// A downstream task as lm-evaluation-harness 0.4.12 defines it (EleutherAI/lm-evaluation-harness, tag v0.4.12,
/// `lm_eval/tasks`): which documents, in which words, judged by which metrics.
public enum Task {
    HELLASWAG("validation", "train", Prompts::hellaswag, Metric.ACC_NORM, Metric.ACC),
    PIQA("validation", "train", Prompts::piqa, Metric.ACC_NORM, Metric.ACC),
    OPENBOOKQA("test", "train", Prompts::openBookQa, Metric.ACC_NORM, Metric.ACC),
    LAMBADA_STANDARD("test", "validation", Prompts::lambada, Metric.ACC, Metric.PERPLEXITY),
    LAMBADA_OPENAI("test", "test", Prompts::lambada, Metric.ACC, Metric.PERPLEXITY),
    SCIQ("test", "train", Prompts::sciq, Metric.ACC_NORM, Metric.ACC),
    ARC_EASY("test", "train", Prompts::arc, Metric.ACC_NORM, Metric.ACC),
    ARC_CHALLENGE("test", "train", Prompts::arc, Metric.ACC_NORM, Metric.ACC),
    COPA("validation", "train", Prompts::copa, Metric.ACC),
    RACE("test", "test", Prompts::race, Metric.ACC),
    LOGIQA("test", "train", Prompts::logiqa, Metric.ACC_NORM, Metric.ACC),
    QQP("validation", "train", Prompts::qqp, Metric.ACC, Metric.F1),
    WINOGRANDE("validation", "train", Prompts::winogrande, Metric.ACC),
    MULTIRC("validation", "train", Prompts::multirc, Metric.ACC),
    SOCIAL_IQA("validation", "train", Prompts::socialIqa, Metric.ACC);

    /// The 13 tasks of RegMix-D's table (arXiv 2606.18663, table 1).
    public static final List<Task> REGMIX_D = List.of(
            HELLASWAG,
            PIQA,
            OPENBOOKQA,
            LAMBADA_STANDARD,
            SCIQ,
            ARC_EASY,
            ARC_CHALLENGE,
            COPA,
            RACE,
            LOGIQA,
            QQP,
            WINOGRANDE,
            MULTIRC);

    /// The 13 tasks of RegMix's script (sail-sg/regmix, `evaluation/eval_lm_eval_harness.sh`): Social IQA in
    /// place of ARC-Challenge, so the two averages cannot be compared.
    public static final List<Task> REGMIX = Stream.concat(
                    Stream.of(SOCIAL_IQA), REGMIX_D.stream().filter(task -> task != ARC_CHALLENGE))
            .toList();

    private final String scored;
    private final String shown;

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final Function<Document, Question> prompt;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<Metric> metrics;

    Task(String scored, String shown, Function<Document, Question> prompt, Metric... metrics) {
        this.scored = scored;
        this.shown = shown;
        this.prompt = prompt;
        this.metrics = List.of(metrics);
    }

    /// The task of that name in the harness.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists all
    public static Task of(String label) {
        return Arrays.stream(values())
                .filter(task -> task.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no task " + label + ": there are "
                        + Arrays.stream(values()).map(Task::label).toList()));
    }

    /// Its name in the harness: `arc_easy`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The split that is scored.
    public String scored() {
        return scored;
    }

    /// The split that shots are drawn from. Where it is the scored one, a document may come among its own
    /// shots: so it does in the harness.
    public String shown() {
        return shown;
    }

    /// The metrics, the one that averages are made of first: normalised accuracy where the harness has it, else
    /// accuracy.
    public List<Metric> metrics() {
        return metrics;
    }

    /// Whether one shot more is drawn, and left out unless one of the others equals the scored document: in
    /// the harness that is so where neither a test split nor a split for shots is named.
    boolean drawsOneMore() {
        return !scored.equals("test");
    }

    Question question(Document document) {
        return prompt.apply(document);
    }

    /// Whether one continuation is completed instead of several compared.
    boolean completes() {
        return metrics.contains(Metric.PERPLEXITY);
    }
}
