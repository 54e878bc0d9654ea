package io.goroscope.collector.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One value of a configuration, and where it stands. */
sealed interface Setting {

    /**
     * Where something stands.
     *
     * @param source a file, an environment variable or an option
     * @param line from 1; 0 where there are no lines
     */
    record Place(String source, int line) {
        @Override
        public String toString() {
            return line == 0 ? source : source + ":" + line;
        }
    }

    Place place();

    /** A text, a number, or a truth; empty for null. */
    record Scalar(Place place, String text) implements Setting {}

    /** A list. */
    record Items(Place place, List<Setting> items) implements Setting {}

    /** Keys and values, in their order. */
    record Section(Place place, Map<Key, Setting> entries) implements Setting {

        static Section empty(Place place) {
            return new Section(place, new LinkedHashMap<>());
        }
    }

    /** A key; equal to every other of its name. */
    record Key(String name, Place place) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && key.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }
}
