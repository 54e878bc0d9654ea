/** {@code goroscope doctor}: what this machine allows, and what to do about the rest. */
package io.goroscope.cli.doctor;
