package io.regmixd.evaluation.harness;

import io.regmixd.data.source.WebFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The JSON file that names the data sets of tasks.
///
/// @param description what they are, in words
/// @param tasks       one a task
/// @param checksums   the SHA-256 of files, by name
record TaskManifest(String description, List<Entry> tasks, Map<String, String> checksums) {

    TaskManifest {
        require("description", description);
        require("tasks", tasks);
        require("checksums", checksums);
        for (String name : checksums.keySet()) {
            if (tasks.stream().noneMatch(entry -> entry.files().containsValue(name))) {
                throw new IllegalArgumentException("checksums: no task has the file " + name);
            }
        }
    }

    /// @param task  its name in the harness
    /// @param files the file of each split that is needed, see [WebFile#name()]
    record Entry(String task, Map<String, String> files) {

        Entry {
            require("task", task);
            require("files", files);
            Task known = Task.of(task);
            for (String split : List.of(known.scored(), known.shown())) {
                if (!files.containsKey(split)) {
                    throw new IllegalArgumentException("files of " + task + " lack " + split);
                }
            }
        }
    }

    /// @throws IllegalArgumentException if it is no such manifest; the message names the file and the field
    /// @throws IOException              if the file cannot be read
    static TaskManifest read(Path file) throws IOException {
        try {
            return JsonMapper.builder()
                    .enable(
                            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readValue(Files.readString(file), TaskManifest.class);
        } catch (JacksonException e) {
            String problem =
                    e.getCause() instanceof IllegalArgumentException ours ? ours.getMessage() : e.getOriginalMessage();
            throw new IllegalArgumentException(file + ": " + problem, e);
        }
    }

    /// Those that are needed, under `folder/TASK/SPLIT.ENDING`.
    ///
    /// @throws IllegalArgumentException if a name is no address
    List<TaskFile> files(Path folder) {
        return tasks.stream()
                .flatMap(entry -> entry.files().entrySet().stream().map(of -> {
                    String name = of.getValue();
                    Path file = folder.resolve(entry.task(), of.getKey() + name.substring(name.lastIndexOf('.')));
                    return new TaskFile(
                            Task.of(entry.task()),
                            of.getKey(),
                            new WebFile(name, Optional.ofNullable(checksums.get(name)), file));
                }))
                .toList();
    }

    private static void require(String field, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": missing");
        }
    }
}
