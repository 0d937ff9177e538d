package io.regmixd.notebook;

import java.util.Map;

/// A value that says itself how it looks in a notebook cell. [Kernel#start] makes the kernel show every value
/// of this type by its bundle; outside a kernel only `toString` matters.
@FunctionalInterface
public interface Rich {

    /// The value in one or more forms, by MIME type; the notebook shows the richest that it can. Always give
    /// `text/plain`. Give SVG as `text/html`: some exporters drop `image/svg+xml`. Binary forms (`image/png`)
    /// are Base64 text.
    Map<String, Object> mimeBundle();
}
