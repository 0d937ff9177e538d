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

    /// Linear warm-up, then constant, then linear down to `floor` at the last step (WSD): what a schedule shows late
    /// is still learned at the full rate until the decay begins.
    ///
    /// @param decay the share of the steps over which the rate falls, above 0 and at most 1; never during the
    ///     warm-up
    /// @throws IllegalArgumentException if the share is not in that range
    static LearningRate warmUpStableDecay(double peak, int warmUpSteps, double decay, double floor) {
        return new WarmUpStableDecay(peak, warmUpSteps, decay, floor);
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

    /// See [#warmUpStableDecay].
    record WarmUpStableDecay(double peak, int warmUpSteps, double decay, double floor) implements LearningRate {

        public WarmUpStableDecay {
            if (!(decay > 0 && decay <= 1)) {
                throw new IllegalArgumentException(
                        "decay " + decay + ": expected a share of the steps, above 0 and at most 1");
            }
        }

        @Override
        public double at(int step, int steps) {
            if (step < warmUpSteps) {
                return peak * step / warmUpSteps;
            }
            double left = (steps - step) / Math.min(decay * steps, Math.max(1, steps - warmUpSteps));
            return floor + (peak - floor) * Math.min(1, left);
        }
    }
}
