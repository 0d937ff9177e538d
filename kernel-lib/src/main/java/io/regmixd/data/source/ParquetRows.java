package io.regmixd.data.source;

import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Reads all of a small Parquet file.
public final class ParquetRows {

    private ParquetRows() {}

    /// All rows, in the order of the file, with all columns by name.
    ///
    /// Values are as JSON has them: texts, numbers, booleans, lists, maps of structs; null where there is none.
    /// Bytes are taken for UTF-8. Of other types, such as dates, the text.
    ///
    /// @throws IOException if it cannot be read or is no Parquet file; the message names it
    /// @throws java.io.InterruptedIOException if the thread is interrupted
    public static List<Map<String, Object>> read(Path file) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        String name = file.toString();
        try (ParquetFileReader parquet = ParquetRecords.open(file, name);
                RowReader reader = parquet.buildRowReader().build()) {
            while (ParquetRecords.next(reader, name)) {
                rows.add(struct(reader));
            }
        } catch (RuntimeException e) {
            throw ParquetRecords.unreadable(name, e);
        }
        return rows;
    }

    private static Map<String, Object> struct(StructAccessor struct) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < struct.getFieldCount(); i++) {
            fields.put(struct.getFieldName(i), struct.isNull(i) ? null : value(struct.getValue(i)));
        }
        return fields;
    }

    private static Object value(Object value) {
        return switch (value) {
            case null -> null;
            case Number number -> number;
            case Boolean truth -> truth;
            case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
            case PqStruct struct -> struct(struct);
            case PqList list -> {
                List<Object> values = new ArrayList<>(); // may hold null
                IntStream.range(0, list.size()).forEach(i -> values.add(list.isNull(i) ? null : value(list.get(i))));
                yield values;
            }
            default -> value.toString();
        };
    }
}
