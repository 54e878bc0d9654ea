package io.goroscope.collector.rules;

/**
 * What a rule may ask of the file that a process runs.
 *
 * @param path as the process sees it
 * @param module main module's path, or empty
 * @param buildId of the image
 */
public record FileFacts(String path, String module, String buildId) {}
