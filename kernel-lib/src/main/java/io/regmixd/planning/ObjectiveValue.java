package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.TransitionModel;
import java.util.Arrays;
import java.util.List;

/// What a problem's objective is predicted to come to.
///
/// @param care what is added to the prediction
record ObjectiveValue(TransitionModel model, Problem problem, Care care) {

    /// After the last stage of each of the schedules.
    ///
    /// @param trained how many stages are behind already
    /// @param losses  the losses after them, one per domain
    double[] atEnd(List<MixtureSchedule> schedules, int trained, double[] losses) {
        double[] values =
                with((asked, domain) -> asked.finalLosses(schedules, trained, losses, domain), schedules.size());
        Arrays.setAll(values, i -> values[i] + care.penalty(schedules.get(i).stages()));
        return values;
    }

    /// After one more stage on each of the mixtures.
    ///
    /// @param before the mixtures of the stages before
    /// @param losses the losses after them, one per domain
    double[] next(List<Mixture> before, List<Mixture> mixtures, double[] losses) {
        double[] values = with((asked, domain) -> asked.next(before, mixtures, losses, domain), mixtures.size());
        Arrays.setAll(values, i -> values[i] + care.penalty(List.of(mixtures.get(i))));
        return values;
    }

    /// The losses of one domain as a model predicts them, one number per schedule or mixture.
    private interface Prediction {
        double[] losses(TransitionModel asked, int domain);
    }

    private double[] with(Prediction prediction, int count) {
        double[] values = of(model, prediction, count);
        if (care.standardErrors() == 0) {
            return values;
        }
        double[] squares = new double[count];
        for (TransitionModel half : model.halves()) {
            double[] other = of(half, prediction, count);
            for (int i = 0; i < count; i++) {
                squares[i] += (other[i] - values[i]) * (other[i] - values[i]);
            }
        }
        for (int i = 0; i < count; i++) {
            values[i] += care.standardErrors()
                    * Math.sqrt(squares[i] / model.halves().size());
        }
        return values;
    }

    private double[] of(TransitionModel asked, Prediction prediction, int count) {
        return problem.values(count, domain -> prediction.losses(asked, domain));
    }
}
