package io.regmixd.notebook;

import io.regmixd.training.ProxySweep;
import java.time.Duration;
import java.util.Map;

/// A sweep: what its proxies are trained on and how.
record SweepView(ProxySweep sweep) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        Grid settings = new SettingsView(sweep.settings()).grid();
        settings.row("corpus", sweep.corpus().toString()).row("seed", String.valueOf(sweep.seed()));
        if (sweep.trainingSeconds() > 0) {
            Duration trained = Duration.ofMillis(Math.round(1000 * sweep.trainingSeconds()));
            settings.row("trained here", ProgressDisplay.inWords(trained) + " of training steps");
        }
        return Page.of(Page.heading("Sweep of proxies"), settings).mimeBundle();
    }
}
