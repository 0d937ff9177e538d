package io.regmixd.notebook;

import io.regmixd.engine.ComputeDevice;
import io.regmixd.mixture.Mixture;
import io.regmixd.planning.Plan;
import io.regmixd.training.Estimate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A list: of our own words as a whole, of anything else as text.
record ListView(List<?> list) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        if (all(ComputeDevice.class)) {
            return new DevicesView(cast(ComputeDevice.class)).mimeBundle();
        }
        if (all(Estimate.class)) {
            return EstimateView.of(cast(Estimate.class)).mimeBundle();
        }
        if (all(Plan.class)) {
            return Plots.schedules(Plan.schedules(cast(Plan.class))).mimeBundle(lines());
        }
        if (all(Mixture.class)) {
            List<Mixture> mixtures = cast(Mixture.class);
            return DomainPlots.design("Mixtures", mixtures, Mixture.mean(mixtures), "their mean")
                    .mimeBundle(lines());
        }
        return Map.of("text/plain", list.toString());
    }

    private String lines() {
        return list.stream().map(String::valueOf).collect(Collectors.joining("\n"));
    }

    private boolean all(Class<?> type) {
        return !list.isEmpty() && list.stream().allMatch(type::isInstance);
    }

    private <T> List<T> cast(Class<T> type) {
        return list.stream().<T>map(type::cast).toList();
    }
}
