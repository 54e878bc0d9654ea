/**
 * Go values: their types, where a function's arguments and results are, and how bytes become text.
 *
 * <p>A {@link io.goroscope.collector.value.GoType} comes from debug information, or from the type data that the runtime
 * itself needs and that no strip removes. {@link io.goroscope.collector.value.Convention} places a signature's values in
 * registers and on the stack. {@link io.goroscope.collector.value.ValueReader} reads a value out of what was captured of a
 * process, and never guesses: what is not there is a fault.
 */
package io.goroscope.collector.value;
