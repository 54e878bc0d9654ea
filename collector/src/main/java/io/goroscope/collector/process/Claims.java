package io.goroscope.collector.process;

/** Who says which processes a collector may take, so that no two on one host take the same. */
public interface Claims {

    /** Every process may be taken: for what publishes nothing. */
    Claims NONE = new Claims() {
        @Override
        public boolean take(ProcessIdentity process) {
            return true;
        }

        @Override
        public void release(ProcessIdentity process) {
            // Nobody was told.
        }

        @Override
        public String holder(ProcessIdentity process) {
            return "";
        }
    };

    /**
     * Takes a process. One that is taken already by this collector is taken once more, and has to be released as often.
     *
     * @return false if another collector has it
     */
    boolean take(ProcessIdentity process);

    /** Lets go of it. */
    void release(ProcessIdentity process);

    /** Who has it, for a message; empty where nobody can tell. */
    String holder(ProcessIdentity process);
}
