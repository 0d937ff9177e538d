package io.regmixd.training;

import io.regmixd.training.TargetRun.Group;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which targets of a run folder are saved together: neighbours among the methods, in files that are named by the
/// methods' numbers. So a group that was begun goes on as it is, even where more or fewer would fit by now.
///
/// @param methods of all targets of a seed
record TargetGroups(Path folder, List<String> methods) {

    /// @param from number of the first method
    /// @param size how many methods
    Group group(long seed, int from, int size) {
        return new Group(seed, methods.subList(from, from + size));
    }

    /// The targets from this method on that are saved together.
    Optional<Group> saved(long seed, int from) throws IOException {
        for (int size = methods.size() - from; size > 0; size--) {
            Group group = group(seed, from, size);
            if (checkpoints(group).any()) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }

    /// All targets of a seed; those that are not saved count as one group.
    List<Group> of(long seed) throws IOException {
        List<Group> groups = new ArrayList<>();
        for (int from = 0; from < methods.size(); ) {
            groups.add(saved(seed, from).orElse(group(seed, from, methods.size() - from)));
            from += groups.getLast().methods().size();
        }
        return groups;
    }

    /// Where a group is saved. The group of all methods has the name that it had before there were others.
    Checkpoints checkpoints(Group group) {
        int first = methods.indexOf(group.methods().getFirst());
        int size = group.methods().size();
        String part = size == methods.size() ? "" : "-methods-" + (first + 1) + "-" + (first + size);
        return new Checkpoints(folder, "target-seed-" + group.seed() + part);
    }

    static String named(Group group) {
        return "targets " + String.join(" and ", group.methods()) + " of seed " + group.seed();
    }
}
