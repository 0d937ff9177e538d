/// What a user of a notebook sees: a session in its run folder, progress in place, our words as pictures and
/// tables. XChart and the kernel's own classes stay in this room.
package io.regmixd.notebook;
