package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/// See [Planner#greedy].
record Greedy(Candidates candidates) implements ScheduleSearch {

    @Override
    public String name() {
        return "RegMix-D greedy";
    }

    @Override
    public List<Mixture> schedule(
            ObjectiveValue value,
            ConstraintProjection feasible,
            List<Mixture> before,
            double[] losses,
            DoubleConsumer fraction)
            throws InterruptedException {
        List<Mixture> schedule = new ArrayList<>(before);
        double[] state = losses.clone();
        int stages = value.model().stages();
        while (schedule.size() < stages) {
            double[] now = state.clone();
            int left = stages - schedule.size();
            Mixture best = candidates.meanOfBest(
                    feasible,
                    schedule,
                    mixtures -> value.next(schedule, mixtures, now),
                    share -> fraction.accept(1 - (left - share) / (stages - before.size())));
            for (int d : value.problem().objectives()) {
                state[d] = value.model().next(schedule, List.of(best), now, d)[0];
            }
            schedule.add(best);
        }
        return schedule;
    }
}
