package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regmixd.data.source.Source;
import io.regmixd.data.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {

    private static final String VALID = """
            {
              "name": "tiny",
              "description": "two domains",
              "tokenizer": "bytes",
              "objective": "prose",
              "validation_tokens": 4096,
              "domains": [
                {
                  "name": "prose",
                  "description": "words",
                  "licence": "MIT",
                  "source": {
                    "artifact": "org.example:prose:1.0",
                    "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                    "include": ["**/*.txt"],
                    "exclude": ["LICENSE.txt"]
                  },
                  "document": "line",
                  "extract": "= (.*)",
                  "max_bytes": 1000000
                },
                {
                  "name": "code",
                  "description": "programs",
                  "licence": "Apache-2.0",
                  "source": {
                    "artifact": "org.example:code:1.0:sources",
                    "sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                    "include": ["**/*.java"]
                  },
                  "document": "file"
                }
              ]
            }
            """;

    @TempDir
    private Path folder;

    private Manifest read(String text) throws IOException {
        Path file = folder.resolve("tiny.json");
        Files.writeString(file, text);
        return Manifest.read(file);
    }

    private String fingerprint(String text) throws IOException {
        Manifest manifest = read(text);
        return manifest.fingerprint(SourceFile.of(manifest, folder));
    }

    @Test
    void fieldsAreReadAndOptionalOnesMayBeMissing() throws IOException {
        Manifest manifest = read(VALID);
        assertThat(manifest.validationTokens()).isEqualTo(4096);
        Manifest.Domain prose = manifest.domains().getFirst();
        assertThat(prose.document()).isEqualTo(Manifest.Unit.LINE);
        assertThat(prose.extract()).contains("= (.*)");
        assertThat(prose.maxBytes()).isEqualTo(OptionalLong.of(1_000_000));
        assertThat(((Source.Artifact) prose.source()).exclude()).containsExactly("LICENSE.txt");
        Manifest.Domain code = manifest.domains().getLast();
        assertThat(code.extract()).isEmpty();
        assertThat(code.maxBytes()).isEmpty();
        assertThat(((Source.Artifact) code.source()).exclude()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "name": "tiny",            |                                | name: missing
            "name": "tiny"             | "name": "../tiny"              | name: is "../tiny"
            "tokenizer": "bytes"       | "tokenizer": "gpt2"            | tokenizer.name: is "gpt2", expected "bytes"
            "objective": "prose"       | "objective": "verse"           | objective: is "verse", which is no domain
            "validation_tokens": 4096, |                                | validation_tokens: missing
            "validation_tokens": 4096  | "validation_tokens": "4096"    | validation_tokens, line 6:
            "validation_tokens": 4096  | "validation_tokens": 0.5       | validation_tokens, line 6:
            "licence": "MIT",          |                                | domains[0].licence: missing
            "licence": "MIT"           | "license": "MIT"               | domains[0].licence: missing
            "licence": "MIT"           | "licence": "MIT", "share": 0.5 | domains[0].share: there is no such field; known are
            "licence": "MIT"           | "licence": "MIT", "licence": 1 | domains[0], line
            "name": "code"             | "name": "prose"                | domains: domain prose is there twice
            "document": "line"         | "document": "page"             | domains[0].document, line 18:
            "= (.*)"                   | "= .*"                         | domains[0].extract: has no group
            "= (.*)"                   | "= (.*"                        | domains[0].extract: is no regular expression
            "max_bytes": 1000000       | "max_bytes": 0                 | domains[0].max_bytes: is not positive
            prose:1.0                  | prose                          | domains[0].source.artifact: is "org.example:prose"
            aaaaaaaa                   | AAAAAAAA                       | domains[0].source.sha256: is "AAAA
            ["**/*.java"]              | []                             | domains[1].source.include: missing or empty
            "include": ["**/*.java"]   | "include": "**/*.java"         | domains[1].source.include
            "document": "file"         | "document": "file",            | domains[1], line 32:
            """)
    void problemNamesFileAndField(String old, String replacement, String problem) throws IOException {
        String text = VALID.replace(old, replacement == null ? "" : replacement);
        assertThat(text).isNotEqualTo(VALID);
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tiny.json, " + problem);
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> Manifest.read(folder.resolve("nowhere.json")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere.json")
                .hasMessageContaining("no such manifest");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "validation_tokens": 4096 | "validation_tokens": 4097
            "objective": "prose"      | "objective": "code"
            bbbbbbbb                  | bbbbbbbc
            **/*.java                 | **/*.jav
            LICENSE.txt               | NOTICE.txt
            "= (.*)"                  | "=(.*)"
            1000000                   | 1000001
            "document": "line"        | "document": "file"
            "name": "code"            | "name": "programs"
            """)
    void fingerprintFollowsWhatDecidesTheTokens(String old, String replacement) throws IOException {
        assertThat(fingerprint(VALID.replace(old, replacement))).isNotEqualTo(fingerprint(VALID));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            two domains        | 2 domains
            programs           | other words for programs
            Apache-2.0         | Apache-2.0 OR MIT
            org.example:prose  | org.example.moved:prose
            "name": "tiny"     | "name": "small"
            """)
    void fingerprintDoesNotFollowDescriptions(String old, String replacement) throws IOException {
        assertThat(fingerprint(VALID.replace(old, replacement)))
                .isEqualTo(fingerprint(VALID))
                .matches("[0-9a-f]{16}");
    }
}
