package io.regmixd;

/// Hears how far a long step has come. Every step that can take over two seconds tells it; what becomes of it
/// (a bar in a notebook cell, a line a minute in a log, nothing) is the listener's business. Called from the
/// thread that called the step, never from a worker.
@FunctionalInterface
public interface Progress {

    /// A listener that drops everything.
    Progress SILENT = (step, fraction, message) -> {};

    /// @param step     what is being done, a few words that stay the same during the step: "Training proxies"
    /// @param fraction how much of it is done, 0 to 1; 1 is told exactly once, at the end
    /// @param message  the state in words: "24 of 48 proxies, 61,000 tokens/s, best loss 2.31 nats"
    void update(String step, double fraction, String message);
}
