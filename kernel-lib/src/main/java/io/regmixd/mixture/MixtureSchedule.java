package io.regmixd.mixture;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// One mixture a stage; the stages are equal spans of training.
///
/// @param stages at least one, all over the same domains; `stages.get(0)` is what training starts on
public record MixtureSchedule(List<Mixture> stages) implements Serializable {

    /// @throws IllegalArgumentException if there is no stage, or the stages' domains differ
    public MixtureSchedule {
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("a schedule needs at least one stage");
        }
        for (Mixture mixture : stages) {
            mixture.requireDomains(stages.getFirst().domains());
        }
    }

    /// The same mixture in every stage: what RegMix, DoReMi and Human train on.
    public static MixtureSchedule constant(Mixture mixture, int stages) {
        return new MixtureSchedule(Collections.nCopies(stages, mixture));
    }

    public List<String> domains() {
        return stages.getFirst().domains();
    }

    public int size() {
        return stages.size();
    }

    /// The mixture of the 0-based step `step` of `steps`. Stage s covers steps `floor(s*steps/S)` up to, not
    /// including, `floor((s+1)*steps/S)`.
    ///
    /// @throws IndexOutOfBoundsException if the step is not in 0 to steps-1
    public Mixture at(int step, int steps) {
        Objects.checkIndex(step, steps);
        int stage = 0;
        while (endOf(stage, steps) <= step) {
            stage++;
        }
        return stages.get(stage);
    }

    /// The first step after the 0-based stage `stage` when training takes `steps` steps.
    public int endOf(int stage, int steps) {
        return (int) ((stage + 1L) * steps / size());
    }

    /// What the whole training sees: the mean over the stages, which are equally long.
    public Mixture mean() {
        return Mixture.mean(stages);
    }
}
