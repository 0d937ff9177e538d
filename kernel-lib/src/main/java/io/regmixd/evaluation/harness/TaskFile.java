package io.regmixd.evaluation.harness;

import java.nio.file.Path;

/// Where a split of a task's data set is to be had, and where it is looked for.
///
/// @param task     whose
/// @param split    `train`, `validation` or `test`
/// @param hub      the data set on the Hugging Face hub, `OWNER/NAME`
/// @param revision of the data set
/// @param path     in that revision
/// @param file where it is to lie here, with the ending of `path`; a file with another ending that can be read
///     will do as well
public record TaskFile(Task task, String split, String hub, String revision, String path, Path file) {}
