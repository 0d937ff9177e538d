package io.regmixd.training;

import java.io.Serializable;

/// When a state is worth saving, asked after every stage but the last, or after every step within one.
@FunctionalInterface
interface Saving extends Serializable {

    /// After every stage.
    Saving ALWAYS = (trained, saving) -> true;

    /// Saving takes at most a hundredth of the time: a state is worth what it took to train since the one
    /// before.
    Saving CHEAP = (trained, saving) -> trained >= 100 * saving;

    /// As [#CHEAP], and once a minute at most: for the steps within a stage.
    Saving SELDOM = (trained, saving) -> trained >= Math.max(60_000_000_000L, 100 * saving);

    /// @param trained nanoseconds since the last state was saved
    /// @param saving  nanoseconds that saving it took, 0 if there is none yet
    boolean worth(long trained, long saving);
}
