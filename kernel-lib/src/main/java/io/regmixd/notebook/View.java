package io.regmixd.notebook;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tech.tablesaw.api.Table;

/// How values of one type look as the value of a cell, in every kernel.
///
/// @param type of the values; an interface stands for all that implement it
/// @param look makes a value's forms
record View<T>(Class<T> type, Function<? super T, ? extends Rich> look) {

    static final List<View<?>> ALL =
            List.of(new View<>(Rich.class, Function.identity()), new View<>(Table.class, TableView::new));

    /// The value's forms by MIME type.
    ///
    /// @throws ClassCastException if it is of another type
    Map<String, Object> bundle(Object value) {
        return look.apply(type.cast(value)).mimeBundle();
    }
}
