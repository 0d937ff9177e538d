/// Judging trained targets: validation losses of every domain, and methods compared over seeds.
package io.regmixd.eval;
