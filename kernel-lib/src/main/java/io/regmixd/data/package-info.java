/// From a manifest to batches: where the text of every domain comes from, the corpus made of it, the windows
/// that training and validation read.
///
/// | in the order of use | what it is |
/// |---|---|
/// | [io.regmixd.data.Manifest] | the JSON file that names the domains and their sources |
/// | [io.regmixd.data.Corpus] | byte tokens in memory-mapped files, prepared once from a manifest |
/// | [io.regmixd.data.Batches] | which window of which domain a row of a step reads: a pure function |
///
/// The text comes from Maven artifacts, pinned by coordinates and SHA-256, through Maven's own resolver:
/// whoever's Maven works gets the same bytes, and no text is part of this project.
package io.regmixd.data;
