package io.regmixd.notebook;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Several values as one, below each other: a heading, a picture, a table.
///
/// @param parts at least one
record Page(List<? extends Rich> parts) implements Rich {

    static Page of(Rich... parts) {
        return new Page(List.of(parts));
    }

    /// A line of text in bold.
    static Rich heading(String text) {
        return () -> Map.of("text/html", "<b>" + Html.escape(text) + "</b>", "text/plain", text);
    }

    /// A sentence or more.
    static Rich words(String text) {
        return () -> Map.of("text/html", Html.escape(text).replace("\n", "<br>"), "text/plain", text);
    }

    @Override
    public Map<String, Object> mimeBundle() {
        List<Map<String, Object>> bundles = parts.stream().map(Rich::mimeBundle).toList();
        Map<String, Object> bundle = new LinkedHashMap<>();
        bundle.put("text/html", bundles.stream().map(Page::html).collect(joining("</div>\n<div>", "<div>", "</div>")));
        bundle.put(
                "text/plain",
                bundles.stream()
                        .filter(part -> !part.containsKey("image/png"))
                        .map(part -> part.get("text/plain").toString())
                        .collect(joining("\n")));
        return bundle;
    }

    private static String html(Map<String, Object> part) {
        return part.containsKey("image/png")
                ? "<img alt=\"" + Html.escape(part.get("text/plain").toString()) + "\" src=\"data:image/png;base64,"
                        + part.get("image/png") + "\">"
                : Objects.requireNonNull(part.get("text/html")).toString();
    }
}
