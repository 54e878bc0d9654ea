package io.goroscope.collector.binary;

/**
 * One level of a call stack at an address: a function, or an inlined copy of one, and the line that it is at.
 *
 * @param function its name, as in {@link GoBinary#functionName}
 * @param file source file as the compiler wrote it; empty where unknown
 * @param line from 1; 0 where unknown
 * @param inlined true for a copy: the next frame of the list is the function that it is a part of
 */
public record SourceFrame(String function, String file, int line, boolean inlined) {}
