/**
 * From a trace specification and a binary to what the kernel is to capture, and back from a captured record to values.
 *
 * <p>{@link io.goroscope.collector.capture.Signature} says what a function's arguments and results are and where;
 * {@link io.goroscope.collector.capture.Typing} gives each expression its type or the user a message; {@link
 * io.goroscope.collector.capture.RecipeCompiler} makes the instructions that bpf/capture.bpf.c carries out: they only have to
 * bring in the memory that an expression needs, since {@link io.goroscope.collector.capture.Evaluator} computes it again out of
 * the record. A filter alone is computed in the kernel.
 */
package io.goroscope.collector.capture;
