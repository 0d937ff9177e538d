package io.regmixd.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "**, any/thing.txt, true",
        "*.txt, a.txt, true",
        "*.txt, folder/a.txt, false",
        "**/*.txt, a.txt, true",
        "**/*.txt, some/folder/a.txt, true",
        "a/**/b, a/b, true",
        "a/**/b, a/x/y/b, true",
        "a/**/b, a/xb, false",
        "a/**, a/x/y, true",
        "a/**, ab/x, false",
        "data.?, data.1, true",
        "data.?, data./, false",
        "data.*, data1noun, false",
        "lib/[x].d.ts, lib/[x].d.ts, true",
        "lib/[x].d.ts, lib/x.d.ts, false",
    })
    void patternMatchesNames(String pattern, String name, boolean matches) {
        assertThat(Glob.of(pattern).matches(name)).isEqualTo(matches);
    }
}
