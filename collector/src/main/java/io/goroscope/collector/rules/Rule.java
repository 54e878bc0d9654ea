package io.goroscope.collector.rules;

/**
 * One rule.
 *
 * @param name for messages and metrics
 * @param processes which processes
 * @param functions which of their functions, and what is wanted of them
 * @param service service name of the processes, or empty for the executable's file name
 */
public record Rule(String name, ProcessChoice processes, FunctionChoice functions, String service) {}
