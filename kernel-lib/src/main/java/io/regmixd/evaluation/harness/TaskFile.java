package io.regmixd.evaluation.harness;

import io.regmixd.data.source.WebFile;

/// A split of a task's data set.
///
/// @param task  whose
/// @param split `train`, `validation` or `test`
/// @param web   where it is to be had and where it is to lie, with the ending that it has there; a file with
///     another ending that can be read will do as well
public record TaskFile(Task task, String split, WebFile web) {}
