package io.regmixd.evaluation.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Python's ways, beside CPython's own answers.
class PythonTest {

    @Test
    void samplesAreThoseOfPythonDrawForDraw() {
        Map<Integer, PythonRandom> generators = new HashMap<>();
        for (JsonNode sample : HarnessExpectations.ALL.get("samples")) {
            List<Integer> drawn =
                    sample.get("drawn").valueStream().map(JsonNode::asInt).toList();
            assertThat(generators
                            .computeIfAbsent(sample.get("seed").asInt(), PythonRandom::new)
                            .sample(sample.get("population").asInt(), drawn.size()))
                    .isEqualTo(drawn);
        }
        assertThat(generators).hasSize(3);
        assertThatThrownBy(() -> new PythonRandom(1).sample(2, 3)).hasMessageContaining("3 of 2 cannot be drawn");
    }

    @ParameterizedTest
    @CsvSource({
        "the CAT,The cat",
        "ßeta,Sseta",
        "ﬁSH,Fish",
        "ÉTÉ ΑΣ,Été ας",
        "ǆX,ǅx",
        "1ST,1st",
        "𐐨𐐀,𐐀𐐨",
    })
    void capitalizeIsPythons(String text, String capitalized) {
        assertThat(PythonText.capitalize(text)).isEqualTo(capitalized);
    }

    @Test
    void stripTakesAllThatPythonCallsSpace() {
        String space = " \t\n\u000b\f\r\u001c\u001f\u0085\u00a0\u1680\u2003\u2007\u2028\u202f\u3000";
        assertThat(PythonText.strip(space + "a b" + space)).isEqualTo("a b");
        assertThat(PythonText.strip("\u200ba\ufeff")).as("no spaces to Python").isEqualTo("\u200ba\ufeff");
        assertThat(PythonText.length("a𐐀é")).isEqualTo(3);
    }

    /// Left: Python's literal; right: what CPython 3.11 makes of it.
    @Test
    void literalsAreReadAsPythonDoes() {
        assertThat(PythonLiteral.parse("['a\\'b', \"c\\\"d\", '\\x41\\u00e9\\101\\N{BULLET}', '\\q\\\\', ]"))
                .isEqualTo(List.of("a'b", "c\"d", "Aé" + "A•", "\\q\\"));
        assertThat(PythonLiteral.parse(" {'a': ['b', ''], 'c': {}} "))
                .isEqualTo(Map.of("a", List.of("b", ""), "c", Map.of()));
        assertThat(PythonLiteral.parse("'''it's\r\n\"so\"\\\n.'''")).isEqualTo("it's\n\"so\".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"['a'", "'a", "'a\nb'", "{'a' 'b'}", "['a' 'b']", "1", "'\\x4'", "'a'b", "", "'\\"})
    void brokenLiteralsAreRefused(String literal) {
        assertThatThrownBy(() -> PythonLiteral.parse(literal))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
