package io.regmixd.evaluation.harness;

import io.regmixd.engine.Continuation;
import io.regmixd.engine.Likelihood;
import java.util.List;

/// Models that tasks are put to: `training::likelihoods`, `llama::likelihoods`.
@FunctionalInterface
public interface Models {

    /// How likely each model finds the end of each sequence given its beginning.
    ///
    /// @return `[models][batch]`
    List<List<Likelihood>> likelihoods(List<Continuation> batch);
}
