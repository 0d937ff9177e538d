package io.regmixd.engine.huggingface;

import io.regmixd.store.WholeFile;
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
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON objects of others, whose fields are looked at one by one. A field twice or text after the end is an
/// error.
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /// @throws IOException if this is no JSON object in UTF-8; the message says why
    static ObjectNode parse(ByteBuffer text) throws IOException {
        try {
            // Jackson would guess the encoding
            String decoded = StandardCharsets.UTF_8.newDecoder().decode(text).toString();
            if (MAPPER.readTree(decoded) instanceof ObjectNode object) {
                return object;
            }
            throw new IOException("not a JSON object");
        } catch (CharacterCodingException e) {
            throw new IOException("not UTF-8", e);
        } catch (JacksonException e) {
            throw new IOException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// @throws IOException if there is no such file or it holds no JSON object; the message names the file
    static ObjectNode read(Path file) throws IOException {
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

    /// On one line.
    static byte[] bytes(ObjectNode object) {
        return MAPPER.writeValueAsBytes(object);
    }

    /// To a file, over several lines, for people.
    static void write(ObjectNode object, Path file) throws IOException {
        byte[] text = MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(object);
        WholeFile.write(file, out -> {
            out.write(text);
            out.write('\n');
        });
    }
}
