package io.regmixd.regression;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import smile.linalg.UPLO;
import smile.tensor.Cholesky;
import smile.tensor.DenseMatrix;
import smile.tensor.ScalarType;

/// Plain arrays in and out of Smile's matrices, whose arithmetic is OpenBLAS's.
public final class Matrices {

    private Matrices() {}

    /// @param rows shape `[rows][columns]`
    public static DenseMatrix of(double[][] rows) {
        return DenseMatrix.of(rows);
    }

    /// A symmetric matrix.
    ///
    /// @param values shape `[n * n]`
    public static DenseMatrix symmetric(double[] values, int n) {
        DenseMatrix matrix = DenseMatrix.zeros(ScalarType.Float64, n, n);
        for (int column = 0; column < n; column++) {
            MemorySegment.copy(
                    values, column * n, matrix.memory(), ValueLayout.JAVA_DOUBLE, 8L * column * matrix.ld(), n);
        }
        return matrix.withUplo(UPLO.LOWER);
    }

    /// The columns one after the other, shape `[columns * rows]`.
    public static double[] columns(DenseMatrix matrix) {
        int rows = matrix.nrow();
        double[] values = new double[rows * matrix.ncol()];
        for (int column = 0; column < matrix.ncol(); column++) {
            MemorySegment.copy(
                    matrix.memory(), ValueLayout.JAVA_DOUBLE, 8L * column * matrix.ld(), values, column * rows, rows);
        }
        return values;
    }

    /// The inverse of what was decomposed, shape `[n * n]`.
    public static double[] inverse(Cholesky cholesky) {
        return columns(cholesky.inverse());
    }
}
