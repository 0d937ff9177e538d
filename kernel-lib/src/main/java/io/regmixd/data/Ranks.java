package io.regmixd.data;

import io.regmixd.store.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// GPT-2's vocabulary as OpenAI's tiktoken keeps it (a token in Base64 and its rank a line), made into the
/// `tokenizer.json` of Hugging Face's that gives the same tokens.
///
/// tiktoken merges the pair of neighbours whose union has the lowest rank; Hugging Face names the pairs. The pair
/// of a token is what is left when its bytes are merged by the ranks below its own (Sennrich et al. 2016,
/// 1508.07909).
final class Ranks {

    private Ranks() {}

    /// @param ranks         the content of, say, `r50k_base.tiktoken`
    /// @param endOfDocument a special token after all others
    static String tokenizerJson(byte[] ranks, String endOfDocument) {
        Map<String, Integer> rankOf = new HashMap<>(); // by the token in Latin-1: a character a byte
        List<String> tokens = new ArrayList<>();
        for (String line : new String(ranks, StandardCharsets.US_ASCII).lines().toList()) {
            int space = line.indexOf(' ');
            String token =
                    new String(Base64.getDecoder().decode(line.substring(0, space)), StandardCharsets.ISO_8859_1);
            rankOf.put(token, Integer.valueOf(line.substring(space + 1)));
            tokens.add(token);
        }
        tokens.sort((a, b) -> Integer.compare(rankOf.get(a), rankOf.get(b)));

        char[] shown = shownBytes();
        ObjectNode json = Json.object();
        json.put("version", "1.0").putNull("truncation");
        json.putNull("padding");
        int end = rankOf.get(tokens.getLast()) + 1;
        json.putArray("added_tokens")
                .addObject()
                .put("id", end)
                .put("content", endOfDocument)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        json.putNull("normalizer");
        for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
            json.putObject(part)
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", false)
                    .put("trim_offsets", true)
                    .put("use_regex", true);
        }
        ObjectNode model = json.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        ArrayNode merges = model.putArray("merges");
        for (String token : tokens) {
            vocabulary.put(shown(token, shown), rankOf.get(token).intValue());
            if (token.length() > 1) {
                List<String> pair = pair(token, rankOf);
                merges.add(shown(pair.getFirst(), shown) + " " + shown(pair.getLast(), shown));
            }
        }
        vocabulary.put(endOfDocument, end);
        return Json.line(json);
    }

    private static List<String> pair(String token, Map<String, Integer> rankOf) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < token.length(); i++) {
            parts.add(token.substring(i, i + 1));
        }
        while (parts.size() > 2) {
            int best = -1;
            int lowest = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < parts.size(); i++) {
                int rank = rankOf.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
                if (rank < lowest) {
                    lowest = rank;
                    best = i;
                }
            }
            if (best < 0) {
                throw new IllegalArgumentException("the vocabulary cannot be made by merging pairs");
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return parts;
    }

    private static String shown(String token, char[] shown) {
        StringBuilder text = new StringBuilder();
        token.chars().forEach(b -> text.append(shown[b]));
        return text.toString();
    }

    /// GPT-2's `bytes_to_unicode`: printable bytes stand for themselves, the others for characters from 256 on.
    private static char[] shownBytes() {
        char[] shown = new char[1 << Byte.SIZE];
        char next = 1 << Byte.SIZE;
        for (int b = 0; b < shown.length; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            shown[b] = printable ? (char) b : next++;
        }
        return shown;
    }
}
