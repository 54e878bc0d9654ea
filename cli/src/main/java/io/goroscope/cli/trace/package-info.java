/** The {@code trace} command: calls one by one, with their values. */
package io.goroscope.cli.trace;
