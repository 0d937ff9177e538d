/// From a manifest to batches: where the text of every domain comes from, the corpus made of it, the windows
/// that training and validation read.
///
/// | in the order of use | what it is |
/// |---|---|
/// | [io.regmixd.data.Manifest] | the JSON file that names the domains and their sources |
/// | [io.regmixd.data.source.Source] | an artifact of a Maven repository, or files of a disk, the web, the Hub |
/// | [io.regmixd.data.TokenizerSource] | bytes, or a `tokenizer.json` of Hugging Face's |
/// | [io.regmixd.data.Corpus] | tokens in memory-mapped files, prepared once from a manifest |
/// | [io.regmixd.data.Batches] | which window of which domain a row of a step reads: a pure function |
///
/// Where text comes from, and how files are read, is in `source`. A preparation goes through the files in one pass:
/// `FetchAhead` brings the next while a `DocumentReader` hands on the
/// documents of this one; `Look` fixes what is held out when a domain is first met; `Tokenization` makes tokens on all
/// cores, in order; `DomainFiles` appends them; the `Journal` says how far they are good.
///
/// The demo's text comes from Maven artifacts, pinned by coordinates and SHA-256, through Maven's own resolver:
/// whoever's Maven works gets the same bytes, and no text is part of this project.
package io.regmixd.data;
