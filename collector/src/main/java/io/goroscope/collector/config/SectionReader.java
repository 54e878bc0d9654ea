package io.goroscope.collector.config;

import io.goroscope.collector.config.Setting.Items;
import io.goroscope.collector.config.Setting.Place;
import io.goroscope.collector.config.Setting.Scalar;
import io.goroscope.collector.config.Setting.Section;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Takes the values of one section by their keys, and in the end refuses keys that nobody took. */
final class SectionReader {

    private final String name;
    private final Section section;
    private final Set<String> known = new TreeSet<>();

    /** @param name of the section, for messages: its path, empty for the whole */
    SectionReader(String name, Section section) {
        this.name = name;
        this.section = section;
    }

    Place place() {
        return section.place();
    }

    private Setting take(String key) {
        known.add(key);
        return section.entries().get(new Setting.Key(key, section.place()));
    }

    /** The same key's value where it stands, for a message about it. */
    UserException wrong(String key, String what) {
        Setting value = take(key);
        return new UserException((value == null ? section.place() : value.place()) + ": " + path(key) + " " + what);
    }

    private String path(String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    /** The section of a key; an empty one where there is none. */
    SectionReader section(String key) {
        Setting value = take(key);
        if (value instanceof Section found) {
            return new SectionReader(path(key), found);
        }
        if (value == null || isEmpty(value)) {
            return new SectionReader(path(key), Section.empty(section.place()));
        }
        throw wrong(key, "must be keys and values");
    }

    /** The sections of a list. */
    List<SectionReader> sections(String key) {
        List<SectionReader> sections = new ArrayList<>();
        Setting value = take(key);
        if (value == null || isEmpty(value)) {
            return sections;
        }
        if (!(value instanceof Items items)) {
            throw wrong(key, "must be a list: lines that begin with '- '");
        }
        for (Setting item : items.items()) {
            String path = path(key) + "[" + sections.size() + "]";
            if (!(item instanceof Section found)) {
                throw new UserException(item.place() + ": " + path + " must be keys and values");
            }
            sections.add(new SectionReader(path, found));
        }
        return sections;
    }

    private static boolean isEmpty(Setting value) {
        return value instanceof Scalar scalar && scalar.text().isEmpty();
    }

    /** A text; the default where there is none. */
    String text(String key, String otherwise) {
        Setting value = take(key);
        if (value == null || isEmpty(value)) {
            return otherwise;
        }
        if (value instanceof Scalar scalar) {
            return scalar.text();
        }
        throw wrong(key, "must be one value");
    }

    /** Texts: a list, or a single one. */
    List<String> texts(String key) {
        Setting value = take(key);
        if (value == null || isEmpty(value)) {
            return List.of();
        }
        List<Setting> items = value instanceof Items list ? list.items() : List.of(value);
        List<String> texts = new ArrayList<>();
        for (Setting item : items) {
            if (!(item instanceof Scalar scalar) || scalar.text().isEmpty()) {
                throw new UserException(item.place() + ": " + path(key) + " must be a text, or a list of texts");
            }
            texts.add(scalar.text());
        }
        return texts;
    }

    boolean truth(String key) {
        String text = text(key, "false");
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, "must be true or false, is '" + text + "'");
        };
    }

    int number(String key, int otherwise, int least, int most) {
        String text = text(key, String.valueOf(otherwise));
        try {
            int number = Integer.parseInt(text);
            if ((number >= least && number <= most) || number == otherwise) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(key, "must be a whole number from " + least + " to " + most + ", is '" + text + "'");
    }

    double decimal(String key, double otherwise, double above, double most) {
        String text = text(key, String.valueOf(otherwise));
        try {
            double number = Double.parseDouble(text);
            if ((number > above && number <= most) || number == otherwise) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(key, "must be a number above " + above + " and up to " + most + ", is '" + text + "'");
    }

    /** One of some words; the first where there is none. */
    String word(String key, List<String> words) {
        String text = text(key, words.get(0));
        if (!words.contains(text)) {
            throw wrong(key, "must be one of " + String.join(", ", words) + ", is '" + text + "'");
        }
        return text;
    }

    /** Refuses the first key that nobody took. */
    void end() {
        for (Map.Entry<Setting.Key, Setting> entry : section.entries().entrySet()) {
            if (!known.contains(entry.getKey().name())) {
                throw new UserException(entry.getKey().place() + ": unknown key '"
                        + path(entry.getKey().name()) + "'; known are " + String.join(", ", known));
            }
        }
    }
}
