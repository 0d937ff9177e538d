package io.regmixd.store;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.columns.Column;

/// Tablesaw's columns as Arrow's vectors and back. Neither side may have a missing value: Tablesaw stands some
/// number or the empty string in for it, and other readers would take that for a value.
final class Columns {

    private Columns() {}

    /// @throws IllegalArgumentException if a value is missing, or a number is not finite, or the type is none
    ///     of ours
    static void requireComplete(Column<?> column) {
        for (int row = 0; row < column.size(); row++) {
            if (column.isMissing(row)) {
                throw new IllegalArgumentException("column " + column.name() + " has a missing value in row " + row
                        + "; say it with a column of its own (a status, say) instead");
            }
        }
        switch (column) {
            case DoubleColumn c -> {
                for (int row = 0; row < c.size(); row++) {
                    if (!Double.isFinite(c.getDouble(row))) {
                        throw new IllegalArgumentException("column " + c.name() + " is " + c.getDouble(row) + " in row "
                                + row + ", expected finite numbers");
                    }
                }
            }
            case IntColumn _, LongColumn _, StringColumn _, BooleanColumn _ -> {}
            default ->
                throw new IllegalArgumentException("column " + column.name() + " is of type "
                        + column.type().name() + ", expected INTEGER, LONG, DOUBLE, STRING or BOOLEAN");
        }
    }

    static FieldVector vector(Column<?> column, BufferAllocator memory) {
        int rows = column.size();
        String name = column.name();
        FieldVector vector = switch (column) {
            case IntColumn c -> {
                IntVector v = new IntVector(name, FieldType.notNullable(new ArrowType.Int(32, true)), memory);
                v.allocateNew(rows);
                IntStream.range(0, rows).forEach(i -> v.set(i, c.getInt(i)));
                yield v;
            }
            case LongColumn c -> {
                BigIntVector v = new BigIntVector(name, FieldType.notNullable(new ArrowType.Int(64, true)), memory);
                v.allocateNew(rows);
                IntStream.range(0, rows).forEach(i -> v.set(i, c.getLong(i)));
                yield v;
            }
            case DoubleColumn c -> {
                Float8Vector v = new Float8Vector(
                        name,
                        FieldType.notNullable(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
                        memory);
                v.allocateNew(rows);
                IntStream.range(0, rows).forEach(i -> v.set(i, c.getDouble(i)));
                yield v;
            }
            case StringColumn c -> {
                VarCharVector v = new VarCharVector(name, FieldType.notNullable(new ArrowType.Utf8()), memory);
                IntStream.range(0, rows).forEach(i -> v.setSafe(i, c.get(i).getBytes(StandardCharsets.UTF_8)));
                yield v;
            }
            case BooleanColumn c -> {
                BitVector v = new BitVector(name, FieldType.notNullable(new ArrowType.Bool()), memory);
                v.allocateNew(rows);
                IntStream.range(0, rows).forEach(i -> v.set(i, c.get(i) ? 1 : 0));
                yield v;
            }
            default -> throw new IllegalArgumentException(column.type().name());
        };
        vector.setValueCount(rows);
        return vector;
    }

    /// @throws IllegalArgumentException if a value is null, or the type is none of ours
    static Column<?> column(FieldVector vector) {
        int rows = vector.getValueCount();
        String name = vector.getName();
        if (vector.getNullCount() > 0) {
            throw new IllegalArgumentException("column " + name + " has " + vector.getNullCount() + " nulls");
        }
        return switch (vector) {
            case IntVector v ->
                IntColumn.create(name, IntStream.range(0, rows).map(v::get).toArray());
            case BigIntVector v ->
                LongColumn.create(
                        name, IntStream.range(0, rows).mapToLong(v::get).toArray());
            case Float8Vector v ->
                DoubleColumn.create(
                        name, IntStream.range(0, rows).mapToDouble(v::get).toArray());
            case VarCharVector v ->
                StringColumn.create(
                        name, IntStream.range(0, rows).mapToObj(i -> new String(v.get(i), StandardCharsets.UTF_8)));
            case BitVector v -> {
                BitSet set = new BitSet(rows);
                IntStream.range(0, rows).filter(i -> v.get(i) == 1).forEach(set::set);
                yield BooleanColumn.create(
                        name, IntStream.range(0, rows).mapToObj(set::get).toArray(Boolean[]::new));
            }
            default ->
                throw new IllegalArgumentException("column " + name + " is of type "
                        + vector.getField().getType() + ", expected int32, int64, float64, utf8 or bool");
        };
    }

    /// Adds name, type, length and every value to a checksum.
    static void add(CRC32C checksum, Column<?> column) {
        Ipc.add(checksum, column.name());
        Ipc.add(checksum, column.type().name() + column.size());
        for (int row = 0; row < column.size(); row++) {
            if (column instanceof StringColumn strings) {
                Ipc.add(checksum, strings.get(row));
            } else {
                checksum.update(column.asBytes(row));
            }
        }
    }
}
