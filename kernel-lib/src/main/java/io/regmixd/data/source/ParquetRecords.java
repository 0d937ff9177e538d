package io.regmixd.data.source;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Reads a Parquet file: each row is a record, with the text of a document in one column, and others that say
/// which domain it belongs to. Other columns are not read.
///
/// @param name what the file is called where it comes from
record ParquetRecords(String name, List<Wanted> wanted) implements DocumentReader {

    private static final Logger LIBRARY = Logger.getLogger("dev.hardwood"); // held, or its level would be forgotten

    static {
        LIBRARY.setLevel(Level.WARNING); // else it says in a notebook's cell how it decompresses
    }

    @Override
    public boolean read(Path file, Sink sink) throws IOException {
        try (ParquetFileReader parquet = open(file, name)) {
            Map<String, Column> columns = columns(parquet.getFileSchema().getRootNode());
            double all = Math.max(1, parquet.getFileMetaData().numRows());
            try (RowReader rows =
                    parquet.buildRowReader().projection(projection(columns)).build()) {
                for (long number = 1; next(rows, name); number++) {
                    if (!record(rows, number, columns, Math.min(1, number / all), sink)) {
                        return false;
                    }
                }
            }
        } catch (RuntimeException e) {
            throw unreadable(name, e);
        }
        return true;
    }

    // The library takes a dot for a column inside another, so that one in a name cannot be asked for.
    private static ColumnProjection projection(Map<String, Column> columns) {
        String[] outermost = columns.values().stream()
                .map(column -> column.path().getFirst())
                .distinct()
                .toArray(String[]::new);
        return Arrays.stream(outermost).anyMatch(column -> column.contains("."))
                ? ColumnProjection.all()
                : ColumnProjection.columns(outermost);
    }

    static ParquetFileReader open(Path file, String name) throws IOException {
        try {
            return ParquetFileReader.open(InputFile.of(file));
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    static boolean next(RowReader rows, String name) throws IOException {
        if (Thread.interrupted()) {
            throw new InterruptedIOException("interrupted while reading " + name);
        }
        if (!rows.hasNext()) {
            return false;
        }
        rows.next();
        return true;
    }

    static IOException unreadable(String name, Exception e) {
        if (Thread.interrupted()) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while reading " + name);
            interrupted.initCause(e);
            return interrupted;
        }
        return new IOException(
                name + " cannot be read: " + e.getMessage() + "; it is truncated or not what its name says", e);
    }

    private boolean record(RowReader row, long number, Map<String, Column> columns, double done, Sink sink)
            throws IOException {
        for (Wanted each : wanted) {
            Source.Files source = (Source.Files) each.definition().source();
            if (matches(row, source.where(), columns)) {
                byte[] text = columns.get(source.text()).bytes(row);
                if (text == null) {
                    throw new IOException(String.format(
                            Locale.ROOT,
                            "%s, row %,d has no text in the column %s; name the right one as \"text\" of the source of "
                                    + "domain %s",
                            name,
                            number,
                            source.text(),
                            each.definition().name()));
                }
                if (text.length > Expanded.LARGEST) {
                    throw Expanded.tooLarge(name, String.format(Locale.ROOT, "row %,d", number));
                }
                if (!each.hand(ByteBuffer.wrap(text), done, sink)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean matches(RowReader row, Map<String, String> where, Map<String, Column> columns) {
        return where.entrySet().stream()
                .allMatch(condition -> condition
                        .getValue()
                        .equals(columns.get(condition.getKey()).string(row)));
    }

    /// All that the domains ask for, by the names in the manifest.
    private Map<String, Column> columns(SchemaNode.GroupNode schema) throws IOException {
        Map<String, Column> columns = new HashMap<>();
        for (Wanted each : wanted) {
            Source.Files source = (Source.Files) each.definition().source();
            List<String> fields = new ArrayList<>(source.where().keySet());
            fields.addFirst(source.text());
            for (String field : fields) {
                Column column = Column.find(schema, field);
                if (column == null || (field.equals(source.text()) && column.type() != PhysicalType.BYTE_ARRAY)) {
                    throw new IOException(String.format(
                            Locale.ROOT,
                            "%s has no column %s%s; it has %s; correct \"text\" and \"where\" of the source of domain %s",
                            name,
                            field,
                            column == null ? "" : " of text",
                            schema.children().stream().map(SchemaNode::name).toList(),
                            each.definition().name()));
                }
                columns.put(field, column);
            }
        }
        return columns;
    }

    /// @param path its name, behind those of the columns that it lies in
    private record Column(List<String> path, PhysicalType type) {

        // `meta.pile_set_name`: a column of that very name, or one inside another
        static Column find(SchemaNode.GroupNode schema, String field) {
            int dot = field.indexOf('.');
            for (SchemaNode node : schema.children()) {
                if (node.name().equals(field) && node instanceof SchemaNode.PrimitiveNode leaf) {
                    return new Column(List.of(field), leaf.type());
                }
                if (dot > 0
                        && node.name().equals(field.substring(0, dot))
                        && node instanceof SchemaNode.GroupNode group) {
                    Column inner = group.isStruct() ? find(group, field.substring(dot + 1)) : null;
                    if (inner != null) {
                        List<String> path = new ArrayList<>(inner.path());
                        path.addFirst(node.name());
                        return new Column(List.copyOf(path), inner.type());
                    }
                }
            }
            return null;
        }

        /// @return null where there is none
        private StructAccessor holder(StructAccessor row) {
            StructAccessor holder = row;
            for (String outer : path.subList(0, path.size() - 1)) {
                if (holder.isNull(outer)) {
                    return null;
                }
                holder = holder.getStruct(outer);
            }
            return holder.isNull(path.getLast()) ? null : holder;
        }

        /// @return null where there is none
        byte[] bytes(StructAccessor row) {
            StructAccessor holder = holder(row);
            return holder == null ? null : holder.getBinary(path.getLast());
        }

        /// @return null where there is none
        String string(StructAccessor row) {
            StructAccessor holder = holder(row);
            Object value = holder == null ? null : holder.getValue(path.getLast());
            return value instanceof byte[] bytes
                    ? new String(bytes, StandardCharsets.UTF_8)
                    : value == null ? null : value.toString();
        }
    }
}
