package io.goroscope.cli.doctor;

/**
 * One thing that was looked at.
 *
 * @param topic what it is needed for
 * @param name short, as a table's column
 * @param state whether it is there
 * @param sentence what was found, and what to do where it is not right
 */
record Finding(Topic topic, String name, State state, String sentence) {

    /** What something is needed for. */
    enum Topic {
        TRACING,
        RUNNING,
        DEMO,
        TESTS
    }

    /** Whether something is there. */
    enum State {
        OK("ok"),
        /** Not there, and something else takes its place or only convenience is lost. */
        WITHOUT("--"),
        MISSING("MISSING");

        private final String mark;

        State(String mark) {
            this.mark = mark;
        }

        String mark() {
            return mark;
        }
    }

    static Finding of(Topic topic, String name, boolean there, String sentence) {
        return new Finding(topic, name, there ? State.OK : State.MISSING, sentence);
    }

    static Finding optional(Topic topic, String name, boolean there, String sentence) {
        return new Finding(topic, name, there ? State.OK : State.WITHOUT, sentence);
    }
}
