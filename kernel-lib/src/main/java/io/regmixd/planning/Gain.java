package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.TransitionModel;
import java.util.List;
import java.util.Locale;

/// How much lower a plan's objective is predicted to end than another schedule's, at the size of the runs.
///
/// The interval is how sure the model is of the difference. The plan was chosen for a low prediction, so the
/// difference is more likely too large than too small.
///
/// @param over what it is compared with
/// @param gain in the objective's unit; above 0 where the plan is predicted to be better
/// @param low  lower end of the 95% interval; NaN where the model does not know how sure it is
/// @param high upper end
public record Gain(String over, double gain, double low, double high) {

    private static final double NORMAL_95 = 1.96;
    private static final double STUDENT_95 = 2.306; // of 8 degrees of freedom: there are eight halves

    /// By final losses. The errors of the two predictions are taken for independent, which makes the interval of
    /// mixtures that lie close too wide.
    static Gain of(String over, MixtureLossModel model, Problem problem, Mixture plan, Mixture other) {
        List<Mixture> both = List.of(plan, other);
        double gain = 0;
        double variance = 0;
        for (int domain : problem.objectives()) {
            double weight = problem.objective().get(domain);
            double[] losses = model.predict(both, domain);
            double[] errors = model.errors(both, domain);
            gain += weight * (losses[1] - losses[0]);
            variance += weight * weight * (errors[0] * errors[0] + errors[1] * errors[1]);
        }
        return with(over, gain, NORMAL_95 * Math.sqrt(variance));
    }

    /// By rollouts; the spread is that of the differences that models of random halves of the runs predict.
    static Gain of(String over, TransitionModel model, Problem problem, MixtureSchedule plan, MixtureSchedule other) {
        double gain = difference(model, problem, plan, other);
        double squares = 0;
        for (TransitionModel half : model.halves()) {
            squares += Math.pow(difference(half, problem, plan, other) - gain, 2);
        }
        int halves = model.halves().size();
        return with(over, gain, halves == 0 ? Double.NaN : STUDENT_95 * Math.sqrt(squares / halves));
    }

    private static double difference(
            TransitionModel model, Problem problem, MixtureSchedule plan, MixtureSchedule other) {
        double[] values =
                problem.values(2, domain -> model.finalLosses(List.of(plan, other), 0, model.initialLosses(), domain));
        return values[1] - values[0];
    }

    private static Gain with(String over, double gain, double margin) {
        return new Gain(over, gain, gain - margin, gain + margin);
    }

    /// Whether the interval lies on one side of 0.
    public boolean tellsApart() {
        return low > 0 || high < 0;
    }

    /// In a sentence.
    public String inWords(String unit) {
        String interval = Double.isNaN(low)
                ? "the model does not know how sure it is"
                : String.format(Locale.ROOT, "95%% %+.4f to %+.4f", low, high);
        return String.format(
                Locale.ROOT,
                "Predicted gain over %s: %+.4f %s (%s)%s.",
                over,
                gain,
                unit,
                interval,
                tellsApart() ? "" : ": these runs do not tell the two apart");
    }
}
