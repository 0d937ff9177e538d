package io.regmixd.evaluation.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The JSON file that names the data sets of tasks.
///
/// @param description what they are, in words
/// @param revision    of the data sets on the hub
/// @param tasks       one a task
record TaskManifest(String description, String revision, List<Entry> tasks) {

    TaskManifest {
        require("description", description);
        require("revision", revision);
        require("tasks", tasks);
    }

    /// @param task    its name in the harness
    /// @param hub     the data set, `OWNER/NAME`
    /// @param files   the path of each split that is needed
    record Entry(String task, String hub, Map<String, String> files) {

        Entry {
            require("task", task);
            require("hub", hub);
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
    List<TaskFile> files(Path folder) {
        return tasks.stream()
                .flatMap(entry -> entry.files().entrySet().stream().map(of -> {
                    String ending = of.getValue().substring(of.getValue().lastIndexOf('.'));
                    return new TaskFile(
                            Task.of(entry.task()),
                            of.getKey(),
                            entry.hub(),
                            revision,
                            of.getValue(),
                            folder.resolve(entry.task(), of.getKey() + ending));
                }))
                .toList();
    }

    private static void require(String field, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": missing");
        }
    }
}
