package io.goroscope.testbed.signatures;

/**
 * A type of Go with a value of it.
 *
 * @param type as written in a signature
 * @param expression that has this value
 */
record GoValue(String type, String expression) {}
