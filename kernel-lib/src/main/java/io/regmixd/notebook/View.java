package io.regmixd.notebook;

import io.regmixd.data.Corpus;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.evaluation.Comparison;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Plan;
import io.regmixd.regression.CrossValidation;
import io.regmixd.training.Estimate;
import io.regmixd.training.ProxySweep;
import io.regmixd.training.TargetRun;
import io.regmixd.training.TrainingSettings;
import io.regmixd.trajectory.Trajectories;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tech.tablesaw.api.Table;

/// How values of one type look as the value of a cell, in every kernel.
///
/// @param type of the values; an interface stands for all that implement it
/// @param look makes a value's forms
record View<T>(Class<T> type, Function<? super T, ? extends Rich> look) {

    static final List<View<?>> ALL = List.of(
            new View<>(Rich.class, Function.identity()),
            new View<>(Table.class, TableView::new),
            new View<>(Mixture.class, MixtureView::new),
            new View<>(MixtureSchedule.class, ScheduleView::new),
            new View<>(Plan.class, PlanView::new),
            new View<>(Trajectories.class, TrajectoriesView::new),
            new View<>(Comparison.class, ComparisonView::new),
            new View<>(Corpus.class, CorpusView::new),
            new View<>(CrossValidation.class, CrossValidationView::new),
            new View<>(ProxySweep.class, SweepView::new),
            new View<>(TargetRun.class, TargetView::new),
            new View<>(TrainingSettings.class, SettingsView::new),
            new View<>(Estimate.class, estimate -> EstimateView.of(List.of(estimate))),
            new View<>(ComputeDevice.class, device -> new DevicesView(List.of(device))),
            new View<>(Session.class, SessionView::new),
            new View<>(List.class, ListView::new));

    /// The value's forms by MIME type.
    ///
    /// @throws ClassCastException if it is of another type
    Map<String, Object> bundle(Object value) {
        return look.apply(type.cast(value)).mimeBundle();
    }
}
