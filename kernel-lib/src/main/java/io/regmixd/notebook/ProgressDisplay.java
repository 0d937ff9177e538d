package io.regmixd.notebook;

import io.regmixd.Progress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/// Shows how far a step has come. In a notebook cell: one bar a step, moved in place at most four times a
/// second, left standing with the time the step took. Elsewhere: at most one line a minute on standard error,
/// and one when the step ends. The time that is left is estimated from the pace since the first update, so that
/// a resumed step, which starts at 40%, is not taken for a fast one.
///
/// Make one for each call: `sweep.run(corpus, design, new ProgressDisplay())`. A step that reports under
/// several names gets a bar for each. Not for use from several threads at once.
public final class ProgressDisplay implements Progress {

    private static final Duration IN_PLACE = Duration.ofMillis(250);
    private static final Duration IN_LINES = Duration.ofMinutes(1);
    private static final Duration PACE_KNOWN_AFTER = Duration.ofSeconds(2);

    /// Where bars are shown.
    interface Screen {
        void show(Map<String, Object> bundle, String id, boolean first);
    }

    private final Screen screen;
    private final Duration pause;
    private final LongSupplier nanoTime;
    private Bar bar;
    private String said = "begun";

    /// Shows in the cell that is running, or on standard error where there is none.
    public ProgressDisplay() {
        this(
                Kernel.active() ? Kernel::publish : (bundle, id, first) -> System.err.println(bundle.get("text/plain")),
                Kernel.active() ? IN_PLACE : IN_LINES,
                System::nanoTime);
    }

    ProgressDisplay(Screen screen, Duration pause, LongSupplier nanoTime) {
        this.screen = screen;
        this.pause = pause;
        this.nanoTime = nanoTime;
    }

    @Override
    public void update(String step, double fraction, String message) {
        long now = nanoTime.getAsLong();
        double done = fraction > 0 ? Math.min(fraction, 1) : 0; // NaN is 0: a display never stops a step
        boolean first = bar == null || !bar.step.equals(step) || bar.done >= 1 || done < bar.done;
        if (first) {
            bar = new Bar(step, done, now);
        }
        bar.done = done;
        if (first || done >= 1 || now - bar.shown >= pause.toNanos()) {
            bar.shown = now;
            Map<String, Object> bundle = bar.bundle(message, Duration.ofNanos(now - bar.started));
            said = bundle.get("text/plain").toString();
            screen.show(bundle, bar.id, first);
        }
    }

    /// The last that was shown, as text.
    String said() {
        return said;
    }

    /// One step's display.
    private static final class Bar {
        private final String id = UUID.randomUUID().toString();
        private final String step;
        private final double doneAtStart;
        private final long started;
        private double done;
        private long shown;

        Bar(String step, double doneAtStart, long started) {
            this.step = step;
            this.doneAtStart = doneAtStart;
            this.started = started;
        }

        Map<String, Object> bundle(String message, Duration elapsed) {
            String state = done >= 1 ? "done in " + inWords(elapsed) : (int) (100 * done) + "%";
            String detail = done >= 1 ? message : joined(message, left(elapsed));
            Map<String, Object> bundle = new LinkedHashMap<>();
            bundle.put("text/html", html(state, detail));
            bundle.put("text/plain", (step + "  " + state + "  " + detail).strip());
            return bundle;
        }

        private String left(Duration elapsed) {
            double progressed = done - doneAtStart;
            if (progressed <= 0 || elapsed.compareTo(PACE_KNOWN_AFTER) < 0) {
                return "";
            }
            long seconds = Math.round(elapsed.toMillis() / 1000.0 * (1 - done) / progressed);
            if (seconds == 0) {
                return "";
            }
            long rounded = seconds < 120 ? seconds : Math.round(seconds / 60.0) * 60; // no false precision
            return "about " + (rounded < 10 ? rounded + " s" : inWords(Duration.ofSeconds(rounded))) + " left";
        }

        private String html(String state, String detail) {
            return String.format(
                    Locale.ROOT,
                    "<div style=\"max-width:48em\"><b>%s</b>&ensp;%s&ensp;<span style=\"opacity:.7\">%s</span>"
                            + "<div style=\"height:.4em;border-radius:.2em;background:rgba(128,128,128,.25)\">"
                            + "<div style=\"width:%.1f%%;height:100%%;border-radius:.2em;background:#3b7dd8\"></div>"
                            + "</div></div>",
                    Html.escape(step),
                    state,
                    Html.escape(detail),
                    100 * done);
        }

        private static String joined(String message, String left) {
            return message.isEmpty() || left.isEmpty() ? message + left : message + ", " + left;
        }
    }

    /// Two units at most: `0.4 s`, `41 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`.
    static String inWords(Duration time) {
        if (time.compareTo(Duration.ofSeconds(10)) < 0) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
        }
        long seconds = time.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return twoUnits(seconds, 60, "min", "s");
        }
        return seconds < 86_400 ? twoUnits(seconds / 60, 60, "h", "min") : twoUnits(seconds / 3600, 24, "d", "h");
    }

    private static String twoUnits(long amount, long base, String large, String small) {
        return amount / base + " " + large + (amount % base == 0 ? "" : " " + amount % base + " " + small);
    }
}
