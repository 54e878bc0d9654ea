package io.goroscope.collector.spec;

import java.util.ArrayList;
import java.util.List;

/** The text of a specification, read from left to right; blanks before a token do not count. */
final class Scanner {

    private final String text;
    private int at;

    Scanner(String text) {
        this.text = text;
    }

    /** A text in quotes, its escapes resolved; {@code columns} tells for each character where it stood. */
    @SuppressWarnings("ArrayRecordComponent") // made and used at once
    record Quoted(String text, int[] columns) {}

    String text() {
        return text;
    }

    String rest() {
        skipBlanks();
        String rest = text.substring(at);
        return rest.length() > 20 ? rest.substring(0, 20) + "..." : rest;
    }

    /** Of the next token, from 1. */
    int column() {
        skipBlanks();
        return at + 1;
    }

    boolean atEnd() {
        skipBlanks();
        return at == text.length();
    }

    SpecException mistake(String problem) {
        return new SpecException(text, column(), problem);
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    boolean peek(String token) {
        skipBlanks();
        return text.startsWith(token, at);
    }

    /** Whether a character follows without a blank. */
    boolean isNext(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    boolean accept(String token) {
        boolean there = peek(token);
        at += there ? token.length() : 0;
        return there;
    }

    void expect(String token, String why) {
        if (!accept(token)) {
            throw mistake("expected '" + token + "' " + why + (atEnd() ? "" : ", not '" + rest() + "'"));
        }
    }

    /** {@code BINARY:PATTERN}: up to a blank, but not one within brackets. */
    String target() {
        skipBlanks();
        int start = at;
        int brackets = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c) && brackets == 0) {
                break;
            }
            if (c == '"' && brackets == 0) {
                throw new SpecException(text, at + 1, "expected a blank between the function and the format");
            }
            brackets += c == '[' ? 1 : 0;
            brackets -= c == ']' && brackets > 0 ? 1 : 0;
            at++;
        }
        if (brackets > 0) {
            throw new SpecException(text, text.indexOf('[', start) + 1, "'[' is never closed in the function's name");
        }
        if (start == at) {
            throw new SpecException(text, start + 1, "no function is named: write BINARY:FUNCTION");
        }
        String target = text.substring(start, at);
        if (target.startsWith("(")) {
            throw new SpecException(text, start + 1, "no function is named before the filter");
        }
        return target;
    }

    /** The type of an assertion, and the parenthesis that closes it. */
    String type() {
        int end = text.indexOf(')', at);
        if (end < 0) {
            throw mistake("expected ')' to close the type");
        }
        String type = text.substring(at, end).strip();
        if (type.isEmpty()) {
            throw mistake("expected a type, such as goarg1.([]any)");
        }
        at = end + 1;
        return type;
    }

    String name(String expected) {
        skipBlanks();
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at), at == start)) {
            at++;
        }
        if (start == at) {
            throw mistake("expected " + expected + (at == text.length() ? "" : ", not '" + rest() + "'"));
        }
        return text.substring(start, at);
    }

    /** Results without a name are called ~r0 in debug information. */
    private static boolean isNamePart(char c, boolean first) {
        return Character.isLetter(c) || c == '_' || (first ? c == '~' : Character.isDigit(c));
    }

    /** An index: digits. */
    long index() {
        skipBlanks();
        int start = at;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (start == at || at - start > 9) {
            at = start;
            throw mistake("an index is a number from 0 to 999999999");
        }
        return Long.parseLong(text.substring(start, at));
    }

    boolean startsNumber() {
        skipBlanks();
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at);
        boolean signed = c == '-' && at + 1 < text.length() && Character.isDigit(text.charAt(at + 1));
        return Character.isDigit(c) || signed;
    }

    Expression number() {
        int column = column();
        int start = at;
        at++;
        while (at < text.length() && isNumberPart(text.charAt(at), text.charAt(at - 1))) {
            at++;
        }
        String digits = text.substring(start, at).replace("_", "");
        try {
            boolean hexadecimal = digits.startsWith("0x") || digits.startsWith("-0x");
            if (hexadecimal) {
                long value = Long.parseUnsignedLong(digits.replaceFirst("^-?0x", ""), 16);
                return new Expression.IntegerLiteral(column, digits.startsWith("-") ? -value : value);
            }
            if (digits.contains(".") || digits.contains("e") || digits.contains("E")) {
                return new Expression.FloatLiteral(column, Double.parseDouble(digits));
            }
            return new Expression.IntegerLiteral(
                    column, digits.startsWith("-") ? Long.parseLong(digits) : Long.parseUnsignedLong(digits));
        } catch (NumberFormatException e) {
            throw new SpecException(text, column, "'" + digits + "' is no number of 64 bits");
        }
    }

    private static boolean isNumberPart(char c, char before) {
        return Character.isLetterOrDigit(c)
                || c == '.'
                || c == '_'
                || ((c == '-' || c == '+') && (before == 'e' || before == 'E'));
    }

    long character() {
        int column = column();
        int end = text.indexOf('\'', at + 1);
        String inside = end < 0 ? "" : text.substring(at + 1, end);
        if (inside.codePointCount(0, inside.length()) != 1) {
            throw new SpecException(
                    text, column, "a character is one letter in single quotes; a text is in double ones");
        }
        at = end + 1;
        return inside.codePointAt(0);
    }

    Quoted quoted() {
        int column = column();
        StringBuilder content = new StringBuilder();
        List<Integer> columns = new ArrayList<>();
        at++;
        while (true) {
            if (at >= text.length()) {
                throw new SpecException(text, column, "this quote is never closed");
            }
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return new Quoted(
                        content.toString(),
                        columns.stream().mapToInt(Integer::intValue).toArray());
            }
            columns.add(at + 1);
            if (c == '\\') {
                at++;
                content.append(escaped());
            } else {
                content.append(c);
            }
            at++;
        }
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at) : ' ';
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case '"', '\\' -> c;
            default -> throw new SpecException(text, at, "no escape \\" + c + "; there are \\n \\t \\\" and \\\\");
        };
    }
}
