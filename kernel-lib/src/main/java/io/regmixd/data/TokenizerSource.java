package io.regmixd.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.regmixd.data.source.Field;
import io.regmixd.data.source.Source;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which tokenizer a manifest asks for: the bytes of UTF-8, or a `tokenizer.json` of Hugging Face's.
///
/// @param file    where the `tokenizer.json` is: a path seen from the manifest's folder, `https://...`, or
///     `hf:OWNER/NAME@REVISION/PATH`, a file of a model of the Hub; null for bytes and with `artifact`
/// @param artifact a jar in a Maven repository, as [Source.Artifact] has it, that holds GPT-2's vocabulary in the
///     form of OpenAI's tiktoken; null otherwise
/// @param ranks   the file of that jar
/// @param sha256  of the file or the jar
/// @param endOfDocument the text of the token that ends a document, such as `<|endoftext|>`
public record TokenizerSource(String file, String artifact, String ranks, String sha256, String endOfDocument) {

    /// A token is a byte of UTF-8, 0 ends a document.
    public static final TokenizerSource BYTES = new TokenizerSource(null, null, null, null, null);

    private static final String BYTES_NAME = "bytes";

    /// A `tokenizer.json`.
    public static TokenizerSource ofFile(String file, String sha256, String endOfDocument) {
        return of(file, null, null, sha256, endOfDocument);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TokenizerSource named(String name) {
        Field.require(
                name.equals(BYTES_NAME),
                "name",
                "is \"" + name
                        + "\", expected \"bytes\" or {\"file\": ..., \"sha256\": ..., \"end_of_document\": ...}");
        return BYTES;
    }

    /// @throws IllegalArgumentException if a field is missing or out of range; the message starts with the field
    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    static TokenizerSource of(
            @JsonProperty("file") String file,
            @JsonProperty("artifact") String artifact,
            @JsonProperty("ranks") String ranks,
            @JsonProperty("sha256") String sha256,
            @JsonProperty("end_of_document") String endOfDocument) {
        Field.require((file == null) != (artifact == null), "file", "missing, or beside an artifact");
        Field.requireSha256("sha256", sha256);
        Field.require(endOfDocument != null, "end_of_document", "missing; \"<|endoftext|>\" is usual");
        if (artifact != null) {
            Source.Artifact.requireCoordinates(artifact);
            Field.require(ranks != null, "ranks", "missing: the file of the jar that holds the vocabulary");
        }
        return new TokenizerSource(file, artifact, ranks, sha256, endOfDocument);
    }

    boolean isBytes() {
        return file == null && artifact == null;
    }

    @JsonValue
    Object json() {
        if (isBytes()) {
            return BYTES_NAME;
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("file", file);
        fields.put("artifact", artifact);
        fields.put("ranks", ranks);
        fields.put("sha256", sha256);
        fields.put("end_of_document", endOfDocument);
        fields.values().removeIf(value -> value == null);
        return fields;
    }
}
