package io.regmixd.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON, as records with fields in lower snake case, or as objects whose fields are looked at one by one. It is read
/// strictly: an unknown field of a record, a field twice, a number in quotes or text after the end is an error.
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS, MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private static final JsonMapper SORTED = MAPPER.rebuild()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private Json() {}

    /// An object without fields.
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /// @throws IllegalArgumentException if this is no JSON object; says why
    public static ObjectNode parse(String text) {
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    /// @throws IOException if this is no JSON object in UTF-8; the message says why
    public static ObjectNode parse(ByteBuffer text) throws IOException {
        try {
            // Jackson would guess the encoding
            return parse(StandardCharsets.UTF_8.newDecoder().decode(text).toString());
        } catch (CharacterCodingException e) {
            throw new IOException("not UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// @throws IOException if there is no such file or it holds no JSON object; the message names the file
    public static ObjectNode read(Path file) throws IOException {
        byte[] text;
        try {
            text = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": there is no such file", e);
        }
        try {
            return parse(ByteBuffer.wrap(text));
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /// A record.
    ///
    /// @param file where the text is from, for the message
    /// @throws IllegalArgumentException if the text does not fit the type; names the file and the field
    public static <T> T read(Class<T> type, String text, Path file) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ", " + problem(e), e);
        }
    }

    /// A number of a field.
    ///
    /// @throws IllegalArgumentException if it is missing or no finite number; names the field
    public static double number(JsonNode value, String field) {
        if (value == null || !value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new IllegalArgumentException(
                    field + ": " + (value == null ? "missing" : "is " + value) + ", expected a number");
        }
        return value.doubleValue();
    }

    /// On one line.
    public static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /// On one line, keys sorted: equal values have equal text.
    static String sorted(Object value) {
        return SORTED.writeValueAsString(value);
    }

    /// Over several lines, for people.
    public static String lines(Object value) {
        return MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
    }

    /// To a file, as [#lines(Object)].
    ///
    /// @throws IOException if it cannot be written
    public static void write(Object value, Path file) throws IOException {
        String text = lines(value);
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
