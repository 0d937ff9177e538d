/// What a user of a notebook sees: [io.regmixd.notebook.Plots] turn our words into pictures. XChart stays in this room.
package io.regmixd.notebook;
