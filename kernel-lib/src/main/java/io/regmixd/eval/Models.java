package io.regmixd.eval;

import io.regmixd.model.Continuation;
import io.regmixd.model.Likelihood;
import java.util.List;

/// Models that tasks are put to: `training::likelihoods`, `llama::likelihoods`.
@FunctionalInterface
public interface Models {

    /// How likely each model finds the end of each sequence given its beginning.
    ///
    /// @return `[models][batch]`
    List<List<Likelihood>> likelihoods(List<Continuation> batch);
}
