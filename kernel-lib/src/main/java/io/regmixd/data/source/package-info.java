/// Where text comes from: files of this machine, the web, the Hugging Face Hub and Maven repositories, and what is
/// read of them.
///
/// | for everyone | what it is |
/// |---|---|
/// | [io.regmixd.data.source.Source] | what a manifest says of a domain's text |
/// | [io.regmixd.data.source.WebFile] | a file of the web that is wanted on this machine |
/// | [io.regmixd.data.source.ParquetRows] | all rows of a small Parquet file |
///
/// The other public types serve [io.regmixd.data.Corpus]: a `Fetcher` brings each `SourceFile` here, a
/// `DocumentReader` hands on its documents.
package io.regmixd.data.source;
