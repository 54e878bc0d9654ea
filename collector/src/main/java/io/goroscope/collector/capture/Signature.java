package io.goroscope.collector.capture;

import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Piece;
import io.goroscope.collector.value.Register;
import io.goroscope.collector.value.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a function takes and gives.
 *
 * @param arguments as they are at the entry's place; a method's receiver is the first
 * @param results as they are at a return
 * @param source where it is from
 */
public record Signature(List<Variable> arguments, List<Variable> results, Source source) {

    /** Where a signature is from. */
    public enum Source {
        /** Debug information: types and names. */
        DEBUG_INFO,
        /** The runtime's method tables: types without names. */
        RUNTIME_TYPES,
        /** Nothing is known: machine words by their position. */
        WORDS
    }

    private static final int STACK_WORDS = 16;
    private static final GoType WORD = GoType.simple("word", GoType.Kind.INT, 8);

    public Signature {
        arguments = List.copyOf(arguments);
        results = List.copyOf(results);
    }

    /** False where arguments are but words. */
    public boolean isTyped() {
        return source != Source.WORDS;
    }

    /** The signature of a function that nobody knows: its words, in registers or on the stack. */
    static Signature words(Register[] argumentRegisters, Register[] resultRegisters) {
        return new Signature(words(argumentRegisters, false), words(resultRegisters, true), Source.WORDS);
    }

    private static List<Variable> words(Register[] registers, boolean result) {
        List<Variable> words = new ArrayList<>();
        String prefix = !result ? "goarg" : registers.length > 0 ? "ret" : "word";
        for (int i = 0; i < registers.length; i++) {
            Piece piece = new Piece(0, 8, Piece.Place.REGISTER, registers[i].index());
            words.add(new Variable(prefix + (i + 1), WORD, result, List.of(piece)));
        }
        for (int i = 0; registers.length == 0 && i < STACK_WORDS; i++) {
            Piece piece = new Piece(0, 8, Piece.Place.STACK, 8 * (i + 1));
            words.add(new Variable(prefix + (i + 1), WORD, result, List.of(piece)));
        }
        return words;
    }

    /** Two words in a row as a string, where nothing says that they are one. */
    static Variable asString(List<Variable> words, int index) {
        return as(words, index, GoType.simple("string", GoType.Kind.STRING, 16));
    }

    /** As many words in a row as a type has, as a value of it. */
    static Variable as(List<Variable> words, int index, GoType type) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; 8L * i < type.size() && index + i < words.size(); i++) {
            Piece word = words.get(index + i).pieces().get(0);
            int size = (int) Math.min(8, type.size() - 8L * i);
            pieces.add(new Piece(8L * i, size, word.place(), word.number()));
        }
        Variable first = words.get(index);
        return new Variable(first.name(), type, first.result(), pieces);
    }
}
