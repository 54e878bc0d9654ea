package io.goroscope.collector.call;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes secrets out of values before they leave the machine. A value goes if one of the names is part of
 * <ul>
 *   <li>its own: of an argument, a result, a field, or the expression that was asked for ({@code req.AccessToken}), whatever is in it;
 *   <li>its type's, without the package: {@code config.Secret};
 *   <li>a text beside it that is a key: {@code {Name:"Authorization" Value:…}}, {@code Set(key, value)}, {@code ["--password" …]};
 *   <li>a key before it in the same text: {@code /login?token=…}, {@code "password":"…"}, {@code Authorization: …}.
 * </ul>
 * Case does not matter, nor do {@code _} and {@code -}. What has no name is not known: {@code goarg1} of a stripped program.
 */
public final class Redaction {

    /** The names that are always taken, unless redaction is off. */
    public static final List<String> NAMES = List.of(
            "password",
            "passwd",
            "passphrase",
            "secret",
            "token",
            "authorization",
            "credential",
            "apikey",
            "privatekey",
            "cookie");

    /** Leaves everything as it is. */
    public static final Redaction NONE = new Redaction(List.of());

    /** Fields and arguments whose text says what the ones beside it are. */
    private static final Set<String> KEYS = Set.of("key", "name", "k", "header", "field", "attr", "param");

    private static final int LONGEST_KEY = 64;
    private static final Pattern SEPARATORS = Pattern.compile("[_-]");
    private static final Pattern BLANK = Pattern.compile("\\s");

    private final List<String> names;
    private final Pattern inText;

    private Redaction(List<String> names) {
        this.names = names;
        this.inText = names.isEmpty() ? null : inText(names);
    }

    /** The names that are always taken, and more. */
    public static Redaction with(Collection<String> more) {
        return new Redaction(Stream.concat(NAMES.stream(), more.stream())
                .map(Redaction::plain)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList());
    }

    /** After a key in quotes one value; after {@code =} what goes to the next separator; after a colon all of the line, as in a header. */
    private static Pattern inText(List<String> names) {
        String any = names.stream()
                .map(name -> name.chars()
                        .mapToObj(c -> Pattern.quote(Character.toString(c)))
                        .collect(Collectors.joining("[_-]?")))
                .collect(Collectors.joining("|"));
        String quoted = "\"(?:[^\"\\\\]|\\\\.)*+\"?|'[^']*+'?";
        return Pattern.compile(
                "((?:" + any + ")[\\w-]*+)(?:"
                        + "([\"']\\s*+[:=]\\s*+)(?:" + quoted + "|[^\\s,}\\]]++)"
                        + "|(\\s*+=\\s*+)(?:" + quoted + "|[^\\s&;,]++)"
                        + "|(\\s*+:\\s*+)[^\\r\\n]++)",
                Pattern.CASE_INSENSITIVE);
    }

    /** The same values without secrets. */
    public List<Item> apply(List<Item> items) {
        if (names.isEmpty()) {
            return items;
        }
        List<Value> values = members(
                items.stream().map(Item::name).toList(),
                items.stream().map(Item::type).toList(),
                items.stream().map(Item::value).toList());
        List<Item> redacted = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            redacted.add(new Item(items.get(i).name(), items.get(i).type(), values.get(i)));
        }
        return redacted;
    }

    private List<Value> members(List<String> memberNames, List<String> types, List<Value> values) {
        boolean keyed = false;
        for (int i = 0; i < values.size(); i++) {
            keyed |= isKey(memberNames.get(i)) && isSecretKey(values.get(i));
        }
        List<Value> redacted = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            boolean secret = isSecret(memberNames.get(i))
                    || isSecret(baseName(types.get(i)))
                    || (keyed && !isKey(memberNames.get(i)))
                    || (i > 0 && isSecretKey(values.get(i - 1)));
            redacted.add(secret ? hidden(values.get(i)) : shown(values.get(i)));
        }
        return redacted;
    }

    /** That there is nothing is no secret. */
    private static Value hidden(Value value) {
        return value instanceof Value.Nil || value instanceof Value.Fault || value instanceof Value.Omitted
                ? value
                : new Value.Redacted();
    }

    private Value shown(Value value) {
        if (value instanceof Value.Text text) {
            return text(text);
        }
        if (value instanceof Value.Struct struct) {
            List<GoType.Field> fields = struct.type().fields();
            return isSecret(baseName(struct.type().name()))
                    ? new Value.Redacted()
                    : new Value.Struct(
                            struct.type(),
                            members(
                                    fields.stream().map(GoType.Field::name).toList(),
                                    fields.stream().map(f -> f.type().name()).toList(),
                                    struct.fields()));
        }
        if (value instanceof Value.Sequence sequence) {
            List<String> none = Collections.nCopies(sequence.elements().size(), "");
            return new Value.Sequence(members(none, none, sequence.elements()), sequence.length());
        }
        if (value instanceof Value.Pointer pointer && pointer.target() != null) {
            return new Value.Pointer(pointer.address(), shown(pointer.target()));
        }
        if (value instanceof Value.Dynamic dynamic) {
            return new Value.Dynamic(
                    dynamic.type(),
                    isSecret(baseName(dynamic.type())) ? hidden(dynamic.value()) : shown(dynamic.value()));
        }
        return value;
    }

    private Value.Text text(Value.Text text) {
        // One character a byte, so that what is no UTF-8 stays as it is.
        Matcher matcher = inText.matcher(new String(text.bytes(), StandardCharsets.ISO_8859_1));
        if (!matcher.find()) {
            return text;
        }
        String rest = matcher.replaceAll(found -> Matcher.quoteReplacement(found.group(1)
                + Stream.of(found.group(2), found.group(3), found.group(4))
                        .filter(separator -> separator != null)
                        .findFirst()
                        .orElse("")
                + Value.Redacted.TEXT));
        byte[] bytes = rest.getBytes(StandardCharsets.ISO_8859_1);
        boolean cut = text.bytes().length < text.length();
        return new Value.Text(bytes, cut ? Math.max(text.length(), bytes.length + 1L) : bytes.length);
    }

    private boolean isSecretKey(Value value) {
        Value content = value instanceof Value.Dynamic dynamic ? dynamic.value() : value;
        if (!(content instanceof Value.Text text) || text.bytes().length > LONGEST_KEY) {
            return false;
        }
        String key = new String(text.bytes(), StandardCharsets.ISO_8859_1);
        return !BLANK.matcher(key).find() && isSecret(key);
    }

    private static boolean isKey(String name) {
        return KEYS.contains(name.toLowerCase(Locale.ROOT));
    }

    private boolean isSecret(String name) {
        String plain = plain(name);
        return names.stream().anyMatch(plain::contains);
    }

    private static String plain(String name) {
        return SEPARATORS.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /** {@code *config.Secret[string]} is a Secret; a package of that name says nothing of what is in it. */
    private static String baseName(String type) {
        int arguments = type.indexOf('[', 1);
        String name = arguments > 0 && type.charAt(0) != '[' ? type.substring(0, arguments) : type;
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
