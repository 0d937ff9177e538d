package io.regmixd.notebook;

import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.LearningRate;
import io.regmixd.training.TrainingSettings;
import java.util.Locale;
import java.util.Map;

/// How a model is trained, a row per setting.
record SettingsView(TrainingSettings settings) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        return grid().mimeBundle();
    }

    Grid grid() {
        LlamaConfig model = settings.model();
        return Grid.of("", "")
                .row(
                        "model",
                        String.format(
                                Locale.ROOT,
                                "%d layers of width %d, %d heads; %s parameters, %s of them outside the vocabulary",
                                model.layers(),
                                model.width(),
                                model.heads(),
                                Look.count((double) model.parameters()),
                                Look.count((double) model.nonEmbeddingParameters())))
                .row(
                        "training",
                        String.format(
                                Locale.ROOT,
                                "%,d steps of %d x %,d tokens, %s in all",
                                settings.steps(),
                                settings.batch(),
                                settings.context(),
                                Look.count((double) settings.tokens())))
                .row("stages", "losses are measured after each of " + settings.stages())
                .row("learning rate", learningRate(settings.learningRate()))
                .row("weight decay", String.valueOf(settings.weightDecay()))
                .row(
                        "measured on",
                        String.format(Locale.ROOT, "%,d held-out tokens per domain", settings.validationTokens()))
                .row(
                        "arithmetic",
                        settings.compute().precision().toString().toLowerCase(Locale.ROOT)
                                + (settings.compute().recompute() ? ", activations computed again" : "")
                                + (settings.compute().deterministic() ? ", deterministic" : ""));
    }

    private String learningRate(LearningRate rate) {
        return switch (rate) {
            case LearningRate.Constant constant ->
                plain(constant.peak()) + " after " + steps(constant.warmUpSteps()) + " of warm-up";
            case LearningRate.Cosine cosine ->
                plain(cosine.peak()) + " after " + steps(cosine.warmUpSteps()) + " of warm-up, by a cosine to "
                        + plain(cosine.floor());
            case LearningRate.WarmUpStableDecay decaying ->
                plain(decaying.peak()) + " after " + steps(decaying.warmUpSteps()) + " of warm-up, to "
                        + plain(decaying.floor()) + " over the last " + Look.percent(decaying.decay());
        };
    }

    private static String steps(int steps) {
        return steps + (steps == 1 ? " step" : " steps");
    }

    private static String plain(double rate) {
        return String.format(Locale.ROOT, "%.1e", rate).replaceFirst("\\.0?e-0?", "e-");
    }
}
