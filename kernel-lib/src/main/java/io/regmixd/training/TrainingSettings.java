package io.regmixd.training;

import io.regmixd.data.Corpus;
import io.regmixd.engine.Compute;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Stages;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/// How one model is trained: all that decides its losses besides schedule, seed and corpus.
///
/// @param model            its size
/// @param context          predicted tokens in a sequence
/// @param batch            sequences in a step
/// @param steps            optimizer steps, at least one per stage
/// @param stages           spans of training as [Stages] has them, equal where the steps divide evenly; validation
///     losses are measured after each
/// @param learningRate     over the steps
/// @param weightDecay      AdamW's, decoupled
/// @param validationTokens predicted validation tokens per domain at each measurement, at least one context
/// @param compute          how the arithmetic is done
public record TrainingSettings(
        LlamaConfig model,
        int context,
        int batch,
        int steps,
        int stages,
        LearningRate learningRate,
        double weightDecay,
        int validationTokens,
        Compute compute)
        implements Serializable {

    /// Vocabularies are padded to a multiple of 64, 128, 256 or 1,024: the products' sizes suit the hardware.
    private static final int MOST_PADDING = 1024;

    private static final List<String> REGMIX_SIZES = List.of("1M", "60M", "1B");

    /// @throws IllegalArgumentException naming the field that does not fit
    public TrainingSettings {
        if (context < 1 || batch < 1 || steps < 1 || stages < 1) {
            throw new IllegalArgumentException("context " + context + ", batch " + batch + ", steps " + steps
                    + ", stages " + stages + ": all must be positive");
        }
        if (steps < stages) {
            throw new IllegalArgumentException(
                    "steps " + steps + " are fewer than stages " + stages + ": each takes at least one");
        }
        if (validationTokens < context) {
            throw new IllegalArgumentException(
                    "validationTokens " + validationTokens + " is less than one context of " + context);
        }
    }

    /// In single precision.
    public TrainingSettings(
            LlamaConfig model,
            int context,
            int batch,
            int steps,
            int stages,
            LearningRate learningRate,
            double weightDecay,
            int validationTokens) {
        this(model, context, batch, steps, stages, learningRate, weightDecay, validationTokens, Compute.FLOAT32);
    }

    /// The same, computed in another way.
    public TrainingSettings with(Compute compute) {
        return new TrainingSettings(
                model, context, batch, steps, stages, learningRate, weightDecay, validationTokens, compute);
    }

    /// The same with another learning rate.
    public TrainingSettings with(LearningRate other) {
        return new TrainingSettings(
                model, context, batch, steps, stages, other, weightDecay, validationTokens, compute);
    }

    /// The same in another number of stages.
    ///
    /// @throws IllegalArgumentException if there are fewer steps than stages
    public TrainingSettings withStages(int other) {
        return new TrainingSettings(
                model, context, batch, steps, other, learningRate, weightDecay, validationTokens, compute);
    }

    /// The same, the model with the vocabulary of a corpus.
    public TrainingSettings withVocabularyOf(Corpus corpus) {
        return new TrainingSettings(
                model.withVocabulary(corpus.vocabulary()),
                context,
                batch,
                steps,
                stages,
                learningRate,
                weightDecay,
                validationTokens,
                compute);
    }

    /// Proxies of [LlamaConfig#demoProxy] with RegMix's shape of the learning rate: constant after a warm-up.
    public static TrainingSettings demoProxies(int steps, int stages) {
        return new TrainingSettings(
                LlamaConfig.demoProxy(), 128, 8, steps, stages, LearningRate.constant(4e-3, steps / 10), 0.1, 2048);
    }

    /// A target of [LlamaConfig#demoTarget] whose learning rate is constant after a warm-up, as the proxies' is,
    /// and falls over the last fifth of the steps. RegMix's targets follow a cosine, under which the last stages
    /// hardly count.
    public static TrainingSettings demoTarget(int steps, int stages) {
        return new TrainingSettings(
                LlamaConfig.demoTarget(),
                128,
                8,
                steps,
                stages,
                LearningRate.warmUpStableDecay(3e-3, steps / 20, 0.2, 1e-4),
                0.1,
                8_192);
    }

    /// RegMix's proxies, as `mixture_config/synthesize_mixture.py` of its repository (sail-sg/regmix) sets them:
    /// 1,000 steps of 512 sequences of 2,048 tokens, learning rate 4e-4 after 100 steps of warm-up and constant
    /// from then on, losses on 1.6 million held-out tokens per domain (50 batches of 16 sequences), in bfloat16.
    /// RegMix-D trains the same (2606.18663, appendix A.1), with five switch points in its main table: six
    /// stages.
    ///
    /// @param size `1M` or `60M`, see [LlamaConfig#preset]
    /// @throws IllegalArgumentException if it is no size of RegMix's
    public static TrainingSettings regmixProxies(String size) {
        return regmix(size, 1_000, LearningRate.constant(4e-4, 100));
    }

    /// RegMix's targets, as `model_training/pretrain/tinyllama.py` of its repository trains them, and RegMix-D's
    /// (2606.18663, appendix A.1): 25,000 steps of 512 sequences of 2,048 tokens, weight decay 0.1, learning rate
    /// by a cosine from 4e-4, after 1,000 steps of warm-up, to 1e-5, in bfloat16. RegMix-D does not say how its
    /// rate changes; RegMix's is taken. Six stages, as of [#regmixProxies].
    ///
    /// @param size `1B`, `60M` or `1M`
    /// @throws IllegalArgumentException if it is no size of RegMix's
    public static TrainingSettings regmixTarget(String size) {
        return regmix(size, 25_000, LearningRate.cosine(4e-4, 1_000, 1e-5));
    }

    private static TrainingSettings regmix(String size, int steps, LearningRate learningRate) {
        if (!REGMIX_SIZES.contains(size)) {
            throw new IllegalArgumentException("RegMix trained no size " + size + ": choose one of " + REGMIX_SIZES);
        }
        return new TrainingSettings(
                LlamaConfig.preset(size), 2_048, 512, steps, 6, learningRate, 0.1, 1_638_400, Compute.BFLOAT16);
    }

    /// Refuses a corpus whose tokens the model has no place for, or that has far fewer than the model: most of its
    /// embedding would never be trained, and its loss would say nothing about the mixture.
    ///
    /// @throws IllegalArgumentException unless the model's vocabulary is the corpus's, padded by fewer than 1,024
    public void requireVocabularyOf(Corpus corpus) {
        int padding = model.vocabulary() - corpus.vocabulary();
        if (padding < 0 || padding >= MOST_PADDING) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the model has a vocabulary of %,d, and corpus %s has %,d different tokens: take a model with"
                            + " vocabulary %3$,d, or up to %d more for padding",
                    model.vocabulary(),
                    corpus.folder().getFileName(),
                    corpus.vocabulary(),
                    MOST_PADDING - 1));
        }
    }

    /// Training tokens of one run.
    public long tokens() {
        return (long) steps * batch * context;
    }

    /// Which steps each stage covers.
    public Stages spans() {
        return Stages.of(stages, steps);
    }

    /// Training tokens in one stage, on average.
    public long tokensAStage() {
        return tokens() / stages;
    }
}
