/**
 * What the addresses of a stack mean: from a virtual address in a process to functions and lines of the source.
 *
 * <p>An address belongs to an image through the process' memory map (proc(5), {@code /proc/PID/maps}); within the image it
 * is the address of the file's program headers plus one distance, the image's base. For the image that was probed the
 * distance is known even when the process is gone: the first address of a stack is the probed place itself.
 *
 * <p>Called by whoever prints stacks.
 */
package io.goroscope.collector.symbols;
