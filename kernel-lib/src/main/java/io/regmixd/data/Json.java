package io.regmixd.data;

import io.regmixd.store.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/// JSON of records with fields in lower snake case, read strictly: an unknown field, a field twice, a number in
/// quotes or text after the end is an error that names the file and the field.
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS, MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private Json() {}

    /// @throws IllegalArgumentException if the text does not fit the type
    static <T> T read(Class<T> type, String text, Path file) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ", " + problem(e), e);
        }
    }

    /// On one line.
    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /// To a file, over several lines, for people.
    static void write(Object value, Path file) throws IOException {
        String text = MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
        WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    // `domains[3].source.sha256: missing`
    private static String problem(JacksonException e) {
        StringBuilder field = new StringBuilder();
        for (JacksonException.Reference reference : e.getPath()) {
            if (reference.getPropertyName() == null) {
                field.append('[').append(reference.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        if (e.getCause() instanceof IllegalArgumentException ours) {
            return field + (field.isEmpty() ? "" : ".") + ours.getMessage();
        }
        int line = e.getLocation().getLineNr();
        String at = field + (line > 0 ? (field.isEmpty() ? "" : ", ") + "line " + line : "");
        if (e instanceof UnrecognizedPropertyException unknown) {
            return at + ": there is no such field; known are " + unknown.getKnownPropertyIds();
        }
        return at + ": " + e.getOriginalMessage();
    }
}
