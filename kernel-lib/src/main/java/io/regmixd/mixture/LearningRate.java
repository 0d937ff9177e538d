package io.regmixd.mixture;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;

/// The learning rate over training, a pure function of the step.
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "shape") // in what is recorded of a run's settings
public sealed interface LearningRate extends Serializable {

    /// @param step  from 1 to `steps`
    /// @param steps length of the training
    double at(int step, int steps);

    /// Linear warm-up, then constant: RegMix's proxies (4e-4 after 100 steps).
    static LearningRate constant(double peak, int warmUpSteps) {
        return new Constant(peak, warmUpSteps);
    }

    /// Linear warm-up, then half a cosine down to `floor` at the last step: RegMix's targets (4e-4 to 1e-5
    /// after 4%).
    static LearningRate cosine(double peak, int warmUpSteps, double floor) {
        return new Cosine(peak, warmUpSteps, floor);
    }

    /// See [#constant].
    record Constant(double peak, int warmUpSteps) implements LearningRate {
        @Override
        public double at(int step, int steps) {
            return step < warmUpSteps ? peak * step / warmUpSteps : peak;
        }
    }

    /// See [#cosine].
    record Cosine(double peak, int warmUpSteps, double floor) implements LearningRate {
        @Override
        public double at(int step, int steps) {
            if (step < warmUpSteps) {
                return peak * step / warmUpSteps;
            }
            double done = (step - warmUpSteps) / (double) Math.max(1, steps - warmUpSteps);
            return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * done));
        }
    }
}
