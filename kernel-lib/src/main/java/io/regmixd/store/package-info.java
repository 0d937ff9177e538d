/// What one session leaves for the next one, in files that other tools read too.
///
/// - [io.regmixd.store.RunFolder]: the folder of one run, held by one session at a time.
/// - [io.regmixd.store.ArrowFile]: a Tablesaw table with its metadata, as an Arrow IPC file.
/// - [io.regmixd.store.LedgerFile]: such a file that sessions go on with, as long as they plan the same.
/// - [io.regmixd.store.TensorFile]: the parameters of models, one after the other, as an Arrow IPC file.
/// - [io.regmixd.store.WholeFile]: any other file, written whole or not at all.
///
/// Nothing here knows what the tables mean: the rooms that write them do. Arrow stays in this room.
package io.regmixd.store;
