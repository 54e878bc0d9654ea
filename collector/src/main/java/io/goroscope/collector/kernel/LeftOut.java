package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.GoFunction;

/**
 * A function that was planned and yet is not probed.
 *
 * @param image index of its plan
 * @param function the function
 * @param reason in words
 */
public record LeftOut(int image, GoFunction function, String reason) {}
