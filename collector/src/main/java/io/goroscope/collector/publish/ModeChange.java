package io.goroscope.collector.publish;

/**
 * What is done at a function from now on.
 *
 * @param slot the function, by its number in the session
 * @param detail one of {@link io.goroscope.schemas.ModeDetail}
 */
public record ModeChange(int slot, String detail) {}
