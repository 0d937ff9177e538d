package io.regmixd.study;

/// How large a study is.
///
/// @param proxies     of a sweep
/// @param proxySteps  optimizer steps of a proxy
/// @param targetSteps optimizer steps of a target
/// @param sweeps      independent pairs of sweeps, each with plans of its own
/// @param seeds       targets of each method and sweep
/// @param candidates  mixtures that a planner chooses from
record Size(int proxies, int proxySteps, int targetSteps, int sweeps, int seeds, int candidates) {

    static final int STAGES = 5;

    /// What the published tables are of.
    static final Size FULL = new Size(48, 250, 500, 3, 4, 100_000);

    /// All of the same code in minutes; its numbers say nothing.
    static final Size SMOKE = new Size(24, 25, 25, 2, 2, 2_000);

    static Size of(String name) {
        return switch (name) {
            case "full" -> FULL;
            case "smoke" -> SMOKE;
            default -> throw new IllegalArgumentException(name + ": expected full or smoke");
        };
    }
}
