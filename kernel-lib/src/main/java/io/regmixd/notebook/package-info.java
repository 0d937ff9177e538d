/// Display in a notebook kernel.
///
/// | type | what it is |
/// |---|---|
/// | [Kernel] | set up once when the kernel starts; the only class that speaks to the kernel |
/// | [Rich] | a value that says itself how it looks in a cell |
/// | [ProgressDisplay] | a progress bar that moves in place, a line a minute outside a kernel |
///
/// Nothing here is needed to compute: outside a kernel values print as plain text and the steps run the same.
package io.regmixd.notebook;
