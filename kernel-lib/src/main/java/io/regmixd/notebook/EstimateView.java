package io.regmixd.notebook;

import io.regmixd.training.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// What trainings are going to take, a column per training.
final class EstimateView {

    private static final double MINUTE = 60;
    private static final double HOUR = 3_600;
    private static final double DAY = 86_400;
    private static final double YEAR = 365 * DAY;

    private EstimateView() {}

    static Grid of(List<Estimate> estimates) {
        Grid grid = Grid.of(row("", estimates, Estimate::what));
        grid.row(row("on", estimates, estimate -> estimate.machine().name()));
        grid.row(row("tokens", estimates, estimate -> Look.count((double) estimate.tokens())));
        grid.row(row("operations", estimates, estimate -> rounded("%.2g", estimate.operations())));
        grid.row(row(
                "of the product rate",
                estimates,
                estimate -> Look.percent(estimate.utilisation()) + (estimate.measured() ? ", measured" : ", assumed")));
        grid.row(row("time", estimates, estimate -> time(estimate.seconds())));
        grid.row(row("device-hours", estimates, estimate -> hours(estimate.deviceHours())));
        grid.row(row("cost", estimates, estimate -> rounded("%,.0f", estimate.cost())));
        grid.row(row("memory per device", estimates, estimate -> Look.bytes(estimate.memory())));
        grid.row(row("saved models", estimates, estimate -> Look.bytes(estimate.checkpointBytes())));
        return grid;
    }

    private static String[] row(String name, List<Estimate> estimates, Function<Estimate, String> of) {
        List<String> row = new ArrayList<>(List.of(name));
        estimates.forEach(estimate -> row.add(of.apply(estimate)));
        return row.toArray(String[]::new);
    }

    private static String rounded(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }

    private static String hours(double hours) {
        return rounded(hours < 10 ? "%.2f" : "%,.0f", hours);
    }

    private static String time(double seconds) {
        if (seconds < 2 * MINUTE) {
            return rounded("%.0f s", seconds);
        }
        if (seconds < 2 * HOUR) {
            return rounded("%.0f min", seconds / MINUTE);
        }
        if (seconds < 4 * DAY) {
            return rounded("%.1f h", seconds / HOUR);
        }
        return seconds < 2 * YEAR ? rounded("%.0f days", seconds / DAY) : rounded("%,.0f years", seconds / YEAR);
    }
}
