/// A sweep's pieces on other machines, by Apache Spark. The only room that knows Spark, which is optional:
/// a cluster brings its own (`docs/scaling.md`).
package io.regmixd.executor.spark;
