/// Many independent pieces of work, on the workers of this JVM or elsewhere.
///
/// - [io.regmixd.executor.SweepExecutor]: hands pieces to workers and tells what came of each.
/// - [io.regmixd.executor.LocalExecutor]: threads of this JVM; `spark` inside has a cluster's.
package io.regmixd.executor;
