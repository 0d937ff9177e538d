package io.regmixd.mixture;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;

/// One mixture per stage; the stages are equal spans of training, as far as its steps allow ([Stages]).
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

    /// The mixture of the 0-based step `step` of `steps`.
    ///
    /// @throws IndexOutOfBoundsException if the step is not in 0 to steps-1
    /// @throws IllegalArgumentException  if there are fewer steps than stages
    public Mixture at(int step, int steps) {
        return stages.get(spans(steps).at(step));
    }

    /// Which steps each stage covers when training takes `steps` steps.
    ///
    /// @throws IllegalArgumentException if there are fewer steps than stages
    public Stages spans(int steps) {
        return Stages.of(size(), steps);
    }

    /// What the whole training sees: the mean over the stages, each counted alike.
    public Mixture mean() {
        return Mixture.mean(stages);
    }
}
