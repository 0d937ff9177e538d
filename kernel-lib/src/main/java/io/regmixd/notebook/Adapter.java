package io.regmixd.notebook;

import java.util.Map;

/// What this library asks of a Jupyter kernel that it runs in. One small class per kernel, found by its name at
/// run time, because a kernel's classes are on the class path only in that kernel.
interface Adapter {

    /// Whether this process is that kernel.
    boolean running();

    /// Whether a cell is running, so that [#show] reaches a notebook.
    boolean attached();

    /// Makes the kernel show values by their [View]s, where it does not load them itself.
    void register();

    /// Shows something below the running cell, or changes what is shown there.
    ///
    /// @param bundle          forms by MIME type
    /// @param transientValues beside them, for front ends and runners; never stored. `display_id` names the display
    /// @param first           whether it is new
    void show(Map<String, Object> bundle, Map<String, Object> transientValues, boolean first);
}
