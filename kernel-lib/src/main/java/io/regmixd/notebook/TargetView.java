package io.regmixd.notebook;

import io.regmixd.training.TargetRun;
import java.util.Map;
import java.util.stream.Collectors;

/// A run of targets: which methods, which seeds, and how they are trained.
record TargetView(TargetRun run) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        String seeds = run.seeds().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return Page.of(
                        Page.heading(run.methods().size() * run.seeds().size() + " targets"),
                        new SettingsView(run.settings())
                                .grid()
                                .row("methods", String.join(", ", run.methods()))
                                .row("seeds", seeds))
                .mimeBundle();
    }
}
