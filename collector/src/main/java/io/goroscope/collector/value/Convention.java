package io.goroscope.collector.value;

import io.goroscope.collector.value.Piece.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How a compiler passes arguments and results: gives each value of a signature its place. */
public enum Convention {
    /** gc up to Go 1.16, and assembly since: all on the stack, results above the arguments. */
    GO_STACK,
    /** gc from Go 1.17 on: {@code cmd/compile/abi-internal.md}. */
    GO_REGISTERS,
    /** gccgo on amd64: System V ABI, section 3.2.3. */
    SYSTEM_V;

    private static final Register[] GO = {
        Register.AX,
        Register.BX,
        Register.CX,
        Register.DI,
        Register.SI,
        Register.R8,
        Register.R9,
        Register.R10,
        Register.R11
    };
    private static final int GO_VECTORS = 15;
    private static final Register[] C = {Register.DI, Register.SI, Register.DX, Register.CX, Register.R8, Register.R9};
    private static final Register[] C_RESULTS = {Register.AX, Register.DX};
    private static final int C_VECTORS = 8;

    /** The return address is between SP at the call and the first word on the stack. */
    private static final long ABOVE_RETURN_ADDRESS = 8;

    /** Integer argument registers, in their order. */
    public Register[] argumentRegisters() {
        return switch (this) {
            case GO_STACK -> new Register[0];
            case GO_REGISTERS -> GO.clone();
            case SYSTEM_V -> C.clone();
        };
    }

    /** Integer result registers, in their order. */
    public Register[] resultRegisters() {
        return switch (this) {
            case GO_STACK -> new Register[0];
            case GO_REGISTERS -> GO.clone();
            case SYSTEM_V -> C_RESULTS.clone();
        };
    }

    /**
     * Places a signature: arguments as they are when the function begins, results as they are when it returns.
     *
     * @param variables arguments and results, each in the order of the source; their own places are not looked at
     */
    public List<Variable> place(List<Variable> variables) {
        List<Variable> arguments = variables.stream().filter(v -> !v.result()).toList();
        List<Variable> results = variables.stream().filter(Variable::result).toList();
        return switch (this) {
            case GO_STACK -> goStack(arguments, results);
            case GO_REGISTERS -> goRegisters(arguments, results);
            case SYSTEM_V -> systemV(arguments, results);
        };
    }

    private static long align(long offset, long to) {
        return (offset + to - 1) / to * to;
    }

    private static Variable onStack(Variable variable, long offset) {
        long size = variable.type().size();
        return variable.at(size == 0 ? List.of() : List.of(new Piece(0, (int) size, Place.STACK, (int) offset)));
    }

    private static List<Variable> goStack(List<Variable> arguments, List<Variable> results) {
        List<Variable> placed = new ArrayList<>();
        long offset = ABOVE_RETURN_ADDRESS;
        for (List<Variable> some : List.of(arguments, results)) {
            offset = align(offset, 8);
            for (Variable variable : some) {
                offset = align(offset, variable.type().alignment());
                placed.add(onStack(variable, offset));
                offset += variable.type().size();
            }
        }
        return placed;
    }

    private static List<Variable> goRegisters(List<Variable> arguments, List<Variable> results) {
        List<Variable> placed = new ArrayList<>();
        long offset = ABOVE_RETURN_ADDRESS;
        for (List<Variable> some : List.of(arguments, results)) {
            offset = align(offset, 8);
            GoSequence registers = new GoSequence();
            for (Variable variable : some) {
                List<Piece> pieces = registers.assign(variable.type());
                if (pieces != null) {
                    placed.add(variable.at(pieces));
                } else {
                    offset = align(offset, variable.type().alignment());
                    placed.add(onStack(variable, offset));
                    offset += variable.type().size();
                }
            }
        }
        return placed;
    }

    /** The registers of one sequence, taken by one value after the other: each whole in registers or not at all. */
    private static final class GoSequence {

        private int integers;
        private int vectors;

        /** Null for a value that goes to the stack. */
        List<Piece> assign(GoType type) {
            List<Piece> pieces = new ArrayList<>();
            int integersBefore = integers;
            int vectorsBefore = vectors;
            if (type.size() == 0 || !assign(type, 0, pieces)) {
                integers = integersBefore;
                vectors = vectorsBefore;
                return null;
            }
            return pieces;
        }

        private boolean assign(GoType type, long offset, List<Piece> pieces) {
            switch (type.kind()) {
                case STRING, INTERFACE, EMPTY_INTERFACE -> {
                    return integer(offset, 8, pieces) && integer(offset + 8, 8, pieces);
                }
                case SLICE -> {
                    return integer(offset, 8, pieces)
                            && integer(offset + 8, 8, pieces)
                            && integer(offset + 16, 8, pieces);
                }
                case FLOAT -> {
                    return vector(offset, (int) type.size(), pieces);
                }
                case COMPLEX -> {
                    int half = (int) type.size() / 2;
                    return vector(offset, half, pieces) && vector(offset + half, half, pieces);
                }
                case STRUCT -> {
                    for (GoType.Field field : type.fields()) {
                        if (!assign(field.type(), offset + field.offset(), pieces)) {
                            return false;
                        }
                    }
                    return true;
                }
                case ARRAY -> {
                    return type.length() == 0 || (type.length() == 1 && assign(type.elem(), offset, pieces));
                }
                case UNKNOWN -> {
                    return false;
                }
                default -> {
                    return integer(offset, (int) type.size(), pieces);
                }
            }
        }

        private boolean integer(long offset, int size, List<Piece> pieces) {
            if (integers == GO.length) {
                return false;
            }
            pieces.add(new Piece(offset, size, Place.REGISTER, GO[integers++].index()));
            return true;
        }

        private boolean vector(long offset, int size, List<Piece> pieces) {
            if (vectors == GO_VECTORS) {
                return false;
            }
            pieces.add(new Piece(offset, size, Place.VECTOR, vectors++));
            return true;
        }
    }

    private static List<Variable> systemV(List<Variable> arguments, List<Variable> results) {
        List<Variable> placed = new ArrayList<>();
        boolean[] classes = results.size() == 1 ? eightbytes(results.get(0).type()) : null;
        boolean inMemory = results.size() == 1 && results.get(0).type().size() > 0 && classes == null;
        int integers = inMemory ? 1 : 0; // a hidden first argument says where the result goes
        int vectors = 0;
        long offset = ABOVE_RETURN_ADDRESS;
        for (Variable variable : arguments) {
            GoType type = variable.type();
            boolean[] isVector = eightbytes(type);
            int needsVectors = 0;
            for (boolean vector : isVector == null ? new boolean[0] : isVector) {
                needsVectors += vector ? 1 : 0;
            }
            int needsIntegers = isVector == null ? 0 : isVector.length - needsVectors;
            if (type.size() == 0) {
                placed.add(variable.at(List.of()));
            } else if (isVector == null || integers + needsIntegers > C.length || vectors + needsVectors > C_VECTORS) {
                placed.add(onStack(variable, offset));
                offset = align(offset + type.size(), 8);
            } else {
                List<Piece> pieces = new ArrayList<>();
                for (int i = 0; i < isVector.length; i++) {
                    int size = (int) Math.min(8, type.size() - 8L * i);
                    pieces.add(
                            isVector[i]
                                    ? new Piece(8L * i, size, Place.VECTOR, vectors++)
                                    : new Piece(8L * i, size, Place.REGISTER, C[integers++].index()));
                }
                placed.add(variable.at(pieces));
            }
        }
        if (results.size() == 1) {
            placed.add(results.get(0).at(resultPieces(results.get(0).type(), classes)));
        }
        return placed;
    }

    private static List<Piece> resultPieces(GoType type, boolean[] isVector) {
        if (type.size() == 0) {
            return List.of();
        }
        if (isVector == null) {
            return List.of(new Piece(0, (int) type.size(), Place.MEMORY, Register.AX.index()));
        }
        List<Piece> pieces = new ArrayList<>();
        int integers = 0;
        int vectors = 0;
        for (int i = 0; i < isVector.length; i++) {
            int size = (int) Math.min(8, type.size() - 8L * i);
            pieces.add(
                    isVector[i]
                            ? new Piece(8L * i, size, Place.VECTOR, vectors++)
                            : new Piece(8L * i, size, Place.REGISTER, C_RESULTS[integers++].index()));
        }
        return pieces;
    }

    /** For each 8 bytes of a value whether they go into a vector register; null for what is passed in memory. */
    private static boolean[] eightbytes(GoType type) {
        if (type.size() > 16 || type.size() == 0 || type.kind() == GoType.Kind.UNKNOWN) {
            return null;
        }
        boolean[] vector = new boolean[(int) (type.size() + 7) / 8];
        Arrays.fill(vector, true);
        classify(type, 0, vector);
        return vector;
    }

    private static void classify(GoType type, long offset, boolean[] vector) {
        switch (type.kind()) {
            case FLOAT, COMPLEX -> {}
            case STRUCT -> type.fields().forEach(f -> classify(f.type(), offset + f.offset(), vector));
            case ARRAY -> {
                for (int i = 0; i < type.length() && type.elem().size() > 0; i++) {
                    classify(type.elem(), offset + i * type.elem().size(), vector);
                }
            }
            default -> {
                for (long at = offset; at < offset + type.size(); at += 8) {
                    vector[(int) (at / 8)] = false;
                }
            }
        }
    }
}
