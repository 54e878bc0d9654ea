/**
 * The language of {@code trace}: {@code BINARY:FUNCTION (filter) "format" arguments}, as users of bcc know it.
 *
 * <p>{@link io.goroscope.collector.spec.SpecParser} makes a {@link io.goroscope.collector.spec.TraceSpec} of it, and knows
 * nothing of any binary. Every mistake is a {@link io.goroscope.collector.spec.SpecException} that names its column.
 */
package io.goroscope.collector.spec;
