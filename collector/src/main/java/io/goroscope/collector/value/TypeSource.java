package io.goroscope.collector.value;

import io.goroscope.collector.binary.SourceFrame;
import java.util.List;

/** Finds what a type word and a code pointer mean in a process. */
public interface TypeSource {

    /**
     * The type at an address in the process.
     *
     * @param base what is added to an address of the file where the image is loaded
     * @param memory what was captured; gccgo's types are in it, since they may be of another image
     * @return null where nobody knows
     */
    GoType type(long address, long base, Snapshot memory);

    /** The name of the function that begins at an address in the process; empty where there is none. */
    String function(long address, long base);

    /**
     * Where in the source an instruction of the process is: the innermost inlined copy first; empty where nobody knows.
     */
    List<SourceFrame> frames(long address, long base);

    /** Where in an interface's method table the type is, bytes. */
    int typeInTable();
}
