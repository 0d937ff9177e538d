package io.regmixd.evaluation.harness;

import java.util.List;
import java.util.Map;

/// One document of a task: fields as JSON has them, texts, numbers, lists and maps.
record Document(Map<String, ?> fields) {

    /// @throws IllegalArgumentException if there is no such text; the message names the field
    String text(String field) {
        return of(String.class, "text", field, value(field));
    }

    /// A whole number, or a text that is one.
    int number(String field) {
        Object value = value(field);
        if (value instanceof Number number) {
            return number.intValue();
        }
        try {
            return Integer.parseInt(of(String.class, "number", field, value));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("field " + field + " is \"" + value + "\", expected a number", e);
        }
    }

    List<String> texts(String field) {
        return list(field, value(field)).stream()
                .map(item -> of(String.class, "list of texts", field, item))
                .toList();
    }

    Document inner(String field) {
        return new Document(map(field, value(field)));
    }

    /// The maps that a list or a Python literal of them holds.
    List<Document> inners(String field) {
        Object value = value(field) instanceof String literal ? PythonLiteral.parse(literal) : value(field);
        return list(field, value).stream()
                .map(item -> new Document(map(field, item)))
                .toList();
    }

    private static List<?> list(String field, Object value) {
        return of(List.class, "list", field, value);
    }

    @SuppressWarnings("unchecked") // JSON's keys are texts
    private static Map<String, ?> map(String field, Object value) {
        return of(Map.class, "map", field, value);
    }

    private Object value(String field) {
        Object value = fields.get(field);
        if (value == null) {
            throw new IllegalArgumentException("field " + field + " is missing; there are " + fields.keySet());
        }
        return value;
    }

    private static <T> T of(Class<T> type, String expected, String field, Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("field " + field + " is " + value + ", expected a " + expected);
        }
        return type.cast(value);
    }
}
