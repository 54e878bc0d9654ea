/**
 * The whole of goroscope against programs that know their own truth: what the program says is what the engine, the
 * terminal and the output topics say, call for call.
 */
package io.goroscope.e2e;
