/** The {@code goroscope} command: one class a subcommand, and what they share. */
package io.goroscope.cli;
